// SPDX-License-Identifier: Apache-2.0
//
// Fixed-point arithmetic as TensorFlow Lite's reference kernels define it: every result is one
// exact integer, on every processor. Sums and left shifts wrap unless said otherwise.
#ifndef MSK_FIXED_POINT_H
#define MSK_FIXED_POINT_H

#include "kernel.h"

MSK_INLINE int32_t msk_limited(int64_t x, int32_t low, int32_t high) {
  return x < low ? low : x > high ? high : (int32_t)x;
}

MSK_INLINE int16_t msk_limited_16(int32_t x) { return (int16_t)msk_limited(x, -32768, 32767); }

MSK_INLINE int32_t msk_wrapped_sum(int32_t a, int32_t b) {
  return (int32_t)((uint32_t)a + (uint32_t)b);
}

/// a · b / 2³¹, ties up; the one overflow saturates.
MSK_INLINE int32_t msk_high_product(int32_t a, int32_t b) {
  if (a == INT32_MIN && b == INT32_MIN) return INT32_MAX;
  return (int32_t)(((int64_t)a * b + (1 << 30)) >> 31);
}

/// a · b / 2¹⁵, ties up; the one overflow saturates.
MSK_INLINE int16_t msk_high_product_16(int16_t a, int16_t b) {
  if (a == INT16_MIN && b == INT16_MIN) return INT16_MAX;
  return (int16_t)(((int32_t)a * b + (1 << 14)) >> 15);
}

/// x / 2ⁿ, ties away from zero; n from 0 to 31.
MSK_INLINE int32_t msk_rounded_shift(int32_t x, int32_t n) {
  const int32_t mask = (int32_t)((1u << n) - 1u), rest = x & mask;
  return (x >> n) + (rest > (mask >> 1) + (x < 0));
}

/// x · 2ⁿ, saturated; n from 0 to 31.
MSK_INLINE int32_t msk_saturated_shift(int32_t x, int32_t n) {
  return msk_limited((int64_t)x * ((int64_t)1 << n), INT32_MIN, INT32_MAX);
}

/// x · multiplier · 2^(shift − 31), rounded twice; shift from −31 to 30.
MSK_INLINE int32_t msk_scaled(int32_t x, msk_scale s) {
  const int32_t left = s.shift > 0 ? s.shift : 0, right = s.shift > 0 ? 0 : -s.shift;
  return msk_rounded_shift(msk_high_product((int32_t)((uint32_t)x << left), s.multiplier), right);
}

/// The same of a 64-bit sum, by a multiplier of 16 bits, rounded once with ties up; shift from −31
/// to 7.
MSK_INLINE int32_t msk_scaled_wide(int64_t x, msk_scale s) {
  const int64_t m = s.multiplier < 0x7fff0000 ? (s.multiplier + (1 << 15)) >> 16 : 0x7fff;
  const int32_t total = 15 - s.shift;
  const uint64_t product = (uint64_t)x * (uint64_t)m + ((uint64_t)1 << (total - 1));
  return (int32_t)((int64_t)product >> total);
}

/// x · scale rounded with ties away from zero, saturated to 32 bits; not-a-number cannot come up.
MSK_INLINE int32_t msk_scaled_real(int64_t x, double scale) {
  const double product = (double)x * scale;
  if (product >= 2147483647.0) return INT32_MAX;
  if (product <= -2147483648.0) return INT32_MIN;
  const int32_t whole = (int32_t)product;
  const double rest = product - (double)whole;
  return whole + (rest >= 0.5) - (rest <= -0.5);
}

/// x rounded with ties away from zero, saturated to 24 bits and sign; not-a-number gives 0.
MSK_INLINE int32_t msk_rounded(float x) {
  if (!(x > -16777216.0f)) return x != x ? 0 : -16777216;
  if (x >= 16777216.0f) return 16777216;
  const int32_t whole = (int32_t)x;
  const float rest = x - (float)whole;
  return whole + (rest >= 0.5f) - (rest <= -0.5f);
}

// MARK: Elements of one of the integer types; `type` is a constant where it is called

MSK_INLINE int32_t msk_integer_at(msk_integer type, const void *x, ptrdiff_t i) {
  return type == msk_integer_s8    ? ((const int8_t *)x)[i]
         : type == msk_integer_s16 ? ((const int16_t *)x)[i]
                                   : ((const int32_t *)x)[i];
}

MSK_INLINE void msk_set_integer(msk_integer type, void *y, ptrdiff_t i, int32_t value) {
  if (type == msk_integer_s8) {
    ((int8_t *)y)[i] = (int8_t)value;
  } else if (type == msk_integer_s16) {
    ((int16_t *)y)[i] = (int16_t)value;
  } else {
    ((int32_t *)y)[i] = value;
  }
}

MSK_INLINE ptrdiff_t msk_integer_size(msk_integer type) {
  return type == msk_integer_s8 ? 1 : type == msk_integer_s16 ? 2 : 4;
}

MSK_INLINE int32_t msk_lowest(msk_integer type) {
  return type == msk_integer_s8 ? -128 : type == msk_integer_s16 ? -32768 : INT32_MIN;
}

MSK_INLINE int32_t msk_highest(msk_integer type) {
  return type == msk_integer_s8 ? 127 : type == msk_integer_s16 ? 32767 : INT32_MAX;
}

// MARK: Functions of fixed-point numbers
//
// A number of B bits with n integer bits has B − 1 − n fractional ones. Formulas and constants are
// gemmlowp's (fixedpoint.h): each operation rounds as above, so that results can be compared bit
// for bit.

/// e^x for x from −¼ to 0, both with no integer bits.
MSK_INLINE int32_t msk_exp_quarter(int32_t a) {
  const int32_t x = a + (1 << 28);
  const int32_t x2 = msk_high_product(x, x), x3 = msk_high_product(x2, x);
  const int32_t x4 = msk_high_product(x2, x2);
  const int32_t cubic = msk_high_product(msk_rounded_shift(x4, 2) + x3, 715827883);
  const int32_t y = msk_rounded_shift(cubic + x2, 1);
  const int32_t c = 1895147668;
  return msk_limited((int64_t)c + msk_high_product(c, x + y), INT32_MIN, INT32_MAX);
}

/// e^x for x ≤ 0 with `integer_bits` from 0 to 6; the result has none.
MSK_INLINE int32_t msk_exp_negative(int32_t a, int32_t integer_bits) {
  static const int32_t factor[7] = {1672461947, 1302514674, 790015084, 290630308,
                                    39332535,   720401,     242};
  if (a == 0) return INT32_MAX;
  const int32_t fraction_bits = 31 - integer_bits, quarter = 1 << (fraction_bits - 2);
  const int32_t part = (a & (quarter - 1)) - quarter;
  int32_t result = msk_exp_quarter(msk_saturated_shift(part, integer_bits));
  const int32_t rest = (int32_t)((uint32_t)part - (uint32_t)a);
  for (int32_t i = 0; i < 7; i++) {
    const int32_t exponent = i - 2;
    if (integer_bits > exponent && (rest >> (fraction_bits + exponent) & 1)) {
      result = msk_high_product(result, factor[i]);
    }
  }
  if (integer_bits > 5 && a < -(int32_t)(1u << (36 - integer_bits))) result = 0;
  return result;
}

/// An approximation of 2 / (1 + a) with 2 integer bits, for a from 0 to 1 with none.
MSK_INLINE int32_t msk_reciprocal(int32_t a) {
  const int64_t sum = (int64_t)a + INT32_MAX;
  const int32_t half = (int32_t)((sum + (sum >= 0 ? 1 : -1)) / 2), one = 1 << 29;
  int32_t x = 1515870810 + msk_high_product(half, -1010580540);
  for (int32_t i = 0; i < 3; i++) {
    const int32_t error = one - msk_high_product(half, x);
    x = msk_wrapped_sum(x, msk_saturated_shift(msk_high_product(x, error), 2));
  }
  return x;
}

/// 1 / (1 + a), both with no integer bits.
MSK_INLINE int32_t msk_one_over_one_plus(int32_t a) {
  return msk_saturated_shift(msk_reciprocal(a), 1);
}

// The same of 16 bits: intermediate results of 16 bits too, constants rounded to them.

MSK_INLINE int16_t msk_saturated_shift_16(int16_t x, int32_t n) {
  return msk_limited_16((int32_t)x * (1 << n));
}

MSK_INLINE int16_t msk_exp_quarter_16(int16_t a) {
  const int16_t x = (int16_t)(a + (1 << 12));
  const int16_t x2 = msk_high_product_16(x, x), x3 = msk_high_product_16(x2, x);
  const int16_t x4 = msk_high_product_16(x2, x2);
  const int16_t cubic =
      msk_high_product_16((int16_t)(msk_rounded_shift(x4, 2) + x3), 10923);
  const int16_t y = (int16_t)msk_rounded_shift((int16_t)(cubic + x2), 1);
  const int16_t c = 28918;
  return msk_limited_16(c + msk_high_product_16(c, (int16_t)(x + y)));
}

MSK_INLINE int16_t msk_exp_negative_16(int16_t a, int32_t integer_bits) {
  static const int16_t factor[7] = {25520, 19875, 12055, 4435, 600, 11, 0};
  if (a == 0) return INT16_MAX;
  const int32_t fraction_bits = 15 - integer_bits, quarter = 1 << (fraction_bits - 2);
  const int32_t part = (a & (quarter - 1)) - quarter;
  int16_t result = msk_exp_quarter_16(msk_saturated_shift_16((int16_t)part, integer_bits));
  const int32_t rest = part - a;
  for (int32_t i = 0; i < 7; i++) {
    const int32_t exponent = i - 2;
    if (integer_bits > exponent && (rest >> (fraction_bits + exponent) & 1)) {
      result = msk_high_product_16(result, factor[i]);
    }
  }
  if (integer_bits > 5 && a < -(1 << (20 - integer_bits))) result = 0;
  return result;
}

MSK_INLINE int16_t msk_reciprocal_16(int16_t a) {
  const int32_t sum = (int32_t)a + INT16_MAX;
  const int16_t half = (int16_t)((sum + (sum >= 0 ? 1 : -1)) / 2), one = 1 << 13;
  int16_t x = (int16_t)(23130 + msk_high_product_16(half, -15420));
  for (int32_t i = 0; i < 3; i++) {
    const int16_t error = (int16_t)(one - msk_high_product_16(half, x));
    x = (int16_t)(x + msk_saturated_shift_16(msk_high_product_16(x, error), 2));
  }
  return x;
}

/// 1 / (1 + e^−x) of a number with 3 integer bits; the result has none.
MSK_INLINE int16_t msk_logistic_16(int16_t a) {
  if (a == 0) return 1 << 14;
  const int16_t e = msk_exp_negative_16((int16_t)(a > 0 ? -a : a), 3);
  const int16_t p = msk_saturated_shift_16(msk_reciprocal_16(e), 1);
  return a > 0 ? p : (int16_t)(INT16_MAX - p);
}

/// tanh of a number with `integer_bits` from 0 to 6; the result has none.
MSK_INLINE int16_t msk_tanh_16(int16_t a, int32_t integer_bits) {
  if (a == 0) return 0;
  // The exponent 2a is a itself, read with one more integer bit.
  const int16_t e = msk_exp_negative_16((int16_t)(a > 0 ? -a : a), integer_bits + 1);
  const int16_t t = msk_saturated_shift_16((int16_t)(msk_reciprocal_16(e) - (1 << 13)), 2);
  return a > 0 ? t : (int16_t)-t;
}

#endif
