// SPDX-License-Identifier: Apache-2.0
//
// Parts of vectors of integers; included by "integer_lanes.h".

// A part of a vector: the first n of its elements, 0 < n < lanes; what is beyond is neither read
// nor written. AVX-512 has masks for it, AVX2 for elements of 4 and 8 bytes, NEON none.

#if MSK_LANES == 16

#define MSK_MASK(n) ((1u << (n)) - 1)

MSK_INLINE MSK_NAME(bvec) MSK_NAME(v_part_8)(const void *p, ptrdiff_t n) {
  return (MSK_NAME(bvec))_mm_maskz_loadu_epi8((__mmask16)MSK_MASK(n), p);
}

MSK_INLINE MSK_NAME(svec) MSK_NAME(v_part_16)(const void *p, ptrdiff_t n) {
  return (MSK_NAME(svec))_mm256_maskz_loadu_epi16((__mmask16)MSK_MASK(n), p);
}

MSK_INLINE ivec MSK_NAME(v_part_32)(const void *p, ptrdiff_t n) {
  return (ivec)_mm512_maskz_loadu_epi32((__mmask16)MSK_MASK(n), p);
}

MSK_INLINE lvec MSK_NAME(v_part_64)(const void *p, ptrdiff_t n) {
  const __m512i half[2] = {
      _mm512_maskz_loadu_epi64((__mmask8)MSK_MASK(n), p),
      _mm512_maskz_loadu_epi64((__mmask8)(MSK_MASK(n) >> 8), (const int64_t *)p + 8)};
  lvec x;
  __builtin_memcpy(&x, half, sizeof x);
  return x;
}

MSK_INLINE void MSK_NAME(v_set_part_8)(void *p, MSK_NAME(bvec) x, ptrdiff_t n) {
  _mm_mask_storeu_epi8(p, (__mmask16)MSK_MASK(n), (__m128i)x);
}

MSK_INLINE void MSK_NAME(v_set_part_16)(void *p, MSK_NAME(svec) x, ptrdiff_t n) {
  _mm256_mask_storeu_epi16(p, (__mmask16)MSK_MASK(n), (__m256i)x);
}

MSK_INLINE void MSK_NAME(v_set_part_32)(void *p, ivec x, ptrdiff_t n) {
  _mm512_mask_storeu_epi32(p, (__mmask16)MSK_MASK(n), (__m512i)x);
}

#undef MSK_MASK

#else

/// The first bytes of a vector, fewer than 16.
MSK_INLINE void MSK_NAME(v_copy)(void *to, const void *from, ptrdiff_t byte_count) {
  char *y = to;
  const char *x = from;
  if (byte_count & 8) {
    __builtin_memcpy(y, x, 8);
    y += 8, x += 8;
  }
  if (byte_count & 4) {
    __builtin_memcpy(y, x, 4);
    y += 4, x += 4;
  }
  if (byte_count & 2) {
    __builtin_memcpy(y, x, 2);
    y += 2, x += 2;
  }
  if (byte_count & 1) *y = *x;
}

MSK_INLINE MSK_NAME(bvec) MSK_NAME(v_part_8)(const void *p, ptrdiff_t n) {
  MSK_NAME(bvec) x = 0;
  MSK_NAME(v_copy)(&x, p, n);
  return x;
}

MSK_INLINE MSK_NAME(svec) MSK_NAME(v_part_16)(const void *p, ptrdiff_t n) {
  MSK_NAME(svec) x = 0;
  MSK_NAME(v_copy)(&x, p, n * 2);
  return x;
}

#if MSK_LANES == 4

MSK_INLINE ivec MSK_NAME(v_part_32)(const void *p, ptrdiff_t n) {
  ivec x = 0;
  MSK_NAME(v_copy)(&x, p, n * 4);
  return x;
}

MSK_INLINE lvec MSK_NAME(v_part_64)(const void *p, ptrdiff_t n) {
  lvec x = 0;
  MSK_UNROLL for (int i = 0; i < MSK_LANES - 1; i++) {
    if (i < n) MSK_NAME(v_copy)((int64_t *)&x + i, (const int64_t *)p + i, 8);
  }
  return x;
}

MSK_INLINE void MSK_NAME(v_set_part_32)(void *p, ivec x, ptrdiff_t n) {
  MSK_NAME(v_copy)(p, &x, n * 4);
}

#else

MSK_INLINE ivec MSK_NAME(v_part_32)(const void *p, ptrdiff_t n) {
  return (ivec)_mm256_maskload_epi32(p, MSK_NAME(v_mask)(n));
}

MSK_INLINE lvec MSK_NAME(v_part_64)(const void *p, ptrdiff_t n) {
  const __m256i places = _mm256_setr_epi64x(0, 1, 2, 3);
  const __m256i low = _mm256_cmpgt_epi64(_mm256_set1_epi64x(n), places);
  const __m256i high = _mm256_cmpgt_epi64(_mm256_set1_epi64x(n - 4), places);
  const __m256i half[2] = {_mm256_maskload_epi64(p, low),
                           _mm256_maskload_epi64((const long long *)p + 4, high)};
  lvec x;
  __builtin_memcpy(&x, half, sizeof x);
  return x;
}

MSK_INLINE void MSK_NAME(v_set_part_32)(void *p, ivec x, ptrdiff_t n) {
  _mm256_maskstore_epi32(p, MSK_NAME(v_mask)(n), (__m256i)x);
}

#endif

MSK_INLINE void MSK_NAME(v_set_part_8)(void *p, MSK_NAME(bvec) x, ptrdiff_t n) {
  MSK_NAME(v_copy)(p, &x, n);
}

MSK_INLINE void MSK_NAME(v_set_part_16)(void *p, MSK_NAME(svec) x, ptrdiff_t n) {
  MSK_NAME(v_copy)(p, &x, n * 2);
}

#endif
