// SPDX-License-Identifier: Apache-2.0
#include "integer_result.h"

MSK_INLINE void matmul(msk_integer type, void *y, ptrdiff_t y_first, const void *a,
                       ptrdiff_t a_first, const void *b, ptrdiff_t b_first, int32_t a_zero,
                       int32_t b_zero, msk_scale scale, const msk_matmul *s,
                       msk_integer_result result) {
  for (ptrdiff_t r = 0; r < s->rows; r++) {
    for (ptrdiff_t n = 0; n < s->columns; n++) {
      int64_t sum = 0;
      for (ptrdiff_t k = 0; k < s->depth; k++) {
        const ptrdiff_t left = a_first + r * s->a_row + k * s->a_depth;
        const ptrdiff_t right = b_first + k * s->b_depth + n * s->b_column;
        sum += (int64_t)(msk_integer_at(type, a, left) - a_zero) *
               (msk_integer_at(type, b, right) - b_zero);
      }
      msk_finish(result, y, y_first + r * s->columns + n, sum, &scale, 0);
    }
  }
}

void msk_int_matmul(void *y, const void *a, const void *b, int32_t a_zero, int32_t b_zero,
                    msk_scale scale, const msk_axis *axes, ptrdiff_t axis_count, msk_matmul shape,
                    msk_integer type, msk_integer_result result) {
  const msk_axis row = axes[axis_count - 1];
  msk_walk walk;
  msk_walk_start(&walk, axis_count);
  do {
    for (ptrdiff_t i = 0; i < row.extent; i++) {
      const ptrdiff_t at_y = walk.y + i * row.y;
      const ptrdiff_t at_a = walk.a + i * row.a, at_b = walk.b + i * row.b;
      if (type == msk_integer_s16) {
        matmul(msk_integer_s16, y, at_y, a, at_a, b, at_b, a_zero, b_zero, scale, &shape, result);
      } else {
        matmul(msk_integer_s8, y, at_y, a, at_a, b, at_b, a_zero, b_zero, scale, &shape, result);
      }
    }
  } while (msk_walk_next(&walk, axes, axis_count));
}
