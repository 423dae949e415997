// SPDX-License-Identifier: Apache-2.0
#include "kernel.h"

/// One product: the right operand is packed like weights, the left one laid out row by row.
static void matrix(msk_isa isa, float *y, const float *a, float *packed, float *left,
                   const msk_matmul *s) {
  ptrdiff_t stride = s->a_row;
  if (s->a_depth != 1) {
    for (ptrdiff_t r = 0; r < s->rows; r++) {
      for (ptrdiff_t k = 0; k < s->depth; k++) {
        left[r * s->depth + k] = a[r * s->a_row + k * s->a_depth];
      }
    }
    a = left;
    stride = s->depth;
  }
  msk_f32_gemm(isa, y, a, packed, 0, 0,
               (msk_gemm){.rows = s->rows,
                          .columns = s->columns,
                          .segments = 1,
                          .length = s->depth,
                          .x_stride = stride,
                          .y_stride = s->columns,
                          .low = -__builtin_inff(),
                          .high = __builtin_inff(),
                          .element = msk_element_f32});
}

void msk_f32_matmul(msk_isa isa, float *y, const float *a, const float *b, float *scratch,
                    const msk_axis *axes, ptrdiff_t axis_count, msk_matmul shape) {
  const ptrdiff_t columns = msk_round_up(shape.columns, msk_lanes(isa));
  float *left = scratch + shape.depth * columns;
  const msk_axis inner = axes[axis_count - 1];
  ptrdiff_t packed = -1;
  msk_walk walk;
  msk_walk_start(&walk, axis_count);
  do {
    for (ptrdiff_t i = 0; i < inner.extent; i++) {
      ptrdiff_t right = walk.b + i * inner.b;
      if (right != packed) {
        msk_pack(msk_element_f32, scratch, b + right, 0, shape.columns, shape.b_column,
                 shape.b_depth, columns, shape.depth, msk_gemm_width(isa));
        packed = right;
      }
      matrix(isa, y + walk.y + i * inner.y, a + walk.a + i * inner.a, scratch, left, &shape);
    }
  } while (msk_walk_next(&walk, axes, axis_count));
}
