// SPDX-License-Identifier: Apache-2.0
//
// A step of the LSTM with int8 weights in registers by AVX-VNNI, with the vectors of AVX2.
#define MSK_AVX_VNNI
#include "hybrid_vnni.c"
