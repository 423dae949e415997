// SPDX-License-Identifier: Apache-2.0
#include "fixed_point.h"
#include "lstm_cell.h"

/// x rounded with ties away from zero, saturated; not-a-number gives 0.
MSK_INLINE int32_t hybrid_rounded(double x) {
  if (!(x > -1e6)) return x != x ? 0 : -1000000;
  if (x > 1e6) return 1000000;
  const int32_t whole = (int32_t)x;
  const double rest = x - (double)whole;
  return whole + (rest >= 0.5) - (rest <= -0.5);
}

MSK_INLINE double hybrid_magnitude(double x) { return x < 0 ? -x : x; }

/// Scale and zero point of a range around 0 in 255 steps.
MSK_INLINE float hybrid_range(double least, double largest, int32_t *zero) {
  const double scale = (largest - least) / 255.0;
  const double low = 128.0 + hybrid_magnitude(least / scale);
  const double high = 127.0 + hybrid_magnitude(largest / scale);
  const double place = low < high ? -128.0 - least / scale : 127.0 - largest / scale;
  *zero = msk_limited(hybrid_rounded(place), -128, 127);
  return (float)scale;
}

MSK_INLINE void hybrid_row(int8_t *y, float *scale, int32_t *zero, const float *x,
                           ptrdiff_t length, bool asymmetric) {
  float least = 0.0f, largest = 0.0f;
  for (ptrdiff_t i = 0; i < length; i++) {
    least = x[i] < least ? x[i] : least;
    largest = x[i] > largest ? x[i] : largest;
  }
  *scale = 1.0f;
  *zero = 0;
  if (least == largest) {
    for (ptrdiff_t i = 0; i < length; i++) y[i] = 0;
    return;
  }
  if (asymmetric) {
    *scale = hybrid_range(least, largest, zero);
    const float inverse = 1.0f / *scale;
    for (ptrdiff_t i = 0; i < length; i++) {
      y[i] = (int8_t)msk_limited(msk_rounded((float)*zero + x[i] * inverse), -128, 127);
    }
  } else {
    const float range = -least > largest ? -least : largest, inverse = 127.0f / range;
    *scale = range / 127.0f;
    for (ptrdiff_t i = 0; i < length; i++) {
      y[i] = (int8_t)msk_limited(msk_rounded(x[i] * inverse), -127, 127);
    }
  }
}

void msk_hybrid_quantize(int8_t *y, float *scales, int32_t *zeros, const float *x, ptrdiff_t rows,
                         ptrdiff_t length, bool asymmetric) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    hybrid_row(y + r * length, &scales[r], &zeros[r], x + r * length, length, asymmetric);
  }
}

void msk_hybrid_depthwise_product(float *y, const int8_t *x, float scale, int32_t zero,
                                  const int8_t *w, const float *scales, const float *bias,
                                  msk_hybrid_depthwise s) {
  for (ptrdiff_t i = 0; i < s.height; i++) {
    for (ptrdiff_t j = 0; j < s.width; j++) {
      const int8_t *first = x + i * s.stride_y + j * s.stride_x;
      for (ptrdiff_t c = 0; c < s.channels; c++) {
        int32_t sum = 0;
        for (ptrdiff_t p = 0; p < s.kernel_height; p++) {
          for (ptrdiff_t q = 0; q < s.kernel_width; q++) {
            const int32_t value = first[p * s.step_y + q * s.step_x + c] - zero;
            sum += value * w[(p * s.kernel_width + q) * s.channels + c];
          }
        }
        const float share = (float)sum * (scale * scales[c]);
        *y++ = msk_clamped(share + (bias ? bias[c] : 0.0f), s.low, s.high);
      }
    }
  }
}

void msk_hybrid_lstm(msk_isa isa, float *y, const float *xs, const int8_t *w, const int32_t *sums,
                     const float *scales, float *scratch, msk_function activation,
                     msk_function gate, float clip, bool asymmetric, msk_recurrent shape) {
  const ptrdiff_t units = shape.units, padded = msk_round_up(units, msk_lanes(isa));
  const float limit = clip > 0.0f ? clip : __builtin_inff();
  float *z = scratch, *c = scratch + 4 * padded;
  int8_t *q = (int8_t *)(c + padded);
  const msk_hybrid_gemm product = {.rows = 1, .columns = 4 * padded, .segments = 1,
                                   .length = units, .low = -__builtin_inff(),
                                   .high = __builtin_inff()};
  const float *h = y;
  msk_f32_fill(c, padded, 0.0f);
  for (ptrdiff_t t = 0; t < shape.time; t++, xs += 4 * padded) {
    float *next = shape.sequence ? y + t * units : y;
    if (t > 0) {
      float scale;
      int32_t zero;
      msk_hybrid_quantize(q, &scale, &zero, h, 1, units, asymmetric);
      msk_hybrid_product(isa, z, q, &scale, &zero, w, sums, scales, xs, 0, product);
    }
    msk_lstm_cell(isa, next, c, t > 0 ? z : xs, units, activation, gate, limit);
    h = next;
  }
}
