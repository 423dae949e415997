// SPDX-License-Identifier: Apache-2.0
#include "fixed_point.h"

/// e^d of a difference from the largest element, with no integer bits.
MSK_INLINE int32_t softmax_power(int32_t difference, msk_scale scale) {
  return msk_exp_negative(msk_scaled(difference, scale), 5);
}

MSK_INLINE int32_t softmax_largest(const int8_t *x, ptrdiff_t channels) {
  int32_t largest = -128;
  for (ptrdiff_t c = 0; c < channels; c++) largest = x[c] > largest ? x[c] : largest;
  return largest;
}

/// Σ e^d with 12 integer bits, saturated: 4096 largest elements are too many.
MSK_INLINE int32_t softmax_sum(const int8_t *x, ptrdiff_t channels, int32_t largest,
                               msk_scale scale, int32_t lowest) {
  int64_t sum = 0;
  for (ptrdiff_t c = 0; c < channels; c++) {
    const int32_t d = x[c] - largest;
    if (d < lowest) continue;
    sum += msk_rounded_shift(softmax_power(d, scale), 12);
  }
  return msk_limited(sum, 0, INT32_MAX);
}

void msk_s8_softmax(int8_t *y, const int8_t *x, ptrdiff_t rows, ptrdiff_t channels,
                    msk_scale scale, int32_t lowest) {
  for (ptrdiff_t r = 0; r < rows; r++, x += channels, y += channels) {
    const int32_t largest = softmax_largest(x, channels);
    const uint32_t sum = (uint32_t)softmax_sum(x, channels, largest, scale, lowest);
    const int32_t bits = __builtin_clz(sum);
    const int32_t inverse = msk_one_over_one_plus((int32_t)((sum << bits) - (1u << 31)));
    const int32_t right = 12 - bits + 31 - 8;
    for (ptrdiff_t c = 0; c < channels; c++) {
      const int32_t d = x[c] - largest;
      // From sums of 512 on, no share comes to half a step.
      if (d < lowest || right > 31) {
        y[c] = -128;
        continue;
      }
      const int32_t share = msk_high_product(inverse, softmax_power(d, scale));
      y[c] = (int8_t)msk_limited(msk_rounded_shift(share, right) - 128, -128, 127);
    }
  }
}

/// ln of a number from 1 with 12 integer bits; the result has 5. After TensorFlow Lite's
/// `log_x_for_x_greater_than_or_equal_to_1`.
///
/// x = r · 2ⁿ with r near ½^¼, where n has steps of a half; then a rational function for ln r.
MSK_INLINE int32_t softmax_logarithm(int32_t x) {
  const int32_t quarter = 1 << 23;
  const int32_t bits_a = __builtin_clz((uint32_t)x);
  const int32_t r_a =
      msk_saturated_shift(msk_high_product(msk_saturated_shift(x, bits_a - 1), 1518500250), 1);
  const int32_t n_a = (12 - bits_a) * (1 << 25) + quarter;
  const int32_t root = msk_high_product(x, 1518500250);
  const int32_t bits_b = __builtin_clz((uint32_t)root) - 1;
  const int32_t r_b = msk_saturated_shift(x, bits_b);
  const int32_t n_b = (12 - bits_b) * (1 << 25) - quarter;
  const int32_t r = r_a < r_b ? r_a : r_b, n = n_a > n_b ? n_a : n_b;

  const int64_t sum = (int64_t)r + 1805811301;
  const int32_t p = (int32_t)((sum + 1) / 2);
  const int32_t q = (int32_t)(2 * ((uint32_t)r - 1805811301u));
  const int32_t q2 = msk_high_product(q, q);
  const int32_t numerator = msk_wrapped_sum(
      msk_high_product(q, r), msk_high_product(msk_high_product(q, q2), 117049297));
  const int32_t inner = msk_wrapped_sum(msk_wrapped_sum(1057819769, q),
                                        msk_high_product(127690142, q2));
  const int32_t denominator =
      msk_wrapped_sum(msk_high_product(p, inner), msk_high_product(638450708, q));
  const int32_t fraction =
      msk_high_product(msk_rounded_shift(numerator, 6), msk_one_over_one_plus(denominator));
  return msk_saturated_shift(msk_wrapped_sum(msk_high_product(n, 1488522236), fraction), 1);
}

void msk_s8_log_softmax(int8_t *y, const int8_t *x, ptrdiff_t rows, ptrdiff_t channels,
                        msk_scale scale, msk_scale reverse, int32_t lowest) {
  for (ptrdiff_t r = 0; r < rows; r++, x += channels, y += channels) {
    const int32_t largest = softmax_largest(x, channels);
    const int32_t log = softmax_logarithm(softmax_sum(x, channels, largest, scale, lowest));
    const int32_t limit = msk_scaled((int32_t)((uint32_t)log + (1u << 31)), reverse);
    const int32_t bound = lowest - 1 > limit ? lowest - 1 : limit;
    for (ptrdiff_t c = 0; c < channels; c++) {
      const int32_t d = x[c] - largest;
      if (d <= bound) {
        y[c] = -128;
        continue;
      }
      const int32_t value = msk_rounded_shift(msk_scaled(d, scale) - log, 22) + 127;
      y[c] = (int8_t)msk_limited(value, -128, 127);
    }
  }
}

/// Linear interpolation between 513 numbers.
MSK_INLINE int16_t softmax_lookup(int32_t x, const int16_t *table) {
  const int32_t index = 256 + (x >> 7), rest = x & 0x7f;
  const int16_t slope = (int16_t)(table[index + 1] - table[index]);
  return (int16_t)(table[index] + ((slope * rest + 64) >> 7));
}

void msk_s16_softmax(int16_t *y, const int16_t *x, ptrdiff_t rows, ptrdiff_t channels,
                     msk_scale scale, const int16_t *tables) {
  const int16_t *inverses = tables + 513;
  for (ptrdiff_t r = 0; r < rows; r++, x += channels, y += channels) {
    int32_t largest = INT16_MIN;
    int64_t total = 0;
    for (ptrdiff_t c = 0; c < channels; c++) largest = x[c] > largest ? x[c] : largest;
    for (ptrdiff_t c = 0; c < channels; c++) {
      const int64_t d = (int64_t)msk_scaled(x[c] - largest, scale) + 32767;
      y[c] = softmax_lookup(msk_limited(d, -32768, 32767), tables);
      total += y[c];
    }
    // Beyond 65,538 largest elements every share is 0 anyway.
    const int32_t sum = msk_limited(total, 1, INT32_MAX);
    const int32_t bits = __builtin_clz((uint32_t)sum);
    const int64_t shifted = (((int64_t)sum << (bits - 1)) + (1 << 13)) >> 14;
    const int32_t inverse =
        softmax_lookup(msk_limited(shifted - (1 << 15) - (1 << 16), -32768, 32767), inverses);
    const int32_t right = 31 - bits;
    for (ptrdiff_t c = 0; c < channels; c++) {
      const int64_t share = ((int64_t)y[c] * inverse + ((int64_t)1 << (right - 1))) >> right;
      y[c] = (int16_t)msk_limited(share, 0, 32767);
    }
  }
}
