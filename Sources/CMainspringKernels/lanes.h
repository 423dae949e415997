// SPDX-License-Identifier: Apache-2.0
//
// The vector tools of one instruction set; included once for each by "variants.h".
//
// A tail is a vector whose surplus lanes are neither read nor written, so that it goes through the
// same arithmetic as all the others.

typedef float vec __attribute__((ext_vector_type(MSK_LANES)));
typedef int32_t ivec __attribute__((ext_vector_type(MSK_LANES)));

MSK_INLINE vec v_load(const float *p) {
  vec x;
  __builtin_memcpy(&x, p, sizeof x);
  return x;
}

MSK_INLINE void v_store(float *p, vec x) { __builtin_memcpy(p, &x, sizeof x); }

MSK_INLINE vec v_fill(float x) { return (vec)x; }

MSK_INLINE vec v_fma(vec a, vec b, vec c) { return __builtin_elementwise_fma(a, b, c); }

#if MSK_LANES == 8

MSK_INLINE __m256i MSK_NAME(v_mask)(ptrdiff_t n) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

/// The first n elements, then zeros; 0 < n < lanes.
MSK_INLINE vec v_load_n(const float *p, ptrdiff_t n) {
  return (vec)_mm256_maskload_ps(p, MSK_NAME(v_mask)(n));
}

/// The first n lanes; 0 < n < lanes.
MSK_INLINE void v_store_n(float *p, vec x, ptrdiff_t n) {
  _mm256_maskstore_ps(p, MSK_NAME(v_mask)(n), (__m256)x);
}

MSK_INLINE vec v_load_half(const uint16_t *p) {
  return (vec)_mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p));
}

MSK_INLINE vec v_sqrt(vec x) { return (vec)_mm256_sqrt_ps((__m256)x); }

#elif MSK_LANES == 4

MSK_INLINE vec v_load_n(const float *p, ptrdiff_t n) {
  vec x = {p[0], 0.0f, 0.0f, 0.0f};
  if (n > 1) x[1] = p[1];
  if (n > 2) x[2] = p[2];
  return x;
}

MSK_INLINE void v_store_n(float *p, vec x, ptrdiff_t n) {
  p[0] = x[0];
  if (n > 1) p[1] = x[1];
  if (n > 2) p[2] = x[2];
}

MSK_INLINE vec v_load_half(const uint16_t *p) {
  return (vec)vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p)));
}

MSK_INLINE vec v_sqrt(vec x) { return (vec)vsqrtq_f32((float32x4_t)x); }

#else

MSK_INLINE vec v_load_n(const float *p, ptrdiff_t n) {
  return (vec)_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p);
}

MSK_INLINE void v_store_n(float *p, vec x, ptrdiff_t n) {
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), (__m512)x);
}

MSK_INLINE vec v_load_half(const uint16_t *p) {
  return (vec)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p));
}

MSK_INLINE vec v_sqrt(vec x) { return (vec)_mm512_sqrt_ps((__m512)x); }

#endif

MSK_INLINE vec v_load_half_n(const uint16_t *p, ptrdiff_t n) {
  uint16_t whole[MSK_LANES] = {0};
  for (ptrdiff_t i = 0; i < n; i++) whole[i] = p[i];
  return v_load_half(whole);
}

/// One vector of weights, `index` elements in.
MSK_INLINE vec v_load_as(msk_element element, const void *w, ptrdiff_t index) {
  return element == msk_element_f16 ? v_load_half((const uint16_t *)w + index)
                                    : v_load((const float *)w + index);
}

// In these, not-a-number in the second operand passes; in the first one it does not.
MSK_INLINE vec v_max(vec a, vec b) { return a > b ? a : b; }
MSK_INLINE vec v_min(vec a, vec b) { return a < b ? a : b; }
MSK_INLINE vec v_clamp(vec x, vec low, vec high) { return v_min(high, v_max(low, x)); }

MSK_INLINE vec v_abs(vec x) { return (vec)((ivec)x & 0x7fffffff); }

/// Sum of the lanes, pairwise.
MSK_INLINE float v_sum(vec x) {
  float lane[MSK_LANES];
  __builtin_memcpy(lane, &x, sizeof x);
  for (int width = MSK_LANES / 2; width > 0; width /= 2) {
    for (int i = 0; i < width; i++) lane[i] += lane[i + width];
  }
  return lane[0];
}

/// 2^n of the integers that were rounded into `shifted`.
MSK_INLINE vec v_scale(ivec n) { return (vec)((n + 127) << 23); }

// As in scalar_math.h, lane by lane.

MSK_INLINE vec MSK_NAME(v_expm1_reduced)(vec r) {
  vec p = v_fma(v_fill(MSK_EXP_7), r, v_fill(MSK_EXP_6));
  p = v_fma(p, r, v_fill(MSK_EXP_5));
  p = v_fma(p, r, v_fill(MSK_EXP_4));
  p = v_fma(p, r, v_fill(MSK_EXP_3));
  p = v_fma(p, r, v_fill(MSK_EXP_2));
  return v_fma(p, r * r, r);
}

MSK_INLINE vec v_exp(vec x) {
  x = v_clamp(x, v_fill(-104.0f), v_fill(89.0f));
  vec shifted = v_fma(x, v_fill(MSK_LOG2E), v_fill(MSK_ROUNDER));
  vec n = shifted - MSK_ROUNDER;
  vec r = v_fma(n, v_fill(-MSK_LN2_LOW), v_fma(n, v_fill(-MSK_LN2_HIGH), x));
  vec e = MSK_NAME(v_expm1_reduced)(r) + 1.0f;
  ivec exponent = (ivec)shifted - (ivec)v_fill(MSK_ROUNDER);
  ivec half = exponent >> 1;
  return e * v_scale(half) * v_scale(exponent - half);
}

MSK_INLINE vec v_expm1(vec x) {
  x = v_clamp(x, v_fill(-40.0f), v_fill(0.0f));
  vec shifted = v_fma(x, v_fill(MSK_LOG2E), v_fill(MSK_ROUNDER));
  vec n = shifted - MSK_ROUNDER;
  vec r = v_fma(n, v_fill(-MSK_LN2_LOW), v_fma(n, v_fill(-MSK_LN2_HIGH), x));
  vec scale = v_scale((ivec)shifted - (ivec)v_fill(MSK_ROUNDER));
  return v_fma(MSK_NAME(v_expm1_reduced)(r), scale, scale - 1.0f);
}

MSK_INLINE vec v_tanh(vec x) {
  vec y = v_clamp(-2.0f * v_abs(x), v_fill(-40.0f), v_fill(0.0f));
  vec shifted = v_fma(y, v_fill(MSK_LOG2E), v_fill(MSK_ROUNDER));
  vec n = shifted - MSK_ROUNDER;
  vec r = v_fma(n, v_fill(-MSK_LN2_LOW), v_fma(n, v_fill(-MSK_LN2_HIGH), y));
  vec p = MSK_NAME(v_expm1_reduced)(r);
  vec scale = v_scale((ivec)shifted - (ivec)v_fill(MSK_ROUNDER));
  vec e = v_fma(p, scale, scale), less = v_fma(p, scale, scale - 1.0f);
  vec quotient = (y < v_fill(-1.0f) ? e + e : -less) / (1.0f + e);
  vec t = y < v_fill(-1.0f) ? 1.0f - quotient : quotient;
  return (vec)(((ivec)t & 0x7fffffff) | ((ivec)x & (int32_t)0x80000000));
}

MSK_INLINE vec v_sigmoid(vec x) { return 1.0f / (1.0f + v_exp(-x)); }

/// One of the functions of `msk_code`; the rare ones lane by lane.
MSK_INLINE vec v_function(msk_function f, vec x) {
  const vec zero = v_fill(0.0f), one = v_fill(1.0f);
  switch (f.code) {
  case msk_linear: return x;
  case msk_clamp: return v_clamp(x, v_fill(f.a), v_fill(f.b));
  case msk_tanh: return v_tanh(x);
  case msk_sigmoid: return v_sigmoid(x);
  case msk_hard_sigmoid: return v_clamp(v_fma(v_fill(f.a), x, v_fill(f.b)), zero, one);
  case msk_softsign: return x / (1.0f + v_abs(x));
  case msk_elu: return zero > x ? f.a * v_expm1(x) : f.b * x;
  case msk_silu: return x * v_sigmoid(x);
  case msk_hard_silu:
    return x * v_clamp(x + 3.0f, zero, v_fill(6.0f)) * (1.0f / 6.0f);
  case msk_gelu_tanh: {
    vec inner = 0.79788456f * v_fma(0.044715f * x * x, x, x);
    return 0.5f * x * (1.0f + v_tanh(inner));
  }
  case msk_exp: return v_exp(x);
  case msk_rectified: {
    vec below = f.c * (x - f.b);
    vec inner = x >= v_fill(f.b) ? x : below;
    return x >= v_fill(f.a) ? v_fill(f.a) : inner;
  }
  case msk_abs: return v_abs(x);
  case msk_negate: return -x;
  case msk_square: return x * x;
  case msk_square_root: return v_sqrt(x);
  case msk_reciprocal_square_root: return 1.0f / v_sqrt(x);
  case msk_softplus:
  case msk_gelu:
  case msk_mish:
  case msk_celu:
  case msk_log_sigmoid:
  case msk_tanh_shrink:
  case msk_soft_shrink:
  case msk_hard_shrink:
  case msk_squareplus:
  case msk_sparse_plus:
  case msk_thresholded:
  case msk_log: break;
  }
  float lane[MSK_LANES];
  v_store(lane, x);
  for (int i = 0; i < MSK_LANES; i++) lane[i] = msk_function_of(f, lane[i]);
  return v_load(lane);
}
