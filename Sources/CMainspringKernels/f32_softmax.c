// SPDX-License-Identifier: Apache-2.0
#ifndef MSK_VARIANT
#include "kernel.h"

static void softmax_scalar(float *y, const float *x, ptrdiff_t rows, ptrdiff_t channels,
                           float beta) {
  for (ptrdiff_t r = 0; r < rows; r++, x += channels, y += channels) {
    float largest = -__builtin_inff(), sum = 0.0f;
    for (ptrdiff_t c = 0; c < channels; c++) {
      float scaled = beta * x[c];
      largest = scaled > largest ? scaled : largest;
      y[c] = scaled;
    }
    for (ptrdiff_t c = 0; c < channels; c++) sum += y[c] = msk_exp_of(y[c] - largest);
    for (ptrdiff_t c = 0; c < channels; c++) y[c] /= sum;
  }
}

static void log_softmax_scalar(float *y, const float *x, ptrdiff_t rows, ptrdiff_t channels) {
  for (ptrdiff_t r = 0; r < rows; r++, x += channels, y += channels) {
    float largest = -__builtin_inff(), sum = 0.0f;
    for (ptrdiff_t c = 0; c < channels; c++) largest = x[c] > largest ? x[c] : largest;
    for (ptrdiff_t c = 0; c < channels; c++) sum += msk_exp_of(x[c] - largest);
    float shift = msk_log_of(sum);
    for (ptrdiff_t c = 0; c < channels; c++) y[c] = x[c] - largest - shift;
  }
}

#define MSK_SOURCE "f32_softmax.c"
#include "variants.h"

void msk_f32_softmax(msk_isa isa, float *y, const float *x, ptrdiff_t rows, ptrdiff_t channels,
                     float beta) {
  MSK_DISPATCH(isa, softmax, y, x, rows, channels, beta)
}

void msk_f32_log_softmax(msk_isa isa, float *y, const float *x, ptrdiff_t rows,
                         ptrdiff_t channels) {
  MSK_DISPATCH(isa, log_softmax, y, x, rows, channels)
}

#else

/// Largest element of a row times beta.
MSK_INLINE float MSK_NAME(row_maximum)(const float *x, ptrdiff_t channels, float beta) {
  vec largest = v_fill(-__builtin_inff());
  ptrdiff_t c = 0;
  for (; c + MSK_LANES <= channels; c += MSK_LANES) {
    largest = v_max(beta * v_load(x + c), largest);
  }
  float lane[MSK_LANES];
  v_store(lane, largest);
  for (int i = 1; i < MSK_LANES; i++) lane[0] = lane[i] > lane[0] ? lane[i] : lane[0];
  for (; c < channels; c++) lane[0] = beta * x[c] > lane[0] ? beta * x[c] : lane[0];
  return lane[0];
}

/// Sum of e^(βx − largest) over a row; writes the powers to y unless it is null.
MSK_INLINE float MSK_NAME(row_powers)(float *y, const float *x, ptrdiff_t channels, float beta,
                                      float largest) {
  vec sum = v_fill(0.0f);
  ptrdiff_t c = 0;
  for (; c + MSK_LANES <= channels; c += MSK_LANES) {
    vec e = v_exp(beta * v_load(x + c) - largest);
    if (y) v_store(y + c, e);
    sum += e;
  }
  if (c < channels) {
    float lane[MSK_LANES] = {0};
    ptrdiff_t n = channels - c;
    v_store_n(lane, v_exp(beta * v_load_n(x + c, n) - largest), n);
    vec e = v_load(lane);
    if (y) v_store_n(y + c, e, n);
    sum += e;
  }
  return v_sum(sum);
}

static void MSK_NAME(softmax)(float *y, const float *x, ptrdiff_t rows, ptrdiff_t channels,
                              float beta) {
  for (ptrdiff_t r = 0; r < rows; r++, x += channels, y += channels) {
    float largest = MSK_NAME(row_maximum)(x, channels, beta);
    vec sum = v_fill(MSK_NAME(row_powers)(y, x, channels, beta, largest));
    ptrdiff_t c = 0;
    for (; c + MSK_LANES <= channels; c += MSK_LANES) v_store(y + c, v_load(y + c) / sum);
    if (c < channels) v_store_n(y + c, v_load_n(y + c, channels - c) / sum, channels - c);
  }
}

static void MSK_NAME(log_softmax)(float *y, const float *x, ptrdiff_t rows, ptrdiff_t channels) {
  for (ptrdiff_t r = 0; r < rows; r++, x += channels, y += channels) {
    float largest = MSK_NAME(row_maximum)(x, channels, 1.0f);
    float shift = msk_log_of(MSK_NAME(row_powers)(0, x, channels, 1.0f, largest));
    for (ptrdiff_t c = 0; c < channels; c++) y[c] = x[c] - largest - shift;
  }
}

#endif
