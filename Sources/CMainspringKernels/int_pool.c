// SPDX-License-Identifier: Apache-2.0
#include "fixed_point.h"

/// Largest value or rounded mean of the cells of one window, one channel.
MSK_INLINE int32_t pool_value(msk_integer type, const void *x, const msk_integer_pool *s,
                              ptrdiff_t i, ptrdiff_t j, ptrdiff_t c) {
  const ptrdiff_t top = i * s->stride_height - s->before_height;
  const ptrdiff_t left = j * s->stride_width - s->before_width;
  const ptrdiff_t bottom = msk_minimum_of(top + s->size_height, s->in_height);
  const ptrdiff_t right = msk_minimum_of(left + s->size_width, s->in_width);
  int32_t largest = msk_lowest(type), count = 0;
  int64_t sum = 0;
  for (ptrdiff_t p = msk_maximum_of(top, 0); p < bottom; p++) {
    for (ptrdiff_t q = msk_maximum_of(left, 0); q < right; q++, count++) {
      const int32_t value = msk_integer_at(type, x, (p * s->in_width + q) * s->channels + c);
      if (s->average) {
        sum += value;
      } else if (value > largest) {
        largest = value;
      }
    }
  }
  if (!s->average) return largest;
  if (count == 0) return 0;
  return (int32_t)((sum > 0 ? sum + count / 2 : sum - count / 2) / count);
}

MSK_INLINE void pool(msk_integer type, void *y, const void *x, const msk_integer_pool *s) {
  for (ptrdiff_t i = 0; i < s->out_height; i++) {
    for (ptrdiff_t j = 0; j < s->out_width; j++) {
      for (ptrdiff_t c = 0; c < s->channels; c++) {
        const int32_t value = pool_value(type, x, s, i, j, c);
        msk_set_integer(type, y, (i * s->out_width + j) * s->channels + c,
                        msk_limited(value, s->low, s->high));
      }
    }
  }
}

void msk_int_pool(void *y, const void *x, msk_integer_pool shape) {
  if (shape.type == msk_integer_s16) {
    pool(msk_integer_s16, y, x, &shape);
  } else {
    pool(msk_integer_s8, y, x, &shape);
  }
}
