// SPDX-License-Identifier: Apache-2.0
//
// Products of int8 by the dot products of NEON, four neighbours in depth at once. Weights are in
// blocks of one vector of columns, as int_gemm.c says.
#include "int_gemm.h"

#if MSK_ARM64

#define MSK_VARIANT neon_dot
#define MSK_LANES 4
#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
#include "integer_lanes.h"

#define lvec MSK_NAME(lvec)
#include "gemm_lanes.h"

// Sums of a tile fill half of the registers, rows and weights some others.
#define MSK_ROWS 4
#define MSK_VECTORS 4
/// Vectors of columns of a single row.
#define MSK_ROW_VECTORS 8

/// Four bytes of a row in all lanes; fewer than four with zeros behind them.
MSK_INLINE int8x16_t dot_four(const int8_t *x, ptrdiff_t count) {
  int32_t four = 0;
  if (count >= 4) {
    __builtin_memcpy(&four, x, 4);
  } else {
    MSK_NAME(v_copy)(&four, x, count);
  }
  return vreinterpretq_s8_s32(vdupq_n_s32(four));
}

/// Some rows by some vectors of columns.
MSK_INLINE void dot_tile(const int rows, const int vectors, const gemm_job *job, ptrdiff_t r0,
                         ptrdiff_t n0) {
  const ptrdiff_t length = job->length, stride = job->x_stride;
  const ptrdiff_t block = job->segments * msk_round_up(length, 4) * MSK_LANES;
  const int8_t *w = job->w + n0 / MSK_LANES * block;
  MSK_NAME(gemm_sums) sums;
  int32x4_t sum[MSK_ROWS][MSK_ROW_VECTORS];
  MSK_UNROLL for (int r = 0; r < rows; r++) {
    MSK_UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = vdupq_n_s32(0);
  }
  for (ptrdiff_t i = 0; i < job->segments; i++) {
    const ptrdiff_t start = r0 * stride + (job->offsets ? job->offsets[i] : 0);
    const int8_t *from = (const int8_t *)job->x + start;
    ptrdiff_t k = 0;
    for (; k + 16 <= length; k += 16) {
      int8x16_t x[MSK_ROWS];
      MSK_UNROLL for (int r = 0; r < rows; r++) x[r] = vld1q_s8(from + r * stride + k);
      // The part of a row is a constant of the instruction.
#define MSK_STEP(part)                                                  \
  MSK_UNROLL for (int v = 0; v < vectors; v++) {                        \
    const int8x16_t column = vld1q_s8(w + v * block);                   \
    MSK_UNROLL for (int r = 0; r < rows; r++) {                         \
      sum[r][v] = vdotq_laneq_s32(sum[r][v], column, x[r], part);       \
    }                                                                   \
  }                                                                     \
  w += 4 * MSK_LANES;
      MSK_STEP(0)
      MSK_STEP(1)
      MSK_STEP(2)
      MSK_STEP(3)
#undef MSK_STEP
    }
    for (; k < length; k += 4, w += 4 * MSK_LANES) {
      int8x16_t x[MSK_ROWS];
      MSK_UNROLL for (int r = 0; r < rows; r++) x[r] = dot_four(from + r * stride + k, length - k);
      MSK_UNROLL for (int v = 0; v < vectors; v++) {
        const int8x16_t column = vld1q_s8(w + v * block);
        MSK_UNROLL for (int r = 0; r < rows; r++) sum[r][v] = vdotq_s32(sum[r][v], column, x[r]);
      }
    }
  }
  MSK_UNROLL for (int r = 0; r < rows; r++) {
    MSK_UNROLL for (int v = 0; v < vectors; v++) sums.sum[r][v] = (ivec)sum[r][v];
  }
  MSK_NAME(gemm_store)(job, &sums, vectors, rows, r0, n0);
}

/// All rows of some vectors of columns.
MSK_INLINE void dot_columns(const int vectors, const gemm_job *job, ptrdiff_t n) {
  ptrdiff_t r = 0;
  for (; r + MSK_ROWS <= job->rows; r += MSK_ROWS) dot_tile(MSK_ROWS, vectors, job, r, n);
  for (; r + 2 <= job->rows; r += 2) dot_tile(2, vectors, job, r, n);
  if (r < job->rows) dot_tile(1, vectors, job, r, n);
}

void msk_gemm_dot(const gemm_job *job) {
  const ptrdiff_t columns = msk_round_up(job->columns, MSK_LANES);
  ptrdiff_t n = 0;
  if (job->rows == 1) {
    for (; n + MSK_ROW_VECTORS * MSK_LANES <= columns; n += MSK_ROW_VECTORS * MSK_LANES) {
      dot_tile(1, MSK_ROW_VECTORS, job, 0, n);
    }
  }
  for (; n + MSK_VECTORS * MSK_LANES <= columns; n += MSK_VECTORS * MSK_LANES) {
    dot_columns(MSK_VECTORS, job, n);
  }
  for (; n < columns; n += MSK_LANES) dot_columns(1, job, n);
}

#pragma clang attribute pop
#endif
