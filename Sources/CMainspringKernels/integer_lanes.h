// SPDX-License-Identifier: Apache-2.0
//
// The functions of fixed_point.h on a vector of integers, lane by lane the same; included once for
// each instruction set as MSK_TOOLS of "variants.h".
#include "lanes.h"

typedef int64_t MSK_NAME(lvec) __attribute__((ext_vector_type(MSK_LANES)));
typedef double MSK_NAME(dvec) __attribute__((ext_vector_type(MSK_LANES)));
typedef int8_t MSK_NAME(bvec) __attribute__((ext_vector_type(MSK_LANES)));
typedef int16_t MSK_NAME(svec) __attribute__((ext_vector_type(MSK_LANES)));
#define lvec MSK_NAME(lvec)
#define dvec MSK_NAME(dvec)

#include "integer_parts.h"

/// The first n of the elements from `i` on, then zeros; all lanes for n beyond them.
MSK_INLINE ivec MSK_NAME(v_integers)(msk_integer type, const void *p, ptrdiff_t i, ptrdiff_t n) {
  const char *from = (const char *)p + i * msk_integer_size(type);
  if (type == msk_integer_s8) {
    MSK_NAME(bvec) x;
    if (n < MSK_LANES) return __builtin_convertvector(MSK_NAME(v_part_8)(from, n), ivec);
    __builtin_memcpy(&x, from, sizeof x);
    return __builtin_convertvector(x, ivec);
  }
  if (type == msk_integer_s16) {
    MSK_NAME(svec) x;
    if (n < MSK_LANES) return __builtin_convertvector(MSK_NAME(v_part_16)(from, n), ivec);
    __builtin_memcpy(&x, from, sizeof x);
    return __builtin_convertvector(x, ivec);
  }
  ivec x;
  if (n < MSK_LANES) return MSK_NAME(v_part_32)(from, n);
  __builtin_memcpy(&x, from, sizeof x);
  return x;
}

/// The same of elements of 64 bits.
MSK_INLINE lvec MSK_NAME(v_wide)(const void *p, ptrdiff_t i, ptrdiff_t n) {
  const char *from = (const char *)p + i * 8;
  lvec x;
  if (n < MSK_LANES) return MSK_NAME(v_part_64)(from, n);
  __builtin_memcpy(&x, from, sizeof x);
  return x;
}

/// Stores the first n lanes, which fit the type.
MSK_INLINE void MSK_NAME(v_set_integers)(msk_integer type, void *p, ptrdiff_t i, ivec x,
                                         ptrdiff_t n) {
  char *to = (char *)p + i * msk_integer_size(type);
  if (type == msk_integer_s8) {
    const MSK_NAME(bvec) y = __builtin_convertvector(x, MSK_NAME(bvec));
    if (n < MSK_LANES) {
      MSK_NAME(v_set_part_8)(to, y, n);
    } else {
      __builtin_memcpy(to, &y, sizeof y);
    }
  } else if (type == msk_integer_s16) {
    const MSK_NAME(svec) y = __builtin_convertvector(x, MSK_NAME(svec));
    if (n < MSK_LANES) {
      MSK_NAME(v_set_part_16)(to, y, n);
    } else {
      __builtin_memcpy(to, &y, sizeof y);
    }
  } else if (n < MSK_LANES) {
    MSK_NAME(v_set_part_32)(to, x, n);
  } else {
    __builtin_memcpy(to, &x, sizeof x);
  }
}

MSK_INLINE ivec MSK_NAME(v_bounded)(ivec x, ivec low, ivec high) {
  return __builtin_elementwise_min(__builtin_elementwise_max(x, low), high);
}

/// `msk_high_product`, but for its overflow: that of both at their least does not come up here.
MSK_INLINE ivec MSK_NAME(v_high_product)(ivec a, ivec b) {
#if MSK_LANES == 4
  return (ivec)vqrdmulhq_s32((int32x4_t)a, (int32x4_t)b);
#elif MSK_LANES == 16
  // Products of even lanes, then of odd ones; bits 31 to 62 of either.
  const __m512i x = (__m512i)a, y = (__m512i)b, half = _mm512_set1_epi64(1 << 30);
  const __m512i even = _mm512_add_epi64(_mm512_mul_epi32(x, y), half);
  const __m512i odd = _mm512_add_epi64(
      _mm512_mul_epi32(_mm512_srli_epi64(x, 32), _mm512_srli_epi64(y, 32)), half);
  return (ivec)_mm512_mask_blend_epi32(0xaaaa, _mm512_srli_epi64(even, 31),
                                       _mm512_slli_epi64(odd, 1));
#else
  const __m256i x = (__m256i)a, y = (__m256i)b, half = _mm256_set1_epi64x(1 << 30);
  const __m256i even = _mm256_add_epi64(_mm256_mul_epi32(x, y), half);
  const __m256i odd = _mm256_add_epi64(
      _mm256_mul_epi32(_mm256_srli_epi64(x, 32), _mm256_srli_epi64(y, 32)), half);
  return (ivec)_mm256_blend_epi32(_mm256_srli_epi64(even, 31), _mm256_slli_epi64(odd, 1), 0xaa);
#endif
}

/// The same for |a| < 2³⁰: of 2a, whose products have the result in their upper half.
MSK_INLINE ivec MSK_NAME(v_small_high_product)(ivec a, ivec b) {
#if MSK_LANES == 4
  return MSK_NAME(v_high_product)(a, b);
#elif MSK_LANES == 16
  const __m512i x = (__m512i)(a + a), y = (__m512i)b, half = _mm512_set1_epi64(1ll << 31);
  const __m512i even = _mm512_add_epi64(_mm512_mul_epi32(x, y), half);
  const __m512i odd = _mm512_add_epi64(
      _mm512_mul_epi32(_mm512_srli_epi64(x, 32), _mm512_srli_epi64(y, 32)), half);
  return (ivec)_mm512_mask_shuffle_epi32(odd, 0x5555, even, (_MM_PERM_ENUM)0xf5);
#else
  const __m256i x = (__m256i)(a + a), y = (__m256i)b, half = _mm256_set1_epi64x(1ll << 31);
  const __m256i even = _mm256_add_epi64(_mm256_mul_epi32(x, y), half);
  const __m256i odd = _mm256_add_epi64(
      _mm256_mul_epi32(_mm256_srli_epi64(x, 32), _mm256_srli_epi64(y, 32)), half);
  return (ivec)_mm256_blend_epi32(_mm256_shuffle_epi32(even, 0xf5), odd, 0xaa);
#endif
}

/// `msk_rounded_shift` for n ≥ 1 and |x| < 2³⁰; `half` is 2^(n − 1).
MSK_INLINE ivec MSK_NAME(v_small_rounded_shift)(ivec x, ivec n, ivec half) {
  return (x + (x >> 31) + half) >> n;
}

MSK_INLINE ivec MSK_NAME(v_rounded_shift)(ivec x, ivec n) {
  const ivec mask = ((ivec)1 << n) - 1, rest = x & mask;
  // A condition that holds is −1.
  return (x >> n) - (rest > (mask >> 1) - (x < 0));
}

MSK_INLINE ivec MSK_NAME(v_scaled)(ivec x, ivec multiplier, ivec shift) {
  const ivec left = __builtin_elementwise_max(shift, (ivec)0);
  return MSK_NAME(v_rounded_shift)(MSK_NAME(v_high_product)(x << left, multiplier), left - shift);
}

/// The same scale for all lanes.
MSK_INLINE ivec MSK_NAME(v_scaled_by)(ivec x, msk_scale s) {
  return MSK_NAME(v_scaled)(x, (ivec)s.multiplier, (ivec)s.shift);
}

MSK_INLINE ivec MSK_NAME(v_scaled_wide)(lvec x, ivec multiplier, ivec shift) {
  const ivec reduced = multiplier < 0x7fff0000 ? (multiplier + (1 << 15)) >> 16 : (ivec)0x7fff;
  const lvec total = __builtin_convertvector(15 - shift, lvec);
  lvec product = x * __builtin_convertvector(reduced, lvec) + ((lvec)1 << (total - 1));
  return __builtin_convertvector(product >> total, ivec);
}

MSK_INLINE ivec MSK_NAME(v_scaled_real)(dvec x, dvec scale) {
  dvec product = x * scale;
  product = __builtin_elementwise_max(product, (dvec)-2147483648.0);
  product = __builtin_elementwise_min(product, (dvec)2147483647.0);
  // The number before ½ carries ties away from zero and nothing less than they are.
  const lvec sign = (lvec)product & INT64_MIN;
  const dvec half = (dvec)((lvec)(dvec)0.49999999999999994 | sign);
  return __builtin_convertvector(product + half, ivec);
}

/// `msk_rounded`.
MSK_INLINE ivec MSK_NAME(v_rounded)(vec x) {
  const vec limit = v_fill(16777216.0f), bounded = v_clamp(x != x ? v_fill(0.0f) : x, -limit, limit);
  // The number before ½ carries ties away from zero and nothing less than they are.
  const ivec sign = (ivec)bounded & INT32_MIN;
  return __builtin_convertvector(bounded + (vec)((ivec)v_fill(0.49999997f) | sign), ivec);
}

/// What the columns from n on are scaled and moved by, as `msk_finish` does it; `count` of them.
typedef struct {
  ivec multiplier, left, right;
  ivec low, high, zero;
  dvec real;
  /// 2^(right − 1), if right is at least 1 everywhere, left nowhere, and sums are below 2³⁰.
  ivec half;
  bool is_small;
  /// Small ones whose clamp is that of the type; or one at the zero point from below, so that
  /// negative sums count as 0.
  bool is_whole, is_positive;
  /// `half` with the zero point in it.
  ivec moved_half;
} MSK_NAME(v_columns);

/// Whether no lane is different from 0.
MSK_INLINE bool MSK_NAME(v_is_zero)(ivec x) {
#if MSK_LANES == 4
  return vmaxvq_u32((uint32x4_t)x) == 0;
#elif MSK_LANES == 16
  return _mm512_test_epi32_mask((__m512i)x, (__m512i)x) == 0;
#else
  return _mm256_testz_si256((__m256i)x, (__m256i)x);
#endif
}

/// Whether sums of products of int8 that start from a bias stay below 2³⁰.
MSK_INLINE bool MSK_NAME(v_are_small)(ivec bias, ptrdiff_t depth) {
  return depth < 1 << 14 && MSK_NAME(v_is_zero)((bias > 1 << 29) | (bias < -(1 << 29)));
}

MSK_INLINE MSK_NAME(v_columns)
    MSK_NAME(v_load_columns)(msk_integer_result result, const void *scales, ptrdiff_t n,
                             ptrdiff_t count, bool are_small) {
  MSK_NAME(v_columns) columns;
  const lvec pairs = MSK_NAME(v_wide)(scales, n, count);
#if MSK_LANES == 16
  // Multipliers are the even halves, shifts the odd ones.
  __m512i part[2];
  __builtin_memcpy(part, &pairs, sizeof part);
  const ivec even = {0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30};
  columns.multiplier = (ivec)_mm512_permutex2var_epi32(part[0], (__m512i)even, part[1]);
  const ivec shift = (ivec)_mm512_permutex2var_epi32(part[0], (__m512i)(even + 1), part[1]);
#else
  columns.multiplier = __builtin_convertvector(pairs, ivec);
  const ivec shift = __builtin_convertvector(pairs >> 32, ivec);
#endif
  columns.left = __builtin_elementwise_max(shift, (ivec)0);
  columns.right = columns.left - shift;
  columns.real = (dvec)pairs;
  columns.is_small = are_small && MSK_NAME(v_is_zero)(shift >= 0);
  columns.half = (ivec)1 << (columns.right - 1);
  // The clamp goes before the zero point, so that nothing can overflow.
  columns.zero = (ivec)result.zero;
  columns.low = (ivec)msk_limited((int64_t)result.low - result.zero, INT32_MIN, INT32_MAX);
  columns.high = (ivec)msk_limited((int64_t)result.high - result.zero, INT32_MIN, INT32_MAX);
  columns.is_whole = columns.is_positive = false;
#if MSK_LANES == 16
  const int32_t limit = result.type == msk_integer_s8 ? 128 : 32768;
  if (columns.is_small && result.type != msk_integer_s32 && result.high == limit - 1 &&
      MSK_NAME(v_is_zero)(columns.right > 14)) {
    columns.is_positive = result.low == result.zero;
    columns.is_whole = result.low == -limit || columns.is_positive;
  }
  columns.moved_half = columns.half + (columns.zero << columns.right);
#endif
  return columns;
}

/// Scales by fixed-point numbers and clamps.
MSK_INLINE ivec MSK_NAME(v_finished_fixed)(const MSK_NAME(v_columns) *c, ivec sum) {
  const ivec product = MSK_NAME(v_high_product)(sum << c->left, c->multiplier);
  const ivec value = MSK_NAME(v_rounded_shift)(product, c->right);
  return MSK_NAME(v_bounded)(value, c->low, c->high) + c->zero;
}

/// The same of small ones.
MSK_INLINE ivec MSK_NAME(v_finished_small)(const MSK_NAME(v_columns) *c, ivec sum) {
  const ivec product = MSK_NAME(v_small_high_product)(sum, c->multiplier);
  const ivec value = MSK_NAME(v_small_rounded_shift)(product, c->right, c->half);
  return MSK_NAME(v_bounded)(value, c->low, c->high) + c->zero;
}

#if MSK_LANES == 16
/// The same of whole ones, for a store that saturates.
MSK_INLINE ivec MSK_NAME(v_finished_whole)(const MSK_NAME(v_columns) *c, ivec sum) {
  if (!c->is_positive) {
    const ivec product = MSK_NAME(v_small_high_product)(sum, c->multiplier);
    return (product + (sum >> 31) + c->moved_half) >> c->right;
  }
  const __m512i x = (__m512i)__builtin_elementwise_max(sum, (ivec)0);
  const __m512i y = (__m512i)(c->multiplier << 1), half = _mm512_set1_epi64(1ll << 31);
  const __m512i even = _mm512_add_epi64(_mm512_mul_epu32(x, y), half);
  const __m512i odd = _mm512_add_epi64(
      _mm512_mul_epu32(_mm512_srli_epi64(x, 32), _mm512_srli_epi64(y, 32)), half);
  const ivec product = (ivec)_mm512_mask_shuffle_epi32(odd, 0x5555, even, (_MM_PERM_ENUM)0xf5);
  return (product + c->moved_half) >> c->right;
}

/// Cuts all lanes to the type and stores them.
MSK_INLINE void MSK_NAME(v_set_cut)(msk_integer type, void *p, ptrdiff_t i, ivec x) {
  if (type == msk_integer_s8) {
    _mm_storeu_si128((__m128i *)((int8_t *)p + i), _mm512_cvtsepi32_epi8((__m512i)x));
  } else {
    _mm256_storeu_si256((__m256i *)((int16_t *)p + i), _mm512_cvtsepi32_epi16((__m512i)x));
  }
}
#endif

/// Scales and clamps in any way.
MSK_INLINE ivec MSK_NAME(v_finished)(msk_integer_result result, const MSK_NAME(v_columns) *c,
                                     ivec sum, lvec wide) {
  ivec value;
  if (result.scaling == msk_scaling_real) {
    const dvec x = result.wide ? __builtin_convertvector(wide, dvec)
                               : __builtin_convertvector(sum, dvec);
    value = MSK_NAME(v_scaled_real)(x, c->real);
  } else if (result.wide) {
    value = MSK_NAME(v_scaled_wide)(wide, c->multiplier, c->left - c->right);
  } else {
    return MSK_NAME(v_finished_fixed)(c, sum);
  }
  return MSK_NAME(v_bounded)(value, c->low, c->high) + c->zero;
}

#undef lvec
#undef dvec
