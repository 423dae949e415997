// SPDX-License-Identifier: Apache-2.0
//
// What the kernel files that multiply int8 by VNNI start from. They are for x86-64 alone and hold
// one variant: that of AVX-512, or with MSK_AVX_VNNI that of AVX-VNNI, with vectors half as wide.
// Functions that follow the inclusion may use its instructions.
#ifndef MSK_VNNI_H
#define MSK_VNNI_H

#include "int_gemm.h"

#if MSK_X86

// Vectors of two registers are passed between functions that are always inlined.
#pragma clang diagnostic ignored "-Wpsabi"

#if defined(MSK_AVX_VNNI)
#define MSK_TARGET_VNNI __attribute__((target("avx2,fma,f16c,avxvnni")))
#define MSK_VARIANT avx_vnni
#define MSK_LANES 8
#else
#define MSK_TARGET_VNNI \
  __attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")))
#define MSK_VARIANT avx512_vnni
#define MSK_LANES 16
#endif
#pragma clang attribute push(MSK_TARGET_VNNI, apply_to = function)
#include "integer_lanes.h"

/// sum + products of four neighbours of each of the columns with the same four of a row.
MSK_INLINE ivec msk_dot(ivec sum, ivec x, const int8_t *w) {
#if MSK_LANES == 16
  return (ivec)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)x, _mm512_loadu_si512(w));
#else
  const __m256i weights = _mm256_loadu_si256((const __m256i *)w);
  return (ivec)_mm256_dpbusd_avx_epi32((__m256i)sum, (__m256i)x, weights);
#endif
}

/// Four neighbours, moved by `msk_int_offset`, in all lanes.
MSK_INLINE ivec msk_four(const int8_t *x) {
  int32_t group;
  __builtin_memcpy(&group, x, sizeof group);
  return (ivec)group ^ (int32_t)0x80808080;
}

/// The same of fewer; the rest is multiplied by zeros.
MSK_INLINE ivec msk_some(const int8_t *x, ptrdiff_t count) {
  uint32_t group = 0;
  for (ptrdiff_t k = 0; k < count; k++) group |= (uint32_t)(uint8_t)x[k] << 8 * k;
  return (ivec)(int32_t)(group ^ 0x80808080);
}
#pragma clang attribute pop

#endif
#endif
