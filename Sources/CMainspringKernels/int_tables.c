// SPDX-License-Identifier: Apache-2.0
#include "double_math.h"
#include "fixed_point.h"

/// A function in the steps TensorFlow Lite takes: single precision around exact elementary ones.
static float table_function(msk_code f, float x, float lowest) {
  switch (f) {
  case msk_tanh: return (float)msk_double_tanh(x);
  case msk_sigmoid: return 1.0f / (1.0f + (float)msk_double_exp(-x));
  case msk_elu: return x < 0.0f ? (float)msk_double_expm1(x) : x;
  case msk_exp: return (float)msk_double_exp(x);
  case msk_log: return x <= 0.0f ? lowest : (float)msk_double_log(x);
  case msk_gelu: return 0.5f * x * (float)msk_double_erfc(x * -0.70710678118654752f);
  case msk_gelu_tanh: {
    const float inner = 0.79788456080286536f * (x + 0.044715f * x * x * x);
    return 0.5f * x * (1.0f + (float)msk_double_tanh(inner));
  }
  default: return 0.0f;
  }
}

void msk_s8_table(int8_t *table, msk_code f, msk_affine x, msk_affine y) {
  const float inverse = 1.0f / y.scale, lowest = (float)(-128 - y.zero) * y.scale;
  for (int32_t q = -128; q < 128; q++) {
    const float value = table_function(f, x.scale * (float)(q - x.zero), lowest);
    const int32_t rounded = msk_rounded(value * inverse) + y.zero;
    table[128 + q] = (int8_t)msk_limited(rounded, -128, 127);
  }
}

/// A multiplier rounded to 16 bits.
static int16_t table_multiplier(msk_scale s) {
  return (int16_t)(s.multiplier >= 0x7fff8000 ? 0x7fff : (s.multiplier + (1 << 15)) >> 16);
}

void msk_s8_hard_swish_table(int8_t *table, msk_affine x, msk_affine y, msk_scale result,
                             msk_scale rectifier) {
  const int16_t result_multiplier = table_multiplier(result);
  const int16_t rectifier_multiplier = table_multiplier(rectifier);
  for (int32_t q = -128; q < 128; q++) {
    const int16_t fine = (int16_t)((q - x.zero) * 128);
    const int16_t product = msk_high_product_16(fine, result_multiplier);
    int16_t r = fine;
    if (rectifier.shift > 0) r = msk_limited_16(msk_saturated_shift(r, rectifier.shift - 1));
    r = msk_high_product_16(r, rectifier_multiplier);
    if (rectifier.shift > 0) r = msk_saturated_shift_16(r, 1);
    if (rectifier.shift < 0) r = (int16_t)msk_rounded_shift(r, -rectifier.shift);
    r = (int16_t)((r + (1 << 15)) >> 1);
    const int16_t share = (int16_t)((int32_t)r * product / (1 << 15));
    const int32_t value = msk_rounded_shift(share, -result.shift) + y.zero;
    table[128 + q] = (int8_t)msk_limited(value, -128, 127);
  }
}

/// 2^(−½ log₂ x) as a multiplier and the right shift that goes with it; x > 1.
static msk_scale table_inverse_root(int32_t x) {
  int32_t right = 11;
  // From 1 to 255 there is room above, never too much of it.
  const int32_t pairs = (__builtin_clz((uint32_t)x) - 1) / 2 - 1;
  right -= pairs;
  x <<= 2 * pairs;
  const int32_t input = x >> 1, half = msk_rounded_shift(input, 1), three_halves = (1 << 28) + (1 << 27);
  int32_t y = 1 << 28;
  for (int32_t i = 0; i < 5; i++) {
    const int32_t square = msk_high_product(y, y);
    const int32_t cube = msk_saturated_shift(msk_high_product(square, y), 6);
    const int32_t difference = (int32_t)((uint32_t)msk_high_product(three_halves, y) -
                                         (uint32_t)msk_high_product(half, cube));
    y = msk_saturated_shift(difference, 3);
  }
  y = msk_high_product(y, 1518500250);
  if (right < 0) {
    y = (int32_t)((uint32_t)y << -right);
    right = 0;
  }
  return (msk_scale){.multiplier = y, .shift = -right};
}

void msk_s8_reciprocal_square_root_table(int8_t *table, msk_affine x, msk_affine y,
                                         msk_scale scale) {
  for (int32_t q = -128; q < 128; q++) {
    const int32_t value = q - x.zero;
    int32_t result = 127;
    if (value > 0) {
      msk_scale root = {.multiplier = INT32_MAX, .shift = 0};
      if (value > 1) root = table_inverse_root(value);
      root.shift += 20;
      const msk_scale rest = {.multiplier = scale.multiplier, .shift = scale.shift - 20};
      result = msk_scaled(msk_scaled(1, root), rest) + y.zero;
    }
    table[128 + q] = (int8_t)msk_limited(result, -128, 127);
  }
}

static double table_round(double x) {
  const int32_t whole = (int32_t)x;
  const double rest = x - (double)whole;
  return whole + (rest >= 0.5) - (rest <= -0.5);
}

static double table_exp(double x) { return msk_double_exp(x); }
static double table_inverse(double x) { return 1.0 / (1.0 + x); }

/// Values at 513 places, each moved by half the error linear interpolation has between it and the
/// next.
static void table_fill(int16_t *table, double (*f)(double), double scale, int32_t zero) {
  const double low = scale * (-32768 - zero), high = scale * (32767 - zero);
  const double out = 2.0 / 65535, factor = 65536.0 / (out * 32767 - out * -32768);
  const double step = (high - low) / 512;
  for (int32_t i = 0; i < 512; i++) {
    const double here = table_round(f(low + i * step) * factor);
    const double next = f(low + (i + 1) * step) * factor;
    const double between = table_round((next + here) / 2);
    const double middle = table_round(f(low + i * step + step / 2) * factor);
    const double moved = here - table_round((between - middle) / 2);
    table[i] = msk_limited_16((int32_t)moved);
  }
  table[512] = msk_limited_16((int32_t)table_round(f(high) * factor));
}

void msk_s16_softmax_tables(int16_t *tables) {
  table_fill(tables, table_exp, 10.0 / 65535, 32767);
  table_fill(tables + 513, table_inverse, 1.0 / 65535, -32768);
}

static double table_sigmoid(double x) { return 65536.0 / (1.0 + msk_double_exp(-x / 24.0)); }

void msk_s16_sigmoid_table(uint16_t *table) {
  for (int32_t i = 0; i < 255; i++) {
    const double here = table_sigmoid(i), next = table_sigmoid(i + 1);
    const double error = (here + next) / 2 - table_sigmoid(i + 0.5);
    table[i] = (uint16_t)table_round(here - error / 2);
  }
  table[255] = 65535;
}
