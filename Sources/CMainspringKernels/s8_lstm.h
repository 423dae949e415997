// SPDX-License-Identifier: Apache-2.0
#ifndef MSK_S8_LSTM_H
#define MSK_S8_LSTM_H

#include "kernel.h"

#if MSK_X86
/// `msk_s8_lstm_batch` by AVX-512 VNNI, a step in registers; false, with nothing done, for layers
/// whose gates are not whole vectors or whose scales are 1/2 or more.
bool msk_lstm_avx512_vnni(int8_t *y, const int16_t *xs, const int8_t *w, const int32_t *bias,
                          const msk_scale *scales, void *scratch,
                          const msk_integer_recurrent *shape, msk_batch batch);
/// The same by AVX-VNNI.
bool msk_lstm_avx_vnni(int8_t *y, const int16_t *xs, const int8_t *w, const int32_t *bias,
                       const msk_scale *scales, void *scratch, const msk_integer_recurrent *shape,
                       msk_batch batch);
#endif

#endif
