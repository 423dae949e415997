// SPDX-License-Identifier: Apache-2.0
#ifndef MSK_VARIANT
#include "kernel.h"

/// Columns p of a window at i that fall inside `extent`: first … end.
MSK_INLINE ptrdiff_t msk_first_inside(ptrdiff_t start) { return start < 0 ? -start : 0; }
MSK_INLINE ptrdiff_t msk_end_inside(ptrdiff_t start, ptrdiff_t size, ptrdiff_t extent) {
  return msk_minimum_of(size, extent - start);
}

static void scatter_scalar(float *y, const float *x, const float *bias, const msk_scatter *s) {
  const ptrdiff_t cells = s->out_height * s->out_width;
  for (ptrdiff_t i = 0; i < cells; i++) {
    for (ptrdiff_t f = 0; f < s->filters; f++) y[i * s->filters + f] = bias ? bias[f] : 0.0f;
  }
  for (ptrdiff_t i = 0; i < s->in_height; i++) {
    ptrdiff_t top = i * s->stride_height - s->before_height;
    for (ptrdiff_t j = 0; j < s->in_width; j++) {
      ptrdiff_t left = j * s->stride_width - s->before_width;
      const float *window =
          x + (i * s->in_width + j) * s->kernel_height * s->kernel_width * s->filters;
      ptrdiff_t p_end = msk_end_inside(top, s->kernel_height, s->out_height);
      ptrdiff_t q = msk_first_inside(left);
      ptrdiff_t q_end = msk_end_inside(left, s->kernel_width, s->out_width);
      for (ptrdiff_t p = msk_first_inside(top); p < p_end; p++) {
        // Neighbouring columns of a window are neighbours in the result as well.
        float *to = y + ((top + p) * s->out_width + left + q) * s->filters;
        const float *from = window + (p * s->kernel_width + q) * s->filters;
        for (ptrdiff_t f = 0; f < (q_end - q) * s->filters; f++) to[f] += from[f];
      }
    }
  }
  for (ptrdiff_t i = 0; i < cells * s->filters; i++) y[i] = msk_clamped(y[i], s->low, s->high);
}

#define MSK_SOURCE "f32_scatter.c"
// The plain loops become wider vectors of NEON than its variant has.
#define MSK_PLAIN_ARM
#include "variants.h"

void msk_f32_scatter(msk_isa isa, float *y, const float *x, const float *bias, msk_scatter shape) {
  MSK_DISPATCH_X86(isa, scatter, y, x, bias, &shape)
}

#else

MSK_INLINE void MSK_NAME(add_run)(float *y, const float *x, ptrdiff_t count) {
  ptrdiff_t i = 0;
  for (; i + MSK_LANES <= count; i += MSK_LANES) v_store(y + i, v_load(y + i) + v_load(x + i));
  if (i < count) {
    ptrdiff_t n = count - i;
    v_store_n(y + i, v_load_n(y + i, n) + v_load_n(x + i, n), n);
  }
}

static void MSK_NAME(scatter)(float *y, const float *x, const float *bias, const msk_scatter *s) {
  const ptrdiff_t cells = s->out_height * s->out_width;
  for (ptrdiff_t i = 0; i < cells; i++) {
    for (ptrdiff_t f = 0; f < s->filters; f++) y[i * s->filters + f] = bias ? bias[f] : 0.0f;
  }
  for (ptrdiff_t i = 0; i < s->in_height; i++) {
    ptrdiff_t top = i * s->stride_height - s->before_height;
    for (ptrdiff_t j = 0; j < s->in_width; j++) {
      ptrdiff_t left = j * s->stride_width - s->before_width;
      const float *window =
          x + (i * s->in_width + j) * s->kernel_height * s->kernel_width * s->filters;
      ptrdiff_t p_end = msk_end_inside(top, s->kernel_height, s->out_height);
      ptrdiff_t q = msk_first_inside(left);
      ptrdiff_t q_end = msk_end_inside(left, s->kernel_width, s->out_width);
      if (q >= q_end) continue;
      for (ptrdiff_t p = msk_first_inside(top); p < p_end; p++) {
        float *to = y + ((top + p) * s->out_width + left + q) * s->filters;
        const float *from = window + (p * s->kernel_width + q) * s->filters;
        MSK_NAME(add_run)(to, from, (q_end - q) * s->filters);
      }
    }
  }
  const vec low = v_fill(s->low), high = v_fill(s->high);
  ptrdiff_t i = 0, count = cells * s->filters;
  for (; i + MSK_LANES <= count; i += MSK_LANES) v_store(y + i, v_clamp(v_load(y + i), low, high));
  if (i < count) {
    v_store_n(y + i, v_clamp(v_load_n(y + i, count - i), low, high), count - i);
  }
}

#endif
