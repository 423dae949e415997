// SPDX-License-Identifier: Apache-2.0
#ifndef MSK_VARIANT
#include "kernel.h"

static void depthwise_scalar(float *y, const float *x, const void *w, const float *bias,
                             const msk_depthwise *s) {
  for (ptrdiff_t i = 0; i < s->height; i++) {
    for (ptrdiff_t j = 0; j < s->width; j++) {
      const float *from = x + i * s->stride_y + j * s->stride_x;
      for (ptrdiff_t c = 0; c < s->channels; c++) {
        float sum = bias ? bias[c] : 0.0f;
        for (ptrdiff_t p = 0; p < s->kernel_height; p++) {
          for (ptrdiff_t q = 0; q < s->kernel_width; q++) {
            sum += from[p * s->step_y + q * s->step_x + c] *
                   msk_weight(s->element, w, (p * s->kernel_width + q) * s->channels + c);
          }
        }
        *y++ = msk_clamped(sum, s->low, s->high);
      }
    }
  }
}

#define MSK_SOURCE "f32_depthwise.c"
#include "variants.h"

void msk_f32_depthwise(msk_isa isa, float *y, const float *x, const void *w, const float *bias,
                       msk_depthwise shape) {
  MSK_DISPATCH(isa, depthwise, y, x, w, bias, &shape)
}

#else

/// One vector of channels; the first n lanes count.
MSK_INLINE void MSK_NAME(cell)(const msk_element element, float *y, const float *x, const void *w,
                               const float *bias, const msk_depthwise *s, ptrdiff_t channel,
                               ptrdiff_t n) {
  const bool whole = n >= MSK_LANES;
  vec sum = v_fill(0.0f);
  if (bias) sum = whole ? v_load(bias + channel) : v_load_n(bias + channel, n);
  ptrdiff_t index = channel;
  for (ptrdiff_t p = 0; p < s->kernel_height; p++) {
    for (ptrdiff_t q = 0; q < s->kernel_width; q++, index += s->channels) {
      const float *from = x + p * s->step_y + q * s->step_x + channel;
      vec weight;
      if (element == msk_element_f16) {
        const uint16_t *half = (const uint16_t *)w + index;
        weight = whole ? v_load_half(half) : v_load_half_n(half, n);
      } else {
        const float *single = (const float *)w + index;
        weight = whole ? v_load(single) : v_load_n(single, n);
      }
      sum = v_fma(whole ? v_load(from) : v_load_n(from, n), weight, sum);
    }
  }
  sum = v_clamp(sum, v_fill(s->low), v_fill(s->high));
  if (whole) {
    v_store(y + channel, sum);
  } else {
    v_store_n(y + channel, sum, n);
  }
}

MSK_INLINE void MSK_NAME(image)(const msk_element element, float *y, const float *x, const void *w,
                                const float *bias, const msk_depthwise *s) {
  for (ptrdiff_t i = 0; i < s->height; i++) {
    for (ptrdiff_t j = 0; j < s->width; j++, y += s->channels) {
      const float *from = x + i * s->stride_y + j * s->stride_x;
      ptrdiff_t c = 0;
      for (; c + MSK_LANES <= s->channels; c += MSK_LANES) {
        MSK_NAME(cell)(element, y, from, w, bias, s, c, MSK_LANES);
      }
      if (c < s->channels) MSK_NAME(cell)(element, y, from, w, bias, s, c, s->channels - c);
    }
  }
}

static void MSK_NAME(depthwise)(float *y, const float *x, const void *w, const float *bias,
                                const msk_depthwise *s) {
  if (s->element == msk_element_f16) {
    MSK_NAME(image)(msk_element_f16, y, x, w, bias, s);
  } else {
    MSK_NAME(image)(msk_element_f32, y, x, w, bias, s);
  }
}

#endif
