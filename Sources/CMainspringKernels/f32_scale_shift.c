// SPDX-License-Identifier: Apache-2.0
#ifndef MSK_VARIANT
#include "kernel.h"

static void scale_shift_scalar(float *y, const float *x, const float *scale, const float *shift,
                               ptrdiff_t rows, ptrdiff_t channels) {
  for (ptrdiff_t r = 0; r < rows; r++, x += channels, y += channels) {
    for (ptrdiff_t c = 0; c < channels; c++) y[c] = x[c] * scale[c] + shift[c];
  }
}

#define MSK_SOURCE "f32_scale_shift.c"
// The plain loops become wider vectors of NEON than its variant has.
#define MSK_PLAIN_ARM
#include "variants.h"

void msk_f32_scale_shift(msk_isa isa, float *y, const float *x, const float *scale,
                         const float *shift, ptrdiff_t rows, ptrdiff_t channels) {
  MSK_DISPATCH_X86(isa, scale_shift, y, x, scale, shift, rows, channels)
}

#else

static void MSK_NAME(scale_shift)(float *y, const float *x, const float *scale, const float *shift,
                                  ptrdiff_t rows, ptrdiff_t channels) {
  ptrdiff_t c = 0;
  for (; c + MSK_LANES <= channels; c += MSK_LANES) {
    vec a = v_load(scale + c), b = v_load(shift + c);
    for (ptrdiff_t r = 0; r < rows; r++) {
      ptrdiff_t i = r * channels + c;
      v_store(y + i, v_fma(v_load(x + i), a, b));
    }
  }
  if (c < channels) {
    ptrdiff_t n = channels - c;
    vec a = v_load_n(scale + c, n), b = v_load_n(shift + c, n);
    for (ptrdiff_t r = 0; r < rows; r++) {
      ptrdiff_t i = r * channels + c;
      v_store_n(y + i, v_fma(v_load_n(x + i, n), a, b), n);
    }
  }
}

#endif
