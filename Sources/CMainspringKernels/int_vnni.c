// SPDX-License-Identifier: Apache-2.0
//
// Products of int8 by AVX-512 VNNI: unsigned times signed, four neighbours in depth at once. Rows
// are moved by 128 on the way into registers; see `msk_int_offset`.
#include "vnni.h"

#if MSK_X86
#pragma clang attribute push(MSK_TARGET_VNNI, apply_to = function)

#define lvec MSK_NAME(lvec)

// Sums of the widest tile: all registers but those of weights and operands.
#define MSK_ROWS 14
#define MSK_EACH_ROW_COUNT(X) \
  X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14)
/// Vectors of columns of a tile, and of one of a single row.
#define MSK_VECTORS 2
#define MSK_ROW_VECTORS 4

/// Sums of some rows and columns on their way to memory.
typedef struct {
  ivec sum[MSK_ROWS][MSK_ROW_VECTORS];
} gemm_sums;

/// One vector of columns of some rows of floats; `count` of them.
MSK_INLINE void gemm_store_hybrid(bool in_turn, const gemm_job *job, const gemm_sums *sums, int v,
                                  ptrdiff_t rows, ptrdiff_t r0, ptrdiff_t n, ptrdiff_t count) {
  const msk_hybrid_gemm *s = &job->hybrid;
  const bool whole = count >= MSK_LANES;
  const float *scales = (const float *)job->scales + n;
  const vec scale = whole ? v_load(scales) : v_load_n(scales, count);
  const ivec weights = MSK_NAME(v_integers)(msk_integer_s32, job->sums, n, count);
  const vec low = v_fill(s->low), high = v_fill(s->high);
  const float *init = job->bias ? (const float *)job->bias + r0 * s->init_stride + n : 0;
  float *y = (float *)job->y + r0 * job->y_stride + n;
  for (ptrdiff_t r = 0; r < rows; r++, y += job->y_stride) {
    const ptrdiff_t place = (r0 + r) * s->row_step;
    // Rows were moved by 128, and so their zero point.
    const ivec total = sums->sum[r][v] - (job->row_zeros[place] + 128) * weights;
    const vec number = __builtin_convertvector(total, vec);
    const vec row_scale = v_fill(job->row_scales[place]);
    const vec share = in_turn ? number * scale * row_scale : number * (row_scale * scale);
    vec start = v_fill(0.0f);
    if (init) {
      start = whole ? v_load(init) : v_load_n(init, count);
      init += s->init_stride;
    }
    const vec result = v_clamp(start + share, low, high);
    if (whole) {
      v_store(y, result);
    } else {
      v_store_n(y, result, count);
    }
  }
}

/// One vector of columns of some rows.
MSK_INLINE void gemm_store_fixed(msk_integer type, bool is_small, const gemm_job *job,
                                 const gemm_sums *sums, int v, const MSK_NAME(v_columns) *columns,
                                 ivec bias, ptrdiff_t rows, ptrdiff_t place, ptrdiff_t count) {
  void *y = job->y;
  const ptrdiff_t stride = job->y_stride;
  for (ptrdiff_t r = 0; r < rows; r++, place += stride) {
    const ivec sum = sums->sum[r][v] + bias;
    const ivec result = is_small ? MSK_NAME(v_finished_small)(columns, sum)
                                 : MSK_NAME(v_finished)(job->result, columns, sum, (lvec)0);
    MSK_NAME(v_set_integers)(type, y, place, result, count);
  }
}

/// The same, scaled by doubles.
MSK_INLINE void gemm_store_real(const gemm_job *job, const gemm_sums *sums, int v, ivec bias,
                                ptrdiff_t rows, ptrdiff_t place, ptrdiff_t n, ptrdiff_t count) {
  typedef MSK_NAME(dvec) dvec;
  const dvec scale = (dvec)MSK_NAME(v_wide)(job->scales, n, count);
  const msk_integer_result *result = &job->result;
  const int32_t zero = result->zero;
  const ivec low = (ivec)msk_limited((int64_t)result->low - zero, INT32_MIN, INT32_MAX);
  const ivec high = (ivec)msk_limited((int64_t)result->high - zero, INT32_MIN, INT32_MAX);
  for (ptrdiff_t r = 0; r < rows; r++, place += job->y_stride) {
    const dvec sum = __builtin_convertvector(sums->sum[r][v] + bias, dvec);
    const ivec y = MSK_NAME(v_bounded)(MSK_NAME(v_scaled_real)(sum, scale), low, high) + zero;
    MSK_NAME(v_set_integers)(result->type, job->y, place, y, count);
  }
}

/// Sums as results; never inlined, because there are many tiles.
static __attribute__((noinline)) void gemm_store(const gemm_job *job, const gemm_sums *sums,
                                                 int vectors, ptrdiff_t rows, ptrdiff_t r0,
                                                 ptrdiff_t n0) {
  for (int v = 0; v < vectors; v++) {
    const ptrdiff_t n = n0 + v * MSK_LANES, count = msk_minimum_of(MSK_LANES, job->columns - n);
    if (job->is_hybrid) {
      if (count < MSK_LANES) {
        gemm_store_hybrid(job->hybrid.in_turn, job, sums, v, rows, r0, n, count);
      } else if (job->hybrid.in_turn) {
        gemm_store_hybrid(true, job, sums, v, rows, r0, n, MSK_LANES);
      } else {
        gemm_store_hybrid(false, job, sums, v, rows, r0, n, MSK_LANES);
      }
      continue;
    }
    const ivec bias = MSK_NAME(v_integers)(msk_integer_s32, job->bias, n, count);
    const ptrdiff_t place = r0 * job->y_stride + n;
    if (job->result.scaling == msk_scaling_real) {
      gemm_store_real(job, sums, v, bias, rows, place, n, count);
      continue;
    }
    const bool are_small = MSK_NAME(v_are_small)(bias, job->segments * job->length);
    const MSK_NAME(v_columns) c =
        MSK_NAME(v_load_columns)(job->result, job->scales, n, count, are_small);
    if (!c.is_small) {
      gemm_store_fixed(job->result.type, false, job, sums, v, &c, bias, rows, place, count);
    } else if (job->result.type == msk_integer_s8 && count >= MSK_LANES) {
      gemm_store_fixed(msk_integer_s8, true, job, sums, v, &c, bias, rows, place, MSK_LANES);
    } else if (job->result.type == msk_integer_s16 && count >= MSK_LANES) {
      gemm_store_fixed(msk_integer_s16, true, job, sums, v, &c, bias, rows, place, MSK_LANES);
    } else {
      gemm_store_fixed(job->result.type, true, job, sums, v, &c, bias, rows, place, count);
    }
  }
}

/// Some rows by some vectors of columns.
MSK_INLINE void gemm_tile(const int rows, const int vectors, const gemm_job *job, ptrdiff_t r0,
                          ptrdiff_t n0) {
  const ptrdiff_t whole = job->length / 4 * 4, rest = job->length - whole;
  const ptrdiff_t block = job->segments * msk_round_up(job->length, 4) * MSK_LANES;
  const int8_t *w = job->w + n0 / MSK_LANES * block, *x = (const int8_t *)job->x;
  const ptrdiff_t stride = job->x_stride;
  ivec sum[MSK_ROWS][MSK_ROW_VECTORS];
  MSK_UNROLL for (int r = 0; r < rows; r++) {
    MSK_UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = 0;
  }
  x += r0 * stride;
  for (ptrdiff_t i = 0; i < job->segments; i++) {
    const int8_t *from = x + (job->offsets ? job->offsets[i] : 0);
    for (ptrdiff_t k = 0; k < whole; k += 4, w += 4 * MSK_LANES) {
      MSK_UNROLL for (int r = 0; r < rows; r++) {
        const ivec a = msk_four(from + r * stride + k);
        MSK_UNROLL for (int v = 0; v < vectors; v++) {
          sum[r][v] = msk_dot(sum[r][v], a, w + v * block);
        }
      }
    }
    if (rest > 0) {
      MSK_UNROLL for (int r = 0; r < rows; r++) {
        const ivec a = msk_some(from + r * stride + whole, rest);
        MSK_UNROLL for (int v = 0; v < vectors; v++) {
          sum[r][v] = msk_dot(sum[r][v], a, w + v * block);
        }
      }
      w += 4 * MSK_LANES;
    }
  }
  gemm_sums sums;
  MSK_UNROLL for (int r = 0; r < rows; r++) {
    MSK_UNROLL for (int v = 0; v < vectors; v++) sums.sum[r][v] = sum[r][v];
  }
  gemm_store(job, &sums, vectors, rows, r0, n0);
}

/// All rows of some vectors of columns, split evenly into tiles.
MSK_INLINE void gemm_columns(const int vectors, const gemm_job *job, ptrdiff_t n) {
  const ptrdiff_t tiles = (job->rows + MSK_ROWS - 1) / MSK_ROWS;
  ptrdiff_t done = 0;
  for (ptrdiff_t t = 0; t < tiles; t++) {
    const ptrdiff_t count = (job->rows - done + tiles - t - 1) / (tiles - t);
    switch (count) {
#define MSK_CASE(n_rows) \
  case n_rows: gemm_tile(n_rows, vectors, job, done, n); break;
      MSK_EACH_ROW_COUNT(MSK_CASE)
#undef MSK_CASE
    }
    done += count;
  }
}

void msk_gemm_vnni(const gemm_job *job) {
  const ptrdiff_t columns = msk_round_up(job->columns, MSK_LANES);
  ptrdiff_t n = 0;
  if (job->rows == 1) {
    for (; n + MSK_ROW_VECTORS * MSK_LANES <= columns; n += MSK_ROW_VECTORS * MSK_LANES) {
      gemm_tile(1, MSK_ROW_VECTORS, job, 0, n);
    }
  }
  for (; n + MSK_VECTORS * MSK_LANES <= columns; n += MSK_VECTORS * MSK_LANES) {
    gemm_columns(MSK_VECTORS, job, n);
  }
  if (n < columns) gemm_columns(1, job, n);
}

#pragma clang attribute pop
#endif
