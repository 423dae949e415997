// SPDX-License-Identifier: Apache-2.0
#include "kernel.h"

void msk_f32_rnn(msk_isa isa, float *y, const float *xs, const void *w, float *scratch,
                 msk_function activation, msk_recurrent shape) {
  const ptrdiff_t units = shape.units, padded = msk_round_up(units, msk_lanes(isa));
  const float *h = 0;
  for (ptrdiff_t t = 0; t < shape.time; t++, xs += padded) {
    float *next = shape.sequence ? y + t * units : y;
    if (h) {
      msk_f32_gemv(isa, scratch, h, w, xs, shape.element, units, padded, -__builtin_inff(),
                   __builtin_inff(), t & 1);
    }
    msk_f32_map(isa, next, h ? scratch : xs, units, activation);
    h = next;
  }
}
