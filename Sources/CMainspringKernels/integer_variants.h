// SPDX-License-Identifier: Apache-2.0
//
// Compiles MSK_SOURCE once for each way of multiplying int8; included by kernel files of integers.
// MSK_GROUP neighbours are multiplied and added up by one instruction.
#if MSK_X86

// Vectors of two registers are passed between functions that are always inlined.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define MSK_VARIANT avx2
#define MSK_LANES 8
#define MSK_GROUP 2
#include "lanes.h"
#include "integer_lanes.h"
#include MSK_SOURCE
#undef MSK_GROUP
#undef MSK_LANES
#undef MSK_VARIANT
#pragma clang attribute pop

#pragma clang attribute push(                                                                \
    __attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl"))), \
    apply_to = function)
#define MSK_VARIANT avx512
#define MSK_LANES 16
#define MSK_GROUP 2
#include "lanes.h"
#include "integer_lanes.h"
#include MSK_SOURCE
#undef MSK_GROUP
#undef MSK_LANES
#undef MSK_VARIANT
#pragma clang attribute pop

#ifdef MSK_WANTS_VNNI
#pragma clang attribute push(                                                                \
    __attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"))), \
    apply_to = function)
#define MSK_VARIANT avx512_vnni
#define MSK_LANES 16
#define MSK_GROUP 4
#include "lanes.h"
#include "integer_lanes.h"
#include MSK_SOURCE
#undef MSK_GROUP
#undef MSK_LANES
#undef MSK_VARIANT
#pragma clang attribute pop
#endif

#pragma clang diagnostic pop
#endif
