// SPDX-License-Identifier: Apache-2.0
//
// Compiles MSK_SOURCE once for each vector instruction set; included by every kernel file.
#if MSK_X86

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define MSK_VARIANT avx2
#define MSK_LANES 8
#define MSK_REGISTERS 16
#include "lanes.h"
#include MSK_SOURCE
#undef MSK_REGISTERS
#undef MSK_LANES
#undef MSK_VARIANT
#pragma clang attribute pop

#pragma clang attribute push(                                                                \
    __attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl"))), \
    apply_to = function)
#define MSK_VARIANT avx512
#define MSK_LANES 16
#define MSK_REGISTERS 32
#include "lanes.h"
#include MSK_SOURCE
#undef MSK_REGISTERS
#undef MSK_LANES
#undef MSK_VARIANT
#pragma clang attribute pop

#endif

#if MSK_ARM64

// Part of every such processor: no target to name.
#define MSK_VARIANT neon
#define MSK_LANES 4
#define MSK_REGISTERS 32
#include "lanes.h"
#include MSK_SOURCE
#undef MSK_REGISTERS
#undef MSK_LANES
#undef MSK_VARIANT

#endif
