// SPDX-License-Identifier: Apache-2.0
//
// What becomes of the sums of a product on vectors; included once for each instruction set by the
// kernel files of products.

#include "pooled_lanes.h"

/// Sums of some rows and columns on their way to memory.
typedef struct {
  ivec sum[8][8];
  /// Those of int16, complete.
  lvec wide[8][8];
} MSK_NAME(gemm_sums);

/// One vector of columns of one row of floats.
MSK_INLINE void MSK_NAME(gemm_store_hybrid)(const gemm_job *job, ptrdiff_t r, ptrdiff_t n,
                                            ivec sum) {
  const msk_hybrid_gemm *s = &job->hybrid;
  const ptrdiff_t count = msk_minimum_of(MSK_LANES, job->columns - n);
  const int32_t zero = job->row_zeros[r * s->row_step];
  const ivec total = sum - zero * MSK_NAME(v_integers)(msk_integer_s32, job->sums, n, count);
  const bool whole = count == MSK_LANES;
  vec start = v_fill(0.0f);
  if (job->bias) {
    const float *from = (const float *)job->bias + r * s->init_stride + n;
    start = whole ? v_load(from) : v_load_n(from, count);
  }
  const float *scales = (const float *)job->scales + n;
  const vec scale = whole ? v_load(scales) : v_load_n(scales, count);
  const vec number = __builtin_convertvector(total, vec);
  const vec row_scale = v_fill(job->row_scales[r * s->row_step]);
  const vec share = s->in_turn ? number * scale * row_scale : number * (row_scale * scale);
  const vec y = v_clamp(start + share, v_fill(s->low), v_fill(s->high));
  float *to = (float *)job->y + r * job->y_stride + n;
  if (whole) {
    v_store(to, y);
  } else {
    v_store_n(to, y, count);
  }
}

/// One vector of columns of some rows of integers.
MSK_INLINE void MSK_NAME(gemm_store_integers)(const msk_integer type, const gemm_job *job,
                                              const MSK_NAME(gemm_sums) *sums, int v,
                                              ptrdiff_t rows, ptrdiff_t r0, ptrdiff_t n) {
  const ptrdiff_t count = msk_minimum_of(MSK_LANES, job->columns - n), stride = job->y_stride;
  const msk_integer_result result = job->result;
  void *y = job->y;
  lvec wide = 0;
  ivec bias = 0;
  if (result.wide) {
    wide = MSK_NAME(v_wide)(job->bias, n, count);
  } else {
    bias = MSK_NAME(v_integers)(msk_integer_s32, job->bias, n, count);
  }
  const MSK_NAME(v_columns) columns =
      MSK_NAME(v_load_columns)(result, job->scales, n, count, false);
  for (ptrdiff_t r = 0; r < rows; r++) {
    const ivec x = MSK_NAME(v_finished)(result, &columns, sums->sum[r][v] + bias,
                                        result.wide ? sums->wide[r][v] + wide : wide);
    MSK_NAME(v_set_integers)(type, y, (r0 + r) * stride + n, x, count);
  }
}

/// Sums as results; never inlined, because there are many tiles.
static __attribute__((noinline)) void MSK_NAME(gemm_store)(const gemm_job *job,
                                                           const MSK_NAME(gemm_sums) *sums,
                                                           int vectors, ptrdiff_t rows,
                                                           ptrdiff_t r0, ptrdiff_t n0) {
  for (int v = 0; v < vectors; v++) {
    const ptrdiff_t n = n0 + v * MSK_LANES;
    if (job->is_hybrid) {
      for (ptrdiff_t r = 0; r < rows; r++) {
        MSK_NAME(gemm_store_hybrid)(job, r0 + r, n, sums->sum[r][v]);
      }
    } else if (job->epilogue) {
      // Two rows as one.
      const ptrdiff_t count = msk_minimum_of(MSK_LANES, job->columns - n);
      const MSK_NAME(v_pooled) pooled = MSK_NAME(v_load_pooled)(job, n, count);
      for (ptrdiff_t r = 0; r < rows; r += 2) {
        const ivec y = MSK_NAME(v_finished_pair)(&pooled, sums->sum[r][v], sums->sum[r + 1][v]);
        const ptrdiff_t place = (r0 + r) / 2 * job->y_stride + n;
        MSK_NAME(v_set_integers)(msk_integer_s8, job->y, place, y, count);
      }
    } else if (job->result.type == msk_integer_s8) {
      MSK_NAME(gemm_store_integers)(msk_integer_s8, job, sums, v, rows, r0, n);
    } else if (job->result.type == msk_integer_s16) {
      MSK_NAME(gemm_store_integers)(msk_integer_s16, job, sums, v, rows, r0, n);
    } else {
      MSK_NAME(gemm_store_integers)(msk_integer_s32, job, sums, v, rows, r0, n);
    }
  }
}
