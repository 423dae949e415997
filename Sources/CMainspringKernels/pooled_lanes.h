// SPDX-License-Identifier: Apache-2.0
//
// The epilogue of `msk_int_gemm_pooled` on vectors; included once for each instruction set by the
// kernel files of products.

/// What becomes of the sums of a vector of columns.
typedef struct {
  ivec bias, w, after_bias;
  MSK_NAME(v_columns) columns, after;
  bool is_small;
} MSK_NAME(v_pooled);

MSK_INLINE MSK_NAME(v_pooled) MSK_NAME(v_load_pooled)(const gemm_job *job, ptrdiff_t n,
                                                      ptrdiff_t count) {
  const msk_integer_epilogue *after = job->epilogue;
  MSK_NAME(v_pooled) p;
  p.bias = MSK_NAME(v_integers)(msk_integer_s32, job->bias, n, count);
  p.w = MSK_NAME(v_integers)(msk_integer_s8, after->w, n, count);
  p.after_bias = MSK_NAME(v_integers)(msk_integer_s32, after->bias, n, count);
  const bool are_small = MSK_NAME(v_are_small)(p.bias, job->segments * job->length);
  p.columns = MSK_NAME(v_load_columns)(job->result, job->scales, n, count, are_small);
  const bool stay_small = MSK_NAME(v_are_small)(p.after_bias, 1);
  p.after = MSK_NAME(v_load_columns)(after->y, after->scales, n, count, stay_small);
  p.is_small = p.columns.is_small && p.after.is_small;
  return p;
}

/// Sums of two rows as one result. Scaling small sums and clamping keep their order and the weight
/// keeps or turns it: which of the two remains is known before.
MSK_INLINE ivec MSK_NAME(v_finished_pair)(const MSK_NAME(v_pooled) *p, ivec a, ivec b) {
  a += p->bias;
  b += p->bias;
  if (p->is_small) {
    const ivec less = __builtin_elementwise_min(a, b), more = __builtin_elementwise_max(a, b);
    const ivec chosen = p->w < 0 ? less : more;
#if MSK_LANES == 16
    if (p->columns.is_whole && p->after.is_whole) {
      ivec x = MSK_NAME(v_finished_whole)(&p->columns, chosen);
      if (!p->columns.is_positive) x = __builtin_elementwise_max(x, (ivec)-128);
      x = __builtin_elementwise_min(x, (ivec)127);
      const ivec y = MSK_NAME(v_finished_whole)(&p->after, x * p->w + p->after_bias);
      return MSK_NAME(v_bounded)(y, (ivec)-128, (ivec)127);
    }
#endif
    const ivec x = MSK_NAME(v_finished_small)(&p->columns, chosen);
    return MSK_NAME(v_finished_small)(&p->after, x * p->w + p->after_bias);
  }
  const ivec x = MSK_NAME(v_finished_fixed)(&p->columns, a) * p->w + p->after_bias;
  const ivec y = MSK_NAME(v_finished_fixed)(&p->columns, b) * p->w + p->after_bias;
  return __builtin_elementwise_max(MSK_NAME(v_finished_fixed)(&p->after, x),
                                   MSK_NAME(v_finished_fixed)(&p->after, y));
}
