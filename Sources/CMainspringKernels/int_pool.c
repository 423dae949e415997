// SPDX-License-Identifier: Apache-2.0
#ifndef MSK_VARIANT
#include "fixed_point.h"

/// The cells a window covers: a rectangle of the input.
typedef struct {
  ptrdiff_t top, bottom, left, right, count;
} pool_cells;

MSK_INLINE pool_cells pool_window(const msk_integer_pool *s, ptrdiff_t i, ptrdiff_t j) {
  const ptrdiff_t top = i * s->stride_height - s->before_height;
  const ptrdiff_t left = j * s->stride_width - s->before_width;
  pool_cells w = {.top = msk_maximum_of(top, 0),
                  .bottom = msk_minimum_of(top + s->size_height, s->in_height),
                  .left = msk_maximum_of(left, 0),
                  .right = msk_minimum_of(left + s->size_width, s->in_width)};
  w.count = msk_maximum_of(w.bottom - w.top, 0) * msk_maximum_of(w.right - w.left, 0);
  return w;
}

/// The mean of as many elements as a sum has, rounded with ties away from zero; 0 of none.
MSK_INLINE int32_t pool_mean(int64_t sum, ptrdiff_t count) {
  if (count == 0) return 0;
  return (int32_t)((sum > 0 ? sum + count / 2 : sum - count / 2) / count);
}

/// Largest value or rounded mean of the cells of one window, one channel.
MSK_INLINE int32_t pool_value(msk_integer type, const void *x, const msk_integer_pool *s,
                              const pool_cells *w, ptrdiff_t c) {
  int32_t largest = msk_lowest(type);
  int64_t sum = 0;
  for (ptrdiff_t p = w->top; p < w->bottom; p++) {
    for (ptrdiff_t q = w->left; q < w->right; q++) {
      const int32_t value = msk_integer_at(type, x, (p * s->in_width + q) * s->channels + c);
      sum += value;
      largest = value > largest ? value : largest;
    }
  }
  return s->average ? pool_mean(sum, w->count) : largest;
}

MSK_INLINE void pool_of(msk_integer type, void *y, const void *x, const msk_integer_pool *s) {
  for (ptrdiff_t i = 0; i < s->out_height; i++) {
    for (ptrdiff_t j = 0; j < s->out_width; j++) {
      const pool_cells w = pool_window(s, i, j);
      for (ptrdiff_t c = 0; c < s->channels; c++) {
        msk_set_integer(type, y, (i * s->out_width + j) * s->channels + c,
                        msk_limited(pool_value(type, x, s, &w, c), s->low, s->high));
      }
    }
  }
}

static void pool_scalar(void *y, const void *x, const msk_integer_pool *s) {
  if (s->type == msk_integer_s16) {
    pool_of(msk_integer_s16, y, x, s);
  } else {
    pool_of(msk_integer_s8, y, x, s);
  }
}

#define MSK_SOURCE "int_pool.c"
#define MSK_TOOLS "integer_lanes.h"
#include "variants.h"

void msk_int_pool(msk_isa isa, void *y, const void *x, msk_integer_pool shape) {
  MSK_DISPATCH(isa, pool, y, x, &shape)
}

#else

typedef int8_t MSK_NAME(pool_bytes) __attribute__((ext_vector_type(4 * MSK_LANES)));

/// The largest of int8, a register of channels of one window at a time, as far as they fill it.
MSK_INLINE ptrdiff_t MSK_NAME(pool_largest)(int8_t *y, const int8_t *x, const msk_integer_pool *s,
                                            const pool_cells *w) {
  ptrdiff_t c = 0;
  for (; c + 4 * MSK_LANES <= s->channels; c += 4 * MSK_LANES) {
    MSK_NAME(pool_bytes) largest = (int8_t)-128, value;
    for (ptrdiff_t p = w->top; p < w->bottom; p++) {
      for (ptrdiff_t q = w->left; q < w->right; q++) {
        __builtin_memcpy(&value, x + (p * s->in_width + q) * s->channels + c, sizeof value);
        largest = __builtin_elementwise_max(largest, value);
      }
    }
    largest = __builtin_elementwise_max(largest, (MSK_NAME(pool_bytes))(int8_t)s->low);
    largest = __builtin_elementwise_min(largest, (MSK_NAME(pool_bytes))(int8_t)s->high);
    __builtin_memcpy(y + c, &largest, sizeof largest);
  }
  return c;
}

/// One vector of channels of one window. Sums of 32 bits are enough for 2¹⁵ cells of int16.
MSK_INLINE ivec MSK_NAME(pool_cell)(msk_integer type, const void *x, const msk_integer_pool *s,
                                    const pool_cells *w, ptrdiff_t c, ptrdiff_t n) {
  ivec sum = 0, largest = msk_lowest(type);
  for (ptrdiff_t p = w->top; p < w->bottom; p++) {
    for (ptrdiff_t q = w->left; q < w->right; q++) {
      const ptrdiff_t from = (p * s->in_width + q) * s->channels + c;
      const ivec value = MSK_NAME(v_integers)(type, x, from, n);
      sum += value;
      largest = __builtin_elementwise_max(largest, value);
    }
  }
  if (!s->average) return largest;
  for (int i = 0; i < MSK_LANES; i++) sum[i] = pool_mean(sum[i], w->count);
  return sum;
}

MSK_INLINE void MSK_NAME(pool_of)(msk_integer type, void *y, const void *x,
                                  const msk_integer_pool *shape) {
  const msk_integer_pool own = *shape, *s = &own;
  for (ptrdiff_t i = 0; i < s->out_height; i++) {
    for (ptrdiff_t j = 0; j < s->out_width; j++) {
      const pool_cells w = pool_window(s, i, j);
      const ptrdiff_t to = (i * s->out_width + j) * s->channels;
      ptrdiff_t c = 0;
      if (type == msk_integer_s8 && !s->average) {
        c = MSK_NAME(pool_largest)((int8_t *)y + to, x, s, &w);
      }
      for (; c < s->channels; c += MSK_LANES) {
        const ptrdiff_t n = s->channels - c;
        const ivec value = MSK_NAME(pool_cell)(type, x, s, &w, c, n);
        MSK_NAME(v_set_integers)(
            type, y, to + c, MSK_NAME(v_bounded)(value, (ivec)s->low, (ivec)s->high), n);
      }
    }
  }
}

static void MSK_NAME(pool)(void *y, const void *x, const msk_integer_pool *s) {
  if (s->size_height * s->size_width > 1 << 15) {
    pool_scalar(y, x, s);
  } else if (s->type == msk_integer_s16) {
    MSK_NAME(pool_of)(msk_integer_s16, y, x, s);
  } else {
    MSK_NAME(pool_of)(msk_integer_s8, y, x, s);
  }
}

#endif
