// SPDX-License-Identifier: Apache-2.0
//
// How a row of floats becomes int8 on vectors; included once for each instruction set by the kernel
// files of hybrid layers.

/// Least and largest lane of either; none is not-a-number.
MSK_INLINE hybrid_bounds MSK_NAME(v_outermost)(vec least, vec largest) {
#if MSK_LANES == 16
  // Both as one vector of maxima, a half each.
  const __m512 low = (__m512)-least, high = (__m512)largest;
  __m512 x = _mm512_max_ps(_mm512_shuffle_f32x4(low, high, 0x44),
                           _mm512_shuffle_f32x4(low, high, 0xee));
  x = _mm512_max_ps(x, _mm512_shuffle_f32x4(x, x, 0xb1));
  x = _mm512_max_ps(x, _mm512_permute_ps(x, 0x4e));
  x = _mm512_max_ps(x, _mm512_permute_ps(x, 0xb1));
  return (hybrid_bounds){.least = -_mm512_cvtss_f32(x),
                         .largest = _mm_cvtss_f32(_mm512_extractf32x4_ps(x, 2))};
#else
  hybrid_bounds bounds = {least[0], largest[0]};
  for (int j = 1; j < MSK_LANES; j++) {
    bounds.least = least[j] < bounds.least ? least[j] : bounds.least;
    bounds.largest = largest[j] > bounds.largest ? largest[j] : bounds.largest;
  }
  return bounds;
#endif
}

/// x · inverse + zero rounded with ties away from zero; not-a-number gives 0. The inverse is
/// finite, so that only saturation to int8 is left to do.
MSK_INLINE ivec MSK_NAME(v_hybrid)(vec x, vec inverse, vec zero) {
  const vec value = zero + x * inverse;
  // The number before ½ carries ties away from zero and nothing less than they are.
  const ivec sign = (ivec)value & INT32_MIN;
  const vec moved = value + (vec)((ivec)v_fill(0.49999997f) | sign);
#if MSK_LANES == 16
  const __mmask16 numbers = _mm512_cmp_ps_mask((__m512)value, (__m512)value, _CMP_ORD_Q);
  return (ivec)_mm512_maskz_cvttps_epi32(numbers, (__m512)moved);
#else
  return __builtin_convertvector(value != value ? v_fill(0.0f) : moved, ivec);
#endif
}

/// Stores the first n lanes, saturated.
MSK_INLINE void MSK_NAME(v_set_bytes)(int8_t *y, ivec x, ptrdiff_t n) {
#if MSK_LANES == 16
  const __mmask16 mask = n < MSK_LANES ? (__mmask16)((1u << n) - 1) : (__mmask16)-1;
  _mm_mask_storeu_epi8(y, mask, _mm512_cvtsepi32_epi8((__m512i)x));
#else
  MSK_NAME(v_set_integers)(msk_integer_s8, y, 0, MSK_NAME(v_bounded)(x, (ivec)-128, (ivec)127), n);
#endif
}

#if MSK_LANES == 16
/// Four vectors as 64 int8, saturated.
MSK_INLINE __m512i MSK_NAME(v_bytes)(const ivec *x) {
  const __m512i low = _mm512_packs_epi32((__m512i)x[0], (__m512i)x[1]);
  const __m512i high = _mm512_packs_epi32((__m512i)x[2], (__m512i)x[3]);
  // Packs work on quarters of registers: all first quarters come first.
  const __m512i order =
      _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  return _mm512_permutexvar_epi32(order, _mm512_packs_epi16(low, high));
}
#elif MSK_LANES == 8
/// Four vectors as 32 int8, saturated.
MSK_INLINE __m256i MSK_NAME(v_bytes)(const ivec *x) {
  const __m256i low = _mm256_packs_epi32((__m256i)x[0], (__m256i)x[1]);
  const __m256i high = _mm256_packs_epi32((__m256i)x[2], (__m256i)x[3]);
  // Packs work on halves of registers: all first halves come first.
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  return _mm256_permutevar8x32_epi32(_mm256_packs_epi16(low, high), order);
}
#endif
