// SPDX-License-Identifier: Apache-2.0
//
// Copies and selections are bound by memory: what the compiler makes of the plain loops will do.
#include "kernel.h"

void msk_f32_fill(float *y, ptrdiff_t count, float value) {
  for (ptrdiff_t i = 0; i < count; i++) y[i] = value;
}

void msk_f32_copy(float *y, const float *a, const msk_axis *axes, ptrdiff_t axis_count) {
  const msk_axis row = axes[axis_count - 1];
  msk_walk walk;
  msk_walk_start(&walk, axis_count);
  do {
    float *to = y + walk.y;
    const float *from = a + walk.a;
    if (row.y == 1 && row.a == 1) {
      for (ptrdiff_t i = 0; i < row.extent; i++) to[i] = from[i];
    } else {
      for (ptrdiff_t i = 0; i < row.extent; i++) to[i * row.y] = from[i * row.a];
    }
  } while (msk_walk_next(&walk, axes, axis_count));
}

void msk_f32_select(float *y, const float *a, const float *b, const float *c, const msk_axis *axes,
                    ptrdiff_t axis_count) {
  const msk_axis row = axes[axis_count - 1];
  msk_walk walk;
  msk_walk_start(&walk, axis_count);
  do {
    for (ptrdiff_t i = 0; i < row.extent; i++) {
      bool condition = a[walk.a + i * row.a] != 0.0f;
      y[walk.y + i * row.y] = condition ? b[walk.b + i * row.b] : c[walk.c + i * row.c];
    }
  } while (msk_walk_next(&walk, axes, axis_count));
}
