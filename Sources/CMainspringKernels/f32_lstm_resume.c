// SPDX-License-Identifier: Apache-2.0
#include "kernel.h"
#include "lstm_cell.h"

void msk_f32_lstm_resume(msk_isa isa, float *y, const float *xs, const void *w, float *state,
                         float *scratch, msk_function activation, msk_function gate, float clip,
                         msk_recurrent shape) {
  const ptrdiff_t units = shape.units, padded = msk_round_up(units, msk_lanes(isa));
  const float limit = clip > 0.0f ? clip : __builtin_inff();
  float *z = scratch, *c = state + padded;
  const float *h = state;
  for (ptrdiff_t t = 0; t < shape.time; t++, xs += 4 * padded) {
    float *next = shape.sequence ? y + t * units : y;
    msk_f32_gemv(isa, z, h, w, xs, shape.element, units, 4 * padded, -__builtin_inff(),
                 __builtin_inff(), t & 1);
    msk_lstm_cell(isa, next, c, z, units, activation, gate, limit);
    h = next;
  }
  for (ptrdiff_t u = 0; u < units; u++) state[u] = h[u];
}
