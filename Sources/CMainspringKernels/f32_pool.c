// SPDX-License-Identifier: Apache-2.0
#ifndef MSK_VARIANT
#include "kernel.h"

/// The cells a window covers: a rectangle of the input.
typedef struct {
  ptrdiff_t top, bottom, left, right;
} pool_cells;

MSK_INLINE pool_cells pool_window(const msk_pool *s, ptrdiff_t i, ptrdiff_t j) {
  ptrdiff_t top = i * s->stride_height - s->before_height;
  ptrdiff_t left = j * s->stride_width - s->before_width;
  return (pool_cells){
      .top = msk_maximum_of(top, 0),
      .bottom = msk_minimum_of(top + s->size_height, s->in_height),
      .left = msk_maximum_of(left, 0),
      .right = msk_minimum_of(left + s->size_width, s->in_width),
  };
}

MSK_INLINE ptrdiff_t pool_cell_count(pool_cells w) {
  return msk_maximum_of(w.bottom - w.top, 0) * msk_maximum_of(w.right - w.left, 0);
}

static void pool_scalar(float *y, const float *x, const msk_pool *s) {
  for (ptrdiff_t i = 0; i < s->out_height; i++) {
    for (ptrdiff_t j = 0; j < s->out_width; j++) {
      pool_cells w = pool_window(s, i, j);
      ptrdiff_t count = pool_cell_count(w);
      for (ptrdiff_t c = 0; c < s->channels; c++) {
        float result = s->average || count == 0 ? 0.0f : -__builtin_inff();
        for (ptrdiff_t p = w.top; p < w.bottom; p++) {
          for (ptrdiff_t q = w.left; q < w.right; q++) {
            float value = x[(p * s->in_width + q) * s->channels + c];
            if (s->average) {
              result += value;
            } else if (value > result || value != value) {
              result = value;
            }
          }
        }
        if (s->average && count > 0) result /= (float)count;
        *y++ = msk_clamped(result, s->low, s->high);
      }
    }
  }
}

#define MSK_SOURCE "f32_pool.c"
#include "variants.h"

void msk_f32_pool(msk_isa isa, float *y, const float *x, msk_pool shape) {
  MSK_DISPATCH(isa, pool, y, x, &shape)
}

#else

/// One vector of channels of one window; the first n lanes count.
MSK_INLINE vec MSK_NAME(pool_cell)(const bool average, const float *x, const msk_pool *s,
                                   pool_cells w, ptrdiff_t count, ptrdiff_t n) {
  vec result = v_fill(average || count == 0 ? 0.0f : -__builtin_inff());
  for (ptrdiff_t p = w.top; p < w.bottom; p++) {
    for (ptrdiff_t q = w.left; q < w.right; q++) {
      const float *from = x + (p * s->in_width + q) * s->channels;
      vec value = n >= MSK_LANES ? v_load(from) : v_load_n(from, n);
      if (average) {
        result += value;
      } else {
        result = value != value ? value : v_max(value, result);
      }
    }
  }
  if (average && count > 0) result /= v_fill((float)count);
  return v_clamp(result, v_fill(s->low), v_fill(s->high));
}

MSK_INLINE void MSK_NAME(pool_image)(const bool average, float *y, const float *x,
                                     const msk_pool *s) {
  for (ptrdiff_t i = 0; i < s->out_height; i++) {
    for (ptrdiff_t j = 0; j < s->out_width; j++, y += s->channels) {
      pool_cells w = pool_window(s, i, j);
      ptrdiff_t count = pool_cell_count(w), c = 0;
      for (; c + MSK_LANES <= s->channels; c += MSK_LANES) {
        v_store(y + c, MSK_NAME(pool_cell)(average, x + c, s, w, count, MSK_LANES));
      }
      if (c < s->channels) {
        ptrdiff_t n = s->channels - c;
        v_store_n(y + c, MSK_NAME(pool_cell)(average, x + c, s, w, count, n), n);
      }
    }
  }
}

static void MSK_NAME(pool)(float *y, const float *x, const msk_pool *s) {
  if (s->average) {
    MSK_NAME(pool_image)(true, y, x, s);
  } else {
    MSK_NAME(pool_image)(false, y, x, s);
  }
}

#endif
