// SPDX-License-Identifier: Apache-2.0
#include "integer_result.h"

MSK_INLINE void depthwise(msk_integer type, void *y, const void *x, const int8_t *w,
                          const void *bias, const void *scales, const msk_integer_depthwise *s) {
  for (ptrdiff_t i = 0; i < s->height; i++) {
    for (ptrdiff_t j = 0; j < s->width; j++) {
      const ptrdiff_t first = i * s->stride_y + j * s->stride_x;
      for (ptrdiff_t c = 0; c < s->channels; c++) {
        int64_t sum = s->y.wide ? ((const int64_t *)bias)[c] : ((const int32_t *)bias)[c];
        for (ptrdiff_t p = 0; p < s->kernel_height; p++) {
          for (ptrdiff_t q = 0; q < s->kernel_width; q++) {
            const ptrdiff_t at = first + p * s->step_y + q * s->step_x + c;
            sum += msk_integer_at(type, x, at) * w[(p * s->kernel_width + q) * s->channels + c];
          }
        }
        // A sum of 32 bits wraps; the conversion does it.
        if (!s->y.wide) sum = (int32_t)(uint32_t)(uint64_t)sum;
        msk_finish(s->y, y, (i * s->width + j) * s->channels + c, sum, scales, c);
      }
    }
  }
}

void msk_int_depthwise(msk_isa isa, void *y, const void *x, const int8_t *w, const void *bias,
                       const void *scales, msk_integer_depthwise shape) {
  (void)isa;
  if (shape.x == msk_integer_s16) {
    depthwise(msk_integer_s16, y, x, w, bias, scales, &shape);
  } else {
    depthwise(msk_integer_s8, y, x, w, bias, scales, &shape);
  }
}
