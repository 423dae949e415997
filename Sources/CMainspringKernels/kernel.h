// SPDX-License-Identifier: Apache-2.0
//
// What every kernel file starts from: scalar tools, and the names of the vector tools.
//
// A kernel file is compiled several times: once as itself, with the scalar variant and the
// dispatch, and once more for each instruction set when it includes "variants.h", which includes
// it back with MSK_VARIANT set. There `vec` and the `v_` functions stand for its.
#ifndef MSK_KERNEL_H
#define MSK_KERNEL_H

#include "CMainspringKernels.h"

#if defined(__x86_64__)
#define MSK_X86 1
#include <immintrin.h>
#else
#define MSK_X86 0
#endif
#if defined(__aarch64__) && defined(__ARM_NEON) && !defined(__AARCH64EB__)
#define MSK_ARM64 1
#include <arm_neon.h>
#else
#define MSK_ARM64 0
#endif

#pragma STDC FP_CONTRACT OFF

#define MSK_INLINE static inline __attribute__((always_inline, unused))
#define MSK_UNROLL _Pragma("clang loop unroll(full)")

#define MSK_PASTE(name, variant) name##_##variant
#define MSK_EXPAND(name, variant) MSK_PASTE(name, variant)
/// `name_avx2` in the AVX2 pass and so on.
#define MSK_NAME(name) MSK_EXPAND(name, MSK_VARIANT)

// Pasting leaves the inner name alone: `v_load` reads `v_load_avx2` in the AVX2 pass.
#define vec MSK_NAME(vec)
#define ivec MSK_NAME(ivec)
#define v_load MSK_NAME(v_load)
#define v_load_n MSK_NAME(v_load_n)
#define v_load_half MSK_NAME(v_load_half)
#define v_load_half_n MSK_NAME(v_load_half_n)
#define v_load_as MSK_NAME(v_load_as)
#define v_store MSK_NAME(v_store)
#define v_store_n MSK_NAME(v_store_n)
#define v_fill MSK_NAME(v_fill)
#define v_fma MSK_NAME(v_fma)
#define v_clamp MSK_NAME(v_clamp)
#define v_max MSK_NAME(v_max)
#define v_min MSK_NAME(v_min)
#define v_abs MSK_NAME(v_abs)
#define v_sqrt MSK_NAME(v_sqrt)
#define v_sum MSK_NAME(v_sum)
#define v_scale MSK_NAME(v_scale)
#define v_exp MSK_NAME(v_exp)
#define v_expm1 MSK_NAME(v_expm1)
#define v_tanh MSK_NAME(v_tanh)
#define v_sigmoid MSK_NAME(v_sigmoid)
#define v_function MSK_NAME(v_function)

/// Calls the variant of `name` for `isa`.
#if MSK_X86
#define MSK_DISPATCH(isa, name, ...)      \
  switch (isa) {                          \
  case msk_isa_avx512_vnni:               \
  case msk_isa_avx512:                    \
    name##_avx512(__VA_ARGS__);           \
    return;                               \
  case msk_isa_avx_vnni:                  \
  case msk_isa_avx2:                      \
    name##_avx2(__VA_ARGS__);             \
    return;                               \
  case msk_isa_scalar:                    \
    name##_scalar(__VA_ARGS__);           \
    return;                               \
  case msk_isa_neon:                      \
  case msk_isa_neon_dot: break;           \
  }
#elif MSK_ARM64
#define MSK_DISPATCH(isa, name, ...)      \
  if ((isa) != msk_isa_scalar) {          \
    name##_neon(__VA_ARGS__);             \
    return;                               \
  }                                       \
  name##_scalar(__VA_ARGS__);
#else
#define MSK_DISPATCH(isa, name, ...) \
  (void)(isa);                       \
  name##_scalar(__VA_ARGS__);
#endif

/// The same for kernels without a variant for NEON.
#if MSK_X86
#define MSK_DISPATCH_X86(isa, name, ...) MSK_DISPATCH(isa, name, __VA_ARGS__)
#else
#define MSK_DISPATCH_X86(isa, name, ...) \
  (void)(isa);                           \
  name##_scalar(__VA_ARGS__);
#endif

/// Bytes of one weight.
MSK_INLINE ptrdiff_t msk_byte_count(msk_element element) {
  return element == msk_element_f16 ? 2 : 4;
}

MSK_INLINE ptrdiff_t msk_minimum_of(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }
MSK_INLINE ptrdiff_t msk_maximum_of(ptrdiff_t a, ptrdiff_t b) { return a > b ? a : b; }

/// `count` rounded up to whole vectors.
MSK_INLINE ptrdiff_t msk_round_up(ptrdiff_t count, ptrdiff_t lanes) {
  return (count + lanes - 1) / lanes * lanes;
}

/// Leaves the state behind the last step for the call that goes on from it; without any step that
/// is the state itself.
MSK_INLINE void msk_keep_state(float *state, const float *h, ptrdiff_t units) {
  for (ptrdiff_t u = 0; u < units; u++) state[u] = h[u];
}

MSK_INLINE float msk_from_bits(uint32_t bits) {
  float value;
  __builtin_memcpy(&value, &bits, sizeof value);
  return value;
}

MSK_INLINE uint32_t msk_to_bits(float value) {
  uint32_t bits;
  __builtin_memcpy(&bits, &value, sizeof bits);
  return bits;
}

/// A weight as a float, exactly.
MSK_INLINE float msk_weight(msk_element element, const void *w, ptrdiff_t index) {
  if (element == msk_element_f32) return ((const float *)w)[index];
  // Without branches, so that plain C takes 2.3 instead of 10 ms for two windows of a CNN-LSTM.
  uint32_t half = ((const uint16_t *)w)[index];
  uint32_t sign = (half & 0x8000) << 16, magnitude = half & 0x7fff, bits = magnitude << 13;
  uint32_t normal = bits + (112u << 23) + (magnitude >= 0x7c00 ? 112u << 23 : 0);
  uint32_t small = msk_to_bits(msk_from_bits(bits + (113u << 23)) - 0x1p-14f);
  return msk_from_bits((magnitude < 0x400 ? small : normal) | sign);
}

// Not-a-number passes through both, whichever operand it is of `x`.
MSK_INLINE float msk_clamped(float x, float low, float high) {
  x = low > x ? low : x;
  return high < x ? high : x;
}

/// Position of a walk along axes; the innermost one is left to the caller.
typedef struct {
  ptrdiff_t y, a, b, c;
  int32_t index[MSK_MAXIMUM_AXES];
} msk_walk;

/// Starts at the first row.
MSK_INLINE void msk_walk_start(msk_walk *walk, ptrdiff_t axis_count) {
  walk->y = walk->a = walk->b = walk->c = 0;
  for (ptrdiff_t i = 0; i < axis_count; i++) walk->index[i] = 0;
}

/// Moves to the next row; false after the last.
MSK_INLINE bool msk_walk_next(msk_walk *walk, const msk_axis *axes, ptrdiff_t axis_count) {
  for (ptrdiff_t i = axis_count - 2; i >= 0; i--) {
    const msk_axis *axis = &axes[i];
    ptrdiff_t step = 1;
    bool again = true;
    if (++walk->index[i] == axis->extent) {
      walk->index[i] = 0;
      step = 1 - (ptrdiff_t)axis->extent;
      again = false;
    }
    walk->y += step * axis->y;
    walk->a += step * axis->a;
    walk->b += step * axis->b;
    walk->c += step * axis->c;
    if (again) return true;
  }
  return false;
}

#include "scalar_math.h"

#endif
