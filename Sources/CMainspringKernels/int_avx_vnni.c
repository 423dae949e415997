// SPDX-License-Identifier: Apache-2.0
//
// Products of int8 by AVX-VNNI, with the vectors of AVX2.
#define MSK_AVX_VNNI
#include "int_vnni.c"
