// SPDX-License-Identifier: Apache-2.0
#ifndef MSK_VARIANT
#include "fixed_point.h"

MSK_INLINE void reduce_row(msk_integer type, msk_reduction f, int32_t *y, ptrdiff_t y_step,
                           const void *a, ptrdiff_t first, ptrdiff_t a_step, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) {
    const int32_t x = msk_integer_at(type, a, first + i * a_step);
    int32_t *to = y + i * y_step;
    if (f == msk_reduce_sum) {
      *to = msk_wrapped_sum(*to, x);
    } else if (f == msk_reduce_maximum ? x > *to : x < *to) {
      *to = x;
    }
  }
}

static void reduce_scalar(int32_t *sums, const void *a, msk_integer type, msk_reduction f,
                          const msk_axis *axes, ptrdiff_t axis_count) {
  const msk_axis row = axes[axis_count - 1];
  msk_walk walk;
  msk_walk_start(&walk, axis_count);
  do {
    int32_t *to = sums + walk.y;
    if (type == msk_integer_s16) {
      reduce_row(msk_integer_s16, f, to, row.y, a, walk.a, row.a, row.extent);
    } else {
      reduce_row(msk_integer_s8, f, to, row.y, a, walk.a, row.a, row.extent);
    }
  } while (msk_walk_next(&walk, axes, axis_count));
}

static void finish_scalar(void *y, const int32_t *sums, ptrdiff_t count, int32_t x_zero,
                          msk_scale scale, msk_integer type, int32_t zero) {
  for (ptrdiff_t i = 0; i < count; i++) {
    const int32_t value = msk_scaled((int32_t)((uint32_t)sums[i] - (uint32_t)x_zero), scale);
    const int32_t limited =
        msk_limited((int64_t)value + zero, msk_lowest(type), msk_highest(type));
    if (type == msk_integer_s16) {
      ((int16_t *)y)[i] = (int16_t)limited;
    } else {
      ((int8_t *)y)[i] = (int8_t)limited;
    }
  }
}

#define MSK_SOURCE "int_reduce.c"
#define MSK_TOOLS "integer_lanes.h"
#include "variants.h"

static void reduce(msk_isa isa, int32_t *sums, const void *a, msk_integer type, msk_reduction f,
                   const msk_axis *axes, ptrdiff_t axis_count) {
  MSK_DISPATCH(isa, reduce, sums, a, type, f, axes, axis_count)
}

void msk_int_reduce(msk_isa isa, int32_t *sums, const void *a, msk_integer type, msk_reduction f,
                    const msk_axis *axes, ptrdiff_t axis_count, ptrdiff_t count) {
  const int32_t start = f == msk_reduce_sum       ? 0
                        : f == msk_reduce_maximum ? msk_lowest(type)
                                                  : msk_highest(type);
  for (ptrdiff_t i = 0; i < count; i++) sums[i] = start;
  reduce(isa, sums, a, type, f, axes, axis_count);
}

void msk_int_finish(msk_isa isa, void *y, const int32_t *sums, ptrdiff_t count, int32_t x_zero,
                    msk_scale scale, msk_integer type, int32_t zero) {
  MSK_DISPATCH(isa, finish, y, sums, count, x_zero, scale, type, zero)
}

#else

/// A row whose elements each have a result of their own.
MSK_INLINE void MSK_NAME(reduce_row)(msk_integer type, msk_reduction f, int32_t *y, const void *a,
                                     ptrdiff_t first, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i += MSK_LANES) {
    const ptrdiff_t n = count - i;
    const ivec x = MSK_NAME(v_integers)(type, a, first + i, n);
    ivec so_far = MSK_NAME(v_integers)(msk_integer_s32, y, i, n);
    so_far = f == msk_reduce_sum       ? so_far + x
             : f == msk_reduce_maximum ? __builtin_elementwise_max(so_far, x)
                                       : __builtin_elementwise_min(so_far, x);
    MSK_NAME(v_set_integers)(msk_integer_s32, y, i, so_far, n);
  }
}

/// Rows that add up to one, a vector of columns at a time.
MSK_INLINE void MSK_NAME(sum_rows)(msk_integer type, int32_t *y, const void *a, ptrdiff_t first,
                                   msk_axis rows, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i += MSK_LANES) {
    const ptrdiff_t n = count - i;
    ivec sum = MSK_NAME(v_integers)(msk_integer_s32, y, i, n);
    for (ptrdiff_t r = 0; r < rows.extent; r++) {
      sum += MSK_NAME(v_integers)(type, a, first + r * rows.a + i, n);
    }
    MSK_NAME(v_set_integers)(msk_integer_s32, y, i, sum, n);
  }
}

static void MSK_NAME(reduce)(int32_t *sums, const void *a, msk_integer type, msk_reduction f,
                             const msk_axis *axes, ptrdiff_t axis_count) {
  const msk_axis row = axes[axis_count - 1];
  if (row.y != 1 || row.a != 1) {
    reduce_scalar(sums, a, type, f, axes, axis_count);
    return;
  }
  msk_walk walk;
  if (axis_count > 1 && axes[axis_count - 2].y == 0 && f == msk_reduce_sum) {
    const msk_axis rows = axes[axis_count - 2];
    msk_walk_start(&walk, axis_count - 1);
    do {
      if (type == msk_integer_s16) {
        MSK_NAME(sum_rows)(msk_integer_s16, sums + walk.y, a, walk.a, rows, row.extent);
      } else {
        MSK_NAME(sum_rows)(msk_integer_s8, sums + walk.y, a, walk.a, rows, row.extent);
      }
    } while (msk_walk_next(&walk, axes, axis_count - 1));
    return;
  }
  msk_walk_start(&walk, axis_count);
  do {
    if (type == msk_integer_s16) {
      MSK_NAME(reduce_row)(msk_integer_s16, f, sums + walk.y, a, walk.a, row.extent);
    } else {
      MSK_NAME(reduce_row)(msk_integer_s8, f, sums + walk.y, a, walk.a, row.extent);
    }
  } while (msk_walk_next(&walk, axes, axis_count));
}

static void MSK_NAME(finish)(void *y, const int32_t *sums, ptrdiff_t count, int32_t x_zero,
                             msk_scale scale, msk_integer type, int32_t zero) {
  const ivec low = (ivec)(msk_lowest(type) - zero), high = (ivec)(msk_highest(type) - zero);
  for (ptrdiff_t i = 0; i < count; i += MSK_LANES) {
    const ptrdiff_t n = count - i;
    const ivec x = MSK_NAME(v_integers)(msk_integer_s32, sums, i, n) - x_zero;
    const ivec value = MSK_NAME(v_bounded)(MSK_NAME(v_scaled_by)(x, scale), low, high) + zero;
    if (type == msk_integer_s16) {
      MSK_NAME(v_set_integers)(msk_integer_s16, y, i, value, n);
    } else {
      MSK_NAME(v_set_integers)(msk_integer_s8, y, i, value, n);
    }
  }
}

#endif
