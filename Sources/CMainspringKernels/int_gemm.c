// SPDX-License-Identifier: Apache-2.0
#include "fixed_point.h"
#include "integer_result.h"

/// Sums of 32 bits wrap, which is why they are unsigned.
MSK_INLINE uint32_t gemm_sum(msk_integer type, const void *x, const int8_t *w, ptrdiff_t length) {
  uint32_t sum = 0;
  for (ptrdiff_t k = 0; k < length; k++) {
    sum += (uint32_t)(msk_integer_at(type, x, k) * (int32_t)w[k]);
  }
  return sum;
}

MSK_INLINE int64_t gemm_wide_sum(const int16_t *x, const int8_t *w, ptrdiff_t length) {
  int64_t sum = 0;
  for (ptrdiff_t k = 0; k < length; k++) sum += (int32_t)x[k] * w[k];
  return sum;
}

MSK_INLINE void gemm(msk_integer x_type, msk_integer_result result, void *y, const void *x,
                     const int8_t *w, const void *bias, const void *scales, const int32_t *offsets,
                     const msk_integer_gemm *s) {
  const ptrdiff_t depth = s->segments * s->length, size = msk_integer_size(x_type);
  for (ptrdiff_t r = 0; r < s->rows; r++) {
    const char *row = (const char *)x + r * s->x_stride * size;
    for (ptrdiff_t n = 0; n < s->columns; n++) {
      const int8_t *weights = w + n * depth;
      int64_t sum;
      if (result.wide) {
        sum = ((const int64_t *)bias)[n];
        for (ptrdiff_t i = 0; i < s->segments; i++) {
          const char *from = row + (offsets ? offsets[i] : 0) * size;
          sum += gemm_wide_sum((const int16_t *)from, weights + i * s->length, s->length);
        }
      } else {
        uint32_t narrow = (uint32_t)((const int32_t *)bias)[n];
        for (ptrdiff_t i = 0; i < s->segments; i++) {
          const char *from = row + (offsets ? offsets[i] : 0) * size;
          narrow += gemm_sum(x_type, from, weights + i * s->length, s->length);
        }
        sum = (int32_t)narrow;
      }
      msk_finish(result, y, r * s->y_stride + n, sum, scales, n);
    }
  }
}

void msk_int_gemm(msk_isa isa, void *y, const void *x, const int8_t *w, const void *bias,
                  const void *scales, const int32_t *offsets, msk_integer_gemm shape) {
  (void)isa;
  if (shape.x == msk_integer_s16) {
    gemm(msk_integer_s16, shape.y, y, x, w, bias, scales, offsets, &shape);
  } else {
    gemm(msk_integer_s8, shape.y, y, x, w, bias, scales, offsets, &shape);
  }
}
