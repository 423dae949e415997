// SPDX-License-Identifier: Apache-2.0
//
// A step of the LSTM on int8 in registers by AVX-VNNI, with the vectors of AVX2.
#define MSK_AVX_VNNI
#include "s8_lstm_vnni.c"
