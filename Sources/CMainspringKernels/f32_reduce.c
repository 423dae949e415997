// SPDX-License-Identifier: Apache-2.0
#ifndef MSK_VARIANT
#include "kernel.h"

MSK_INLINE float msk_reduced(msk_reduction f, float sum, float x) {
  switch (f) {
  case msk_reduce_sum: return sum + x;
  case msk_reduce_maximum: return x > sum || x != x ? x : sum;
  case msk_reduce_minimum: return x < sum || x != x ? x : sum;
  }
  return sum;
}

/// What a reduction starts from.
MSK_INLINE float msk_neutral(msk_reduction f) {
  switch (f) {
  case msk_reduce_sum: return 0.0f;
  case msk_reduce_maximum: return -__builtin_inff();
  case msk_reduce_minimum: return __builtin_inff();
  }
  return 0.0f;
}

static void reduce_scalar(float *y, const float *a, msk_reduction f, const msk_axis *axes,
                          ptrdiff_t axis_count, ptrdiff_t count, float divisor) {
  const msk_axis row = axes[axis_count - 1];
  for (ptrdiff_t i = 0; i < count; i++) y[i] = msk_neutral(f);
  msk_walk walk;
  msk_walk_start(&walk, axis_count);
  do {
    for (ptrdiff_t i = 0; i < row.extent; i++) {
      float *to = y + walk.y + i * row.y;
      *to = msk_reduced(f, *to, a[walk.a + i]);
    }
  } while (msk_walk_next(&walk, axes, axis_count));
  for (ptrdiff_t i = 0; i < count; i++) y[i] /= divisor;
}

#define MSK_SOURCE "f32_reduce.c"
#include "variants.h"

void msk_f32_reduce(msk_isa isa, float *y, const float *a, msk_reduction f, const msk_axis *axes,
                    ptrdiff_t axis_count, ptrdiff_t count, float divisor) {
  MSK_DISPATCH(isa, reduce, y, a, f, axes, axis_count, count, divisor)
}

#else

MSK_INLINE vec MSK_NAME(reduced)(const msk_reduction f, vec sum, vec x) {
  switch (f) {
  case msk_reduce_sum: return sum + x;
  // The second operand passes a not-a-number of the sum on, the selection one of x.
  case msk_reduce_maximum: return x != x ? x : v_max(x, sum);
  case msk_reduce_minimum: return x != x ? x : v_min(x, sum);
  }
  return sum;
}

/// Some vectors of columns over all rows, which are `stride` apart.
MSK_INLINE void MSK_NAME(reduce_columns)(const msk_reduction f, const int vectors, float *y,
                                         const float *a, ptrdiff_t rows, ptrdiff_t stride,
                                         float divisor) {
  vec sum[8];
  MSK_UNROLL for (int v = 0; v < vectors; v++) sum[v] = v_fill(msk_neutral(f));
  for (ptrdiff_t r = 0; r < rows; r++, a += stride) {
    MSK_UNROLL for (int v = 0; v < vectors; v++) {
      sum[v] = MSK_NAME(reduced)(f, sum[v], v_load(a + v * MSK_LANES));
    }
  }
  MSK_UNROLL for (int v = 0; v < vectors; v++) v_store(y + v * MSK_LANES, sum[v] / divisor);
}

MSK_INLINE void MSK_NAME(reduce_of)(const msk_reduction f, float *y, const float *a,
                                    const msk_axis *axes, ptrdiff_t axis_count, ptrdiff_t count,
                                    float divisor) {
  const msk_axis row = axes[axis_count - 1];
  const vec neutral = v_fill(msk_neutral(f));
  ptrdiff_t done = 0;
  if (axis_count == 2 && axes[0].y == 0 && row.y == 1) {
    // Sums of whole vectors of columns never go through memory.
    const ptrdiff_t rows = axes[0].extent, stride = axes[0].a;
    for (; done + 8 * MSK_LANES <= row.extent; done += 8 * MSK_LANES) {
      MSK_NAME(reduce_columns)(f, 8, y + done, a + done, rows, stride, divisor);
    }
    for (; done + MSK_LANES <= row.extent; done += MSK_LANES) {
      MSK_NAME(reduce_columns)(f, 1, y + done, a + done, rows, stride, divisor);
    }
    if (done == row.extent) return;
  }
  for (ptrdiff_t i = done; i < count; i++) y[i] = msk_neutral(f);
  msk_walk walk;
  msk_walk_start(&walk, axis_count);
  do {
    const float *from = a + walk.a;
    float *to = y + walk.y;
    ptrdiff_t i = done;
    if (row.y == 0) {
      vec sum = neutral;
      for (; i + MSK_LANES <= row.extent; i += MSK_LANES) {
        sum = MSK_NAME(reduced)(f, sum, v_load(from + i));
      }
      float lane[MSK_LANES];
      v_store(lane, sum);
      for (int width = MSK_LANES / 2; width > 0; width /= 2) {
        for (int j = 0; j < width; j++) lane[j] = msk_reduced(f, lane[j], lane[j + width]);
      }
      for (; i < row.extent; i++) lane[0] = msk_reduced(f, lane[0], from[i]);
      *to = msk_reduced(f, *to, lane[0]);
    } else {
      for (; i + MSK_LANES <= row.extent; i += MSK_LANES) {
        v_store(to + i, MSK_NAME(reduced)(f, v_load(to + i), v_load(from + i)));
      }
      if (i < row.extent) {
        ptrdiff_t n = row.extent - i;
        v_store_n(to + i, MSK_NAME(reduced)(f, v_load_n(to + i, n), v_load_n(from + i, n)), n);
      }
    }
  } while (msk_walk_next(&walk, axes, axis_count));
  for (ptrdiff_t i = done; i < count; i++) y[i] /= divisor;
}

static void MSK_NAME(reduce)(float *y, const float *a, msk_reduction f, const msk_axis *axes,
                             ptrdiff_t axis_count, ptrdiff_t count, float divisor) {
  switch (f) {
#define MSK_CASE(name)                                                              \
  case name:                                                                        \
    MSK_NAME(reduce_of)(name, y, a, axes, axis_count, count, divisor);              \
    break;
    MSK_CASE(msk_reduce_sum)
    MSK_CASE(msk_reduce_maximum)
    MSK_CASE(msk_reduce_minimum)
#undef MSK_CASE
  }
}

#endif
