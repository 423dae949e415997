// SPDX-License-Identifier: Apache-2.0
#ifndef MSK_LSTM_CELL_H
#define MSK_LSTM_CELL_H

#include "CMainspringKernels.h"

/// The cell and the state of one step of `msk_f32_lstm`; z is `[4·padded]`, clip ∞ for none.
void msk_lstm_cell(msk_isa isa, float *h, float *c, const float *z, ptrdiff_t units,
                   msk_function activation, msk_function gate, float clip);

#endif
