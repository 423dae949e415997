// SPDX-License-Identifier: Apache-2.0
#include "kernel.h"

#if MSK_ARM64 && defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

#if MSK_X86
#include <cpuid.h>

/// Register state the operating system saves, XCR0; 0 when it does not say.
static uint64_t saved_state(void) {
  uint32_t a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE)) return 0;
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t)high << 32 | low;
}

bool msk_isa_available(msk_isa isa) {
  // XMM and YMM; with AVX-512 also the mask registers and both parts of ZMM.
  const uint64_t avx = 0x6, avx512 = 0xe6;
  // Leaf 7, subleaf 1; processors without that subleaf give zeros.
  const uint32_t avx_vnni = 1 << 4;
  uint32_t a, b, c, d, features;
  if (isa == msk_isa_scalar) return true;
  if (!__get_cpuid(1, &a, &b, &features, &d) || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) {
    return false;
  }
  const uint32_t fused = bit_AVX | bit_FMA | bit_F16C;
  uint64_t state = saved_state();
  bool avx2 = (state & avx) == avx && (features & fused) == fused && (b & bit_AVX2);
  if (isa == msk_isa_avx2) return avx2;
  if (isa == msk_isa_avx_vnni) {
    uint32_t more;
    return avx2 && __get_cpuid_count(7, 1, &more, &b, &c, &d) && (more & avx_vnni);
  }
  const uint32_t wide = bit_AVX512F | bit_AVX512BW | bit_AVX512DQ | bit_AVX512VL;
  const bool has_wide = avx2 && (state & avx512) == avx512 && (b & wide) == wide;
  if (isa == msk_isa_avx512) return has_wide;
  return isa == msk_isa_avx512_vnni && has_wide && (c & bit_AVX512VNNI);
}

#elif MSK_ARM64

static bool has_dot_products(void) {
#if defined(__ARM_FEATURE_DOTPROD)
  return true;
#elif defined(__linux__)
  return getauxval(AT_HWCAP) & HWCAP_ASIMDDP;
#else
  return false;
#endif
}

bool msk_isa_available(msk_isa isa) {
  return isa == msk_isa_scalar || isa == msk_isa_neon ||
         (isa == msk_isa_neon_dot && has_dot_products());
}

#else

bool msk_isa_available(msk_isa isa) { return isa == msk_isa_scalar; }

#endif

#if MSK_ARM64

ptrdiff_t msk_lanes(msk_isa isa) { return isa == msk_isa_scalar ? 1 : 4; }

// Two registers of columns leave room for 14 rows of accumulators.
ptrdiff_t msk_gemm_width(msk_isa isa) {
  (void)isa;
  return 8;
}

ptrdiff_t msk_gemv_width(msk_isa isa) { return isa == msk_isa_scalar ? 8 : 64; }

#else

static bool is_avx2(msk_isa isa) { return isa == msk_isa_avx2 || isa == msk_isa_avx_vnni; }
static bool is_avx512(msk_isa isa) { return isa == msk_isa_avx512 || isa == msk_isa_avx512_vnni; }

ptrdiff_t msk_lanes(msk_isa isa) {
  return is_avx512(isa) ? 16 : is_avx2(isa) ? 8 : 1;
}

// Two registers of columns leave room for 14 (AVX-512) or 6 (AVX2) rows of accumulators.
ptrdiff_t msk_gemm_width(msk_isa isa) {
  return is_avx512(isa) ? 32 : is_avx2(isa) ? 16 : 8;
}

// One row alone: enough accumulators to hide the latency of the additions.
ptrdiff_t msk_gemv_width(msk_isa isa) {
  return is_avx512(isa) ? 256 : is_avx2(isa) ? 64 : 8;
}

#endif
