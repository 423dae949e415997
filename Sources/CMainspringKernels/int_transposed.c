// SPDX-License-Identifier: Apache-2.0
#include "integer_result.h"

/// Σ (x − zero) · w of one pixel.
MSK_INLINE int64_t transposed_sum(msk_integer type, const void *x, ptrdiff_t first,
                                  const int8_t *w, int32_t zero, ptrdiff_t channels) {
  int64_t sum = 0;
  for (ptrdiff_t c = 0; c < channels; c++) {
    sum += (int64_t)(msk_integer_at(type, x, first + c) - zero) * w[c];
  }
  return sum;
}

// Gathers what is scattered to each result, so that no sums have to be kept.
MSK_INLINE void transposed(msk_integer type, void *y, const void *x, const int8_t *w,
                           const void *bias, const void *scales, const msk_integer_scatter *s) {
  for (ptrdiff_t i = 0; i < s->out_height; i++) {
    for (ptrdiff_t j = 0; j < s->out_width; j++) {
      for (ptrdiff_t f = 0; f < s->filters; f++) {
        int64_t sum = s->y.wide ? ((const int64_t *)bias)[f] : ((const int32_t *)bias)[f];
        for (ptrdiff_t p = 0; p < s->kernel_height; p++) {
          const ptrdiff_t row = i + s->before_height - p;
          if (row < 0 || row % s->stride_height || row / s->stride_height >= s->in_height) continue;
          for (ptrdiff_t q = 0; q < s->kernel_width; q++) {
            const ptrdiff_t column = j + s->before_width - q;
            if (column < 0 || column % s->stride_width) continue;
            if (column / s->stride_width >= s->in_width) continue;
            const ptrdiff_t pixel =
                row / s->stride_height * s->in_width + column / s->stride_width;
            const ptrdiff_t tap = (f * s->kernel_height + p) * s->kernel_width + q;
            sum += transposed_sum(type, x, pixel * s->channels, w + tap * s->channels, s->x_zero,
                                  s->channels);
          }
        }
        if (!s->y.wide) sum = (int32_t)(uint32_t)(uint64_t)sum;
        msk_finish(s->y, y, (i * s->out_width + j) * s->filters + f, sum, scales, f);
      }
    }
  }
}

void msk_int_transposed(msk_isa isa, void *y, const void *x, const int8_t *w, const void *bias,
                        const void *scales, msk_integer_scatter shape) {
  (void)isa;
  if (shape.x == msk_integer_s16) {
    transposed(msk_integer_s16, y, x, w, bias, scales, &shape);
  } else {
    transposed(msk_integer_s8, y, x, w, bias, scales, &shape);
  }
}
