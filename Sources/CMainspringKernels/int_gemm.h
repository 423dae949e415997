// SPDX-License-Identifier: Apache-2.0
#ifndef MSK_INT_GEMM_H
#define MSK_INT_GEMM_H

#include "integer_result.h"

/// What both kinds of products are given: `msk_integer_gemm` and `msk_hybrid_gemm`.
typedef struct {
  msk_integer type;
  void *y;
  const void *x;
  const int8_t *w;
  const int32_t *offsets;
  ptrdiff_t rows, columns, segments, length, x_stride, y_stride;
  /// The bias, or what a hybrid product starts from.
  const void *bias;
  const void *scales;
  msk_integer_result result;
  /// What makes one row of two, or null.
  const msk_integer_epilogue *epilogue;

  bool is_hybrid;
  const int32_t *sums;
  const float *row_scales;
  const int32_t *row_zeros;
  msk_hybrid_gemm hybrid;
} gemm_job;

#if MSK_X86
/// Products of int8 by the instructions of AVX-512 VNNI and of AVX-VNNI.
void msk_gemm_avx512_vnni(const gemm_job *job);
void msk_gemm_avx_vnni(const gemm_job *job);
#elif MSK_ARM64
/// Products of int8 by the dot products of NEON.
void msk_gemm_dot(const gemm_job *job);
#endif

/// One element of `msk_int_gemm_pooled` before the larger one remains; the sum is without the bias.
MSK_INLINE int32_t gemm_finished_after(const gemm_job *job, ptrdiff_t n, uint32_t sum) {
  const msk_integer_epilogue *after = job->epilogue;
  const int32_t total = (int32_t)(sum + (uint32_t)((const int32_t *)job->bias)[n]);
  const int32_t x = msk_finished(job->result, total, job->scales, n) * after->w[n];
  const int32_t moved = (int32_t)((uint32_t)x + (uint32_t)after->bias[n]);
  return msk_finished(after->y, moved, after->scales, n);
}

/// Stores one element; sums are without the bias.
MSK_INLINE void gemm_finish(const gemm_job *job, ptrdiff_t r, ptrdiff_t n, uint32_t sum,
                            int64_t wide) {
  const ptrdiff_t place = r * job->y_stride + n;
  if (job->is_hybrid) {
    const msk_hybrid_gemm *s = &job->hybrid;
    const uint32_t zero = (uint32_t)job->row_zeros[r * s->row_step];
    const float number = (float)(int32_t)(sum - zero * (uint32_t)job->sums[n]);
    const float scale = ((const float *)job->scales)[n];
    const float row_scale = job->row_scales[r * s->row_step];
    const float share = s->in_turn ? number * scale * row_scale : number * (row_scale * scale);
    const float *init = (const float *)job->bias;
    const float start = init ? init[r * s->init_stride + n] : 0.0f;
    ((float *)job->y)[place] = msk_clamped(start + share, s->low, s->high);
  } else if (job->result.wide) {
    const int64_t total = wide + ((const int64_t *)job->bias)[n];
    msk_finish(job->result, job->y, place, total, job->scales, n);
  } else {
    const int32_t total = (int32_t)(sum + (uint32_t)((const int32_t *)job->bias)[n]);
    msk_finish(job->result, job->y, place, total, job->scales, n);
  }
}

#endif
