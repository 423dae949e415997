// SPDX-License-Identifier: Apache-2.0
#include "kernel.h"

/// The recurrence from a state, null for zeros; gives the one behind the last step, which is in y.
static const float *rnn(msk_isa isa, float *y, const float *xs, const void *w, const float *h,
                        float *scratch, msk_function activation, const msk_recurrent *s) {
  const ptrdiff_t units = s->units, padded = msk_round_up(units, msk_lanes(isa));
  for (ptrdiff_t t = 0; t < s->time; t++, xs += padded) {
    float *next = s->sequence ? y + t * units : y;
    if (h) {
      msk_f32_gemv(isa, scratch, h, w, xs, s->element, units, padded, -__builtin_inff(),
                   __builtin_inff(), t & 1);
    }
    msk_f32_map(isa, next, h ? scratch : xs, units, activation);
    h = next;
  }
  return h;
}

void msk_f32_rnn(msk_isa isa, float *y, const float *xs, const void *w, float *scratch,
                 msk_function activation, msk_recurrent shape) {
  rnn(isa, y, xs, w, 0, scratch, activation, &shape);
}

void msk_f32_rnn_resume(msk_isa isa, float *y, const float *xs, const void *w, float *state,
                        float *scratch, msk_function activation, msk_recurrent shape) {
  const float *h = rnn(isa, y, xs, w, state, scratch, activation, &shape);
  msk_keep_state(state, h, shape.units);
}
