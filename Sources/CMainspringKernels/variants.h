// SPDX-License-Identifier: Apache-2.0
//
// Compiles MSK_SOURCE once for each vector instruction set; included by every kernel file. Kernels of
// integers have MSK_TOOLS "integer_lanes.h". With MSK_PLAIN_ARM there is no variant for NEON.
#ifndef MSK_TOOLS
#define MSK_TOOLS "lanes.h"
#endif

#if MSK_X86

// Vectors of two registers are passed between functions that are always inlined.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define MSK_VARIANT avx2
#define MSK_LANES 8
#define MSK_REGISTERS 16
#include MSK_TOOLS
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
#include MSK_TOOLS
#include MSK_SOURCE
#undef MSK_REGISTERS
#undef MSK_LANES
#undef MSK_VARIANT
#pragma clang attribute pop

#pragma clang diagnostic pop
#endif

#if MSK_ARM64 && !defined(MSK_PLAIN_ARM)

// Part of every such processor: no target to name.
#define MSK_VARIANT neon
#define MSK_LANES 4
#define MSK_REGISTERS 32
#include MSK_TOOLS
#include MSK_SOURCE
#undef MSK_REGISTERS
#undef MSK_LANES
#undef MSK_VARIANT

#endif
