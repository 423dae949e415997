// SPDX-License-Identifier: Apache-2.0
//
// Elementary functions on one float without libm, so that they exist on bare metal too.
//
// Polynomials of e^x and log x: Cephes (Moshier), expf.c and logf.c. Those of erf are Chebyshev
// interpolations of this project. KernelTests checks the errors: e^x, log, tanh and sigmoid at most
// 2 ulp or 1e-7, functions made of them 3e-7 · max(1, |y|).
#ifndef MSK_SCALAR_MATH_H
#define MSK_SCALAR_MATH_H

#define MSK_LOG2E 1.44269504f
// ln 2 in two parts, the first with trailing zeros so that its small multiples are exact.
#define MSK_LN2_HIGH 0.693359375f
#define MSK_LN2_LOW -2.12194440e-4f
// Adding 1.5·2²³ leaves the nearest integer in the low bits of the sum.
#define MSK_ROUNDER 12582912.0f

#define MSK_EXP_2 5.0000001201e-1f
#define MSK_EXP_3 1.6666665459e-1f
#define MSK_EXP_4 4.1665795894e-2f
#define MSK_EXP_5 8.3334519073e-3f
#define MSK_EXP_6 1.3981999507e-3f
#define MSK_EXP_7 1.9875691500e-4f

/// 2^n for n in −126 … 127; any other n gives some float.
MSK_INLINE float msk_power_of_two(uint32_t n) { return msk_from_bits((n + 127u) << 23); }

MSK_INLINE float msk_abs_of(float x) { return msk_from_bits(msk_to_bits(x) & 0x7fffffff); }

/// e^r − 1 for |r| ≤ ln 2 / 2.
MSK_INLINE float msk_expm1_reduced(float r) {
  float p = MSK_EXP_7;
  p = p * r + MSK_EXP_6;
  p = p * r + MSK_EXP_5;
  p = p * r + MSK_EXP_4;
  p = p * r + MSK_EXP_3;
  p = p * r + MSK_EXP_2;
  return p * (r * r) + r;
}

/// e^x, with infinity and subnormals where they belong.
MSK_INLINE float msk_exp_of(float x) {
  x = msk_clamped(x, -104.0f, 89.0f);
  float shifted = x * MSK_LOG2E + MSK_ROUNDER;
  float n = shifted - MSK_ROUNDER;
  float r = (x - n * MSK_LN2_HIGH) - n * MSK_LN2_LOW;
  // In two factors, because n may be beyond the exponents of normal floats.
  int32_t exponent = (int32_t)(msk_to_bits(shifted) - msk_to_bits(MSK_ROUNDER));
  int32_t half = exponent >> 1;
  float e = msk_expm1_reduced(r) + 1.0f;
  return e * msk_power_of_two((uint32_t)half) *
         msk_power_of_two((uint32_t)exponent - (uint32_t)half);
}

/// e^x − 1 for x ≤ 0, exact near 0.
MSK_INLINE float msk_expm1_of(float x) {
  x = msk_clamped(x, -40.0f, 0.0f);
  float shifted = x * MSK_LOG2E + MSK_ROUNDER;
  float n = shifted - MSK_ROUNDER;
  float r = (x - n * MSK_LN2_HIGH) - n * MSK_LN2_LOW;
  float scale = msk_power_of_two(msk_to_bits(shifted) - msk_to_bits(MSK_ROUNDER));
  return msk_expm1_reduced(r) * scale + (scale - 1.0f);
}

/// (1 − e) / (1 + e) with the sign of x, e = e^−2|x|.
///
/// Small results come from e − 1, which is exact near 0; large ones as 1 − 2e / (1 + e), where the
/// rounding of e hardly counts.
MSK_INLINE float msk_tanh_of(float x) {
  float y = msk_clamped(-2.0f * msk_abs_of(x), -40.0f, 0.0f);
  float shifted = y * MSK_LOG2E + MSK_ROUNDER;
  float n = shifted - MSK_ROUNDER;
  float p = msk_expm1_reduced((y - n * MSK_LN2_HIGH) - n * MSK_LN2_LOW);
  float scale = msk_power_of_two(msk_to_bits(shifted) - msk_to_bits(MSK_ROUNDER));
  float e = p * scale + scale, less = p * scale + (scale - 1.0f);
  bool is_large = y < -1.0f;
  float quotient = (is_large ? e + e : -less) / (1.0f + e);
  float t = is_large ? 1.0f - quotient : quotient;
  return msk_from_bits((msk_to_bits(t) & 0x7fffffff) | (msk_to_bits(x) & 0x80000000));
}

MSK_INLINE float msk_sigmoid_of(float x) { return 1.0f / (1.0f + msk_exp_of(-x)); }

/// log x; −∞ at 0, not-a-number below.
MSK_INLINE float msk_log_of(float x) {
  if (!(x > 0.0f)) return x == 0.0f ? -__builtin_inff() : __builtin_nanf("");
  if (x > 3.4028234e38f) return x;
  float exponent = 0.0f;
  if (x < 1.17549435e-38f) {
    x *= 0x1p23f;
    exponent = -23.0f;
  }
  uint32_t bits = msk_to_bits(x);
  // The mantissa in √½ … √2.
  uint32_t shifted = bits + (0x3f800000 - 0x3f3504f3);
  exponent += (float)((int32_t)(shifted >> 23) - 127);
  float m = msk_from_bits((shifted & 0x007fffff) + 0x3f3504f3) - 1.0f;
  float z = m * m;
  float p = 7.0376836292e-2f;
  p = p * m - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  float y = p * m * z;
  y += exponent * MSK_LN2_LOW;
  y -= 0.5f * z;
  return (m + y) + exponent * MSK_LN2_HIGH;
}

/// log(1 + u) for u ≥ 0: the rounding of 1 + u is made up for by a factor (Kahan).
MSK_INLINE float msk_log1p_of(float u) {
  float w = 1.0f + u;
  if (w == 1.0f) return u;
  if (!(w < __builtin_inff())) return w;
  return msk_log_of(w) * (u / (w - 1.0f));
}

MSK_INLINE float msk_softplus_of(float x) {
  float tail = msk_log1p_of(msk_exp_of(-msk_abs_of(x)));
  return 0.0f > x ? tail : x + tail;
}

/// 1 − erf(x) for x ≥ 1.
MSK_INLINE float msk_erfc_above_one(float x) {
  float u = 1.0f / (1.0f + 0.5f * x);
  float p = 0.0733868655f;
  p = p * u - 0.160354983f;
  p = p * u - 0.0095310311f;
  p = p * u + 0.132256314f;
  p = p * u + 0.14535012f;
  p = p * u + 0.256674596f;
  p = p * u + 0.280336702f;
  p = p * u + 0.282263062f;
  p = p * u - 6.71849122e-06f;
  return msk_exp_of(-x * x) * p;
}

/// erf(x) for |x| ≤ 1.
MSK_INLINE float msk_erf_below_one(float x) {
  float z = x * x;
  float p = 7.8824971e-05f;
  p = p * z - 0.000801885499f;
  p = p * z + 0.00518931194f;
  p = p * z - 0.0268543288f;
  p = p * z + 0.112835975f;
  p = p * z - 0.376126269f;
  p = p * z + 1.12837917f;
  return x * p;
}

/// Φ(x) = (1 + erf(x/√2)) / 2, without cancellation in the lower tail.
MSK_INLINE float msk_normal_of(float x) {
  float s = x * 0.70710678f;
  if (s > 1.0f) return 1.0f - 0.5f * msk_erfc_above_one(s);
  if (s < -1.0f) return 0.5f * msk_erfc_above_one(-s);
  return 0.5f + 0.5f * msk_erf_below_one(s);
}

/// √x, correctly rounded; not-a-number below 0.
MSK_INLINE float msk_sqrt_of(float x) {
#if MSK_X86
  return _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(x)));
#elif defined(__aarch64__)
  return __builtin_elementwise_sqrt(x);
#else
  if (!(x > 0.0f)) return x == 0.0f ? x : __builtin_nanf("");
  if (x > 3.4028234e38f) return x;
  int32_t exponent = 0;
  if (x < 1.17549435e-38f) {
    x *= 0x1p24f;
    exponent = -12;
  }
  uint32_t bits = msk_to_bits(x);
  int32_t e = (int32_t)(bits >> 23) - 127;
  uint64_t m = (bits & 0x007fffff) | 0x00800000;
  if (e & 1) m <<= 1;
  exponent += (e - (e & 1)) / 2;
  // √(m·2²⁵) has 25 bits, the last one for rounding; it is never exactly half way.
  m <<= 25;
  uint64_t root = 0;
  for (uint64_t bit = 1u << 24; bit != 0; bit >>= 1) {
    uint64_t trial = root | bit;
    if (trial * trial <= m) root = trial;
  }
  uint32_t rounded = (uint32_t)((root + 1) >> 1);
  return (float)rounded * 0x1p-23f * msk_power_of_two((uint32_t)exponent);
#endif
}

/// One of the functions of `msk_code`.
MSK_INLINE float msk_function_of(msk_function f, float x) {
  switch (f.code) {
  case msk_linear: return x;
  case msk_clamp: return msk_clamped(x, f.a, f.b);
  case msk_tanh: return msk_tanh_of(x);
  case msk_sigmoid: return msk_sigmoid_of(x);
  case msk_hard_sigmoid: return msk_clamped(f.a * x + f.b, 0.0f, 1.0f);
  case msk_softsign: return x / (1.0f + msk_abs_of(x));
  case msk_softplus: return msk_softplus_of(x);
  case msk_elu: return 0.0f > x ? f.a * msk_expm1_of(x) : f.b * x;
  case msk_silu: return x * msk_sigmoid_of(x);
  case msk_hard_silu: return x * msk_clamped(x + 3.0f, 0.0f, 6.0f) * (1.0f / 6.0f);
  case msk_gelu: return x * msk_normal_of(x);
  case msk_gelu_tanh:
    return 0.5f * x * (1.0f + msk_tanh_of(0.79788456f * (x + 0.044715f * x * x * x)));
  case msk_mish: {
    // tanh(log(1 + e)) = (e² + 2e) / (e² + 2e + 2)
    if (x > 20.0f) return x;
    float e = msk_exp_of(x);
    float n = e * (e + 2.0f);
    return x * (n / (n + 2.0f));
  }
  case msk_exp: return msk_exp_of(x);
  case msk_celu: {
    if (!(0.0f > x)) return x;
    float t = x / f.a;
    return f.a * (t > 0.0f ? msk_exp_of(t) - 1.0f : msk_expm1_of(t));
  }
  case msk_log_sigmoid: return -msk_softplus_of(-x);
  case msk_tanh_shrink: return x - msk_tanh_of(x);
  case msk_soft_shrink: return x > f.a ? x - f.a : x < -f.a ? x + f.a : x * 0.0f;
  case msk_hard_shrink: return msk_abs_of(x) <= f.a ? 0.0f : x;
  case msk_squareplus: {
    // Below 0 the sum would cancel; the quotient is the same number.
    float root = msk_sqrt_of(x * x + f.a);
    return 0.0f > x ? 0.5f * f.a / (root - x) : 0.5f * (x + root);
  }
  case msk_sparse_plus:
    return x <= -1.0f ? 0.0f : x >= 1.0f ? x : (x + 1.0f) * (x + 1.0f) * 0.25f;
  case msk_rectified: return x >= f.a ? f.a : x >= f.b ? x : f.c * (x - f.b);
  case msk_thresholded: return x <= f.a ? 0.0f : x;
  case msk_log: return msk_log_of(x);
  case msk_abs: return msk_abs_of(x);
  case msk_negate: return -x;
  case msk_square: return x * x;
  case msk_square_root: return msk_sqrt_of(x);
  case msk_reciprocal_square_root: return 1.0f / msk_sqrt_of(x);
  }
  return x;
}

#endif
