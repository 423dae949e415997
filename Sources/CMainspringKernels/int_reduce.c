// SPDX-License-Identifier: Apache-2.0
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

void msk_int_reduce(int32_t *sums, const void *a, msk_integer type, msk_reduction f,
                    const msk_axis *axes, ptrdiff_t axis_count, ptrdiff_t count) {
  const int32_t start = f == msk_reduce_sum       ? 0
                        : f == msk_reduce_maximum ? msk_lowest(type)
                                                  : msk_highest(type);
  for (ptrdiff_t i = 0; i < count; i++) sums[i] = start;
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

void msk_int_finish(void *y, const int32_t *sums, ptrdiff_t count, int32_t x_zero, msk_scale scale,
                    msk_integer type, int32_t zero) {
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
