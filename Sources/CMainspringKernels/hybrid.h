// SPDX-License-Identifier: Apache-2.0
//
// How a row of floats becomes int8.
#ifndef MSK_HYBRID_H
#define MSK_HYBRID_H

#include "fixed_point.h"

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

/// Least and largest element, 0 among them.
typedef struct {
  float least, largest;
} hybrid_bounds;

/// How a row becomes int8: elements times `inverse`, moved to `zero`.
typedef struct {
  float inverse;
  int32_t zero, low;
} hybrid_scaling;

/// Writes the scale and zero point of a row.
MSK_INLINE hybrid_scaling hybrid_scale(hybrid_bounds bounds, float *scale, int32_t *zero,
                                   bool asymmetric) {
  *scale = 1.0f;
  *zero = 0;
  if (bounds.least == bounds.largest) return (hybrid_scaling){.inverse = 0.0f, .low = -127};
  if (asymmetric) {
    *scale = hybrid_range(bounds.least, bounds.largest, zero);
    return (hybrid_scaling){.inverse = 1.0f / *scale, .zero = *zero, .low = -128};
  }
  const float range = -bounds.least > bounds.largest ? -bounds.least : bounds.largest;
  *scale = range / 127.0f;
  return (hybrid_scaling){.inverse = 127.0f / range, .low = -127};
}

#if MSK_X86
/// `msk_hybrid_lstm_batch` by AVX-512 VNNI with the usual functions, for units of whole vectors; limit
/// ∞ for no clip.
void msk_hybrid_lstm_avx512_vnni(float *y, const float *xs, const int8_t *w, const int32_t *sums,
                                 const float *scales, float *scratch, float limit, bool asymmetric,
                                 const msk_recurrent *shape, msk_batch batch);
/// The same by AVX-VNNI.
void msk_hybrid_lstm_avx_vnni(float *y, const float *xs, const int8_t *w, const int32_t *sums,
                              const float *scales, float *scratch, float limit, bool asymmetric,
                              const msk_recurrent *shape, msk_batch batch);
#endif

#endif
