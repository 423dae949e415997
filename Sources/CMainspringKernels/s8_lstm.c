// SPDX-License-Identifier: Apache-2.0
#include "fixed_point.h"

/// The cell and the state of one step; `z` has the gates' sums without the input's share.
static void lstm_cell(int8_t *h, int16_t *c, const int32_t *z, const int16_t *xs,
                      const msk_integer_recurrent *s) {
  const ptrdiff_t units = s->units;
  for (ptrdiff_t u = 0; u < units; u++) {
    const int16_t i = msk_logistic_16(msk_limited_16(z[u] + xs[u]));
    const int16_t f = msk_logistic_16(msk_limited_16(z[units + u] + xs[units + u]));
    const int16_t g = msk_tanh_16(msk_limited_16(z[2 * units + u] + xs[2 * units + u]), 3);
    const int16_t o = msk_logistic_16(msk_limited_16(z[3 * units + u] + xs[3 * units + u]));
    // Each product is cut to 16 bits before their sum is limited to them.
    const int16_t kept = (int16_t)msk_rounded_shift((int32_t)f * c[u], 15);
    const int16_t added = (int16_t)msk_rounded_shift((int32_t)i * g, 15 + s->cell_bits);
    int16_t cell = msk_limited_16((int32_t)kept + added);
    if (s->cell_clip > 0) cell = (int16_t)msk_limited(cell, -s->cell_clip, s->cell_clip);
    c[u] = cell;
    const int32_t product = (int32_t)o * msk_tanh_16(cell, s->cell_bits);
    const int32_t hidden = msk_scaled(product, s->hidden) + s->hidden_zero;
    h[u] = (int8_t)msk_limited(hidden, -128, 127);
  }
}

void msk_s8_lstm(msk_isa isa, int8_t *y, const int16_t *xs, const int8_t *w, const int32_t *bias,
                 const msk_scale *scales, void *scratch, msk_integer_recurrent shape) {
  const ptrdiff_t units = shape.units, columns = 4 * units;
  int32_t *z = scratch;
  int16_t *c = (int16_t *)(z + columns);
  int8_t *h = (int8_t *)(c + units);
  const msk_integer_gemm product = {
      .rows = 1, .columns = columns, .segments = 1, .length = units, .x_stride = units,
      .y_stride = columns, .x = msk_integer_s8,
      // Sums that exceed 16 bits by as much again are limited with the input's share.
      .y = {.type = msk_integer_s32, .low = -(1 << 30), .high = 1 << 30}};
  for (ptrdiff_t u = 0; u < units; u++) {
    c[u] = 0;
    h[u] = (int8_t)shape.state_zero;
  }
  for (ptrdiff_t t = 0; t < shape.time; t++, xs += columns) {
    msk_int_gemm(isa, z, h, w, bias, scales, 0, product);
    lstm_cell(h, c, z, xs, &shape);
    if (shape.sequence) {
      for (ptrdiff_t u = 0; u < units; u++) y[t * units + u] = h[u];
    }
  }
  if (!shape.sequence) {
    for (ptrdiff_t u = 0; u < units; u++) y[u] = h[u];
  }
}
