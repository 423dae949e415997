// SPDX-License-Identifier: Apache-2.0
#ifndef MSK_VARIANT
#include "fixed_point.h"
#include "s8_lstm.h"

/// The functions of the gates, of what both products give; `z` is without the input's share.
static void lstm_gates_scalar(int16_t *gates, const int32_t *z, const int16_t *xs,
                              ptrdiff_t units) {
  for (ptrdiff_t u = 0; u < 4 * units; u++) {
    const int16_t sum = msk_limited_16(z[u] + xs[u]);
    const bool is_candidate = u >= 2 * units && u < 3 * units;
    gates[u] = is_candidate ? msk_tanh_16(sum, 3) : msk_logistic_16(sum);
  }
}

/// The cell and the state of one step.
static void lstm_cell_scalar(int8_t *h, int16_t *c, int16_t *gates,
                             const msk_integer_recurrent *s) {
  const ptrdiff_t units = s->units;
  for (ptrdiff_t u = 0; u < units; u++) {
    // Each product is cut to 16 bits before their sum is limited to them.
    const int16_t kept = (int16_t)msk_rounded_shift((int32_t)gates[units + u] * c[u], 15);
    const int16_t added =
        (int16_t)msk_rounded_shift((int32_t)gates[u] * gates[2 * units + u], 15 + s->cell_bits);
    int16_t cell = msk_limited_16((int32_t)kept + added);
    if (s->cell_clip > 0) cell = (int16_t)msk_limited(cell, -s->cell_clip, s->cell_clip);
    c[u] = cell;
    const int32_t product = (int32_t)gates[3 * units + u] * msk_tanh_16(cell, s->cell_bits);
    const int32_t hidden = msk_scaled(product, s->hidden);
    h[u] = (int8_t)msk_limited((int64_t)hidden + s->hidden_zero, -128, 127);
  }
}

static void fixed_logistic_scalar(int16_t *y, const int16_t *x, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) y[i] = msk_logistic_16(x[i]);
}

static void fixed_tanh_scalar(int16_t *y, const int16_t *x, ptrdiff_t count,
                              int32_t integer_bits) {
  for (ptrdiff_t i = 0; i < count; i++) y[i] = msk_tanh_16(x[i], integer_bits);
}

#define MSK_SOURCE "s8_lstm.c"
#define MSK_TOOLS "integer_lanes.h"
#include "variants.h"

static void lstm_gates(msk_isa isa, int16_t *gates, const int32_t *z, const int16_t *xs,
                       ptrdiff_t units) {
  MSK_DISPATCH(isa, lstm_gates, gates, z, xs, units)
}

static void lstm_cell(msk_isa isa, int8_t *h, int16_t *c, int16_t *gates,
                      const msk_integer_recurrent *s) {
  MSK_DISPATCH(isa, lstm_cell, h, c, gates, s)
}

void msk_s16_fixed_logistic(msk_isa isa, int16_t *y, const int16_t *x, ptrdiff_t count) {
  MSK_DISPATCH(isa, fixed_logistic, y, x, count)
}

void msk_s16_fixed_tanh(msk_isa isa, int16_t *y, const int16_t *x, ptrdiff_t count,
                        int32_t integer_bits) {
  MSK_DISPATCH(isa, fixed_tanh, y, x, count, integer_bits)
}

/// The recurrence one kernel after the other, from a cell and a state to those behind the last step.
static void s8_lstm_in_parts(msk_isa isa, int8_t *y, const int16_t *xs, const int8_t *w,
                             const int32_t *bias, const msk_scale *scales, int16_t *c, int8_t *h,
                             void *scratch, const msk_integer_recurrent *s) {
  const ptrdiff_t units = s->units, columns = 4 * units;
  int32_t *z = scratch;
  int16_t *gates = (int16_t *)(z + columns);
  const msk_integer_gemm product = {
      .rows = 1, .columns = columns, .segments = 1, .length = units, .x_stride = units,
      .y_stride = columns, .x = msk_integer_s8,
      // What exceeds 16 bits by so much is limited with the input's share.
      .y = {.type = msk_integer_s32, .low = -(1 << 30), .high = 1 << 30}};
  for (ptrdiff_t t = 0; t < s->time; t++, xs += columns) {
    msk_int_gemm(isa, z, h, w, bias, scales, 0, product);
    lstm_gates(isa, gates, z, xs, units);
    lstm_cell(isa, h, c, gates, s);
    if (s->sequence || t == s->time - 1) {
      int8_t *to = s->sequence ? y + t * units : y;
      for (ptrdiff_t u = 0; u < units; u++) to[u] = h[u];
    }
  }
}

#if MSK_X86
/// By the kernel of whole steps, if the instruction set has it and it takes the layer.
static bool lstm_whole(msk_isa isa, int8_t *y, const int16_t *xs, const int8_t *w,
                       const int32_t *bias, const msk_scale *scales, void *scratch,
                       const msk_integer_recurrent *shape, msk_batch batch) {
  if (isa == msk_isa_avx512_vnni) {
    return msk_lstm_avx512_vnni(y, xs, w, bias, scales, scratch, shape, batch);
  }
  return isa == msk_isa_avx_vnni &&
         msk_lstm_avx_vnni(y, xs, w, bias, scales, scratch, shape, batch);
}
#endif

void msk_s8_lstm(msk_isa isa, int8_t *y, const int16_t *xs, const int8_t *w, const int32_t *bias,
                 const msk_scale *scales, void *scratch, msk_integer_recurrent shape) {
#if MSK_X86
  const msk_batch one = {.count = 1};
  if (lstm_whole(isa, y, xs, w, bias, scales, scratch, &shape, one)) return;
#endif
  const ptrdiff_t units = shape.units;
  int16_t *c = (int16_t *)((int32_t *)scratch + 4 * units) + 4 * units;
  int8_t *h = (int8_t *)(c + units);
  for (ptrdiff_t u = 0; u < units; u++) {
    c[u] = 0;
    h[u] = (int8_t)shape.state_zero;
  }
  s8_lstm_in_parts(isa, y, xs, w, bias, scales, c, h, scratch, &shape);
}

void msk_s8_lstm_resume(msk_isa isa, int8_t *y, const int16_t *xs, const int8_t *w,
                        const int32_t *bias, const msk_scale *scales, void *state, void *scratch,
                        msk_integer_recurrent shape) {
  int16_t *c = state;
  s8_lstm_in_parts(isa, y, xs, w, bias, scales, c, (int8_t *)(c + shape.units), scratch, &shape);
}

void msk_s8_lstm_batch(msk_isa isa, int8_t *y, const int16_t *xs, const int8_t *w,
                       const int32_t *bias, const msk_scale *scales, void *scratch,
                       msk_integer_recurrent shape, msk_batch batch) {
#if MSK_X86
  if (lstm_whole(isa, y, xs, w, bias, scales, scratch, &shape, batch)) return;
#endif
  for (ptrdiff_t n = 0; n < batch.count; n++) {
    const ptrdiff_t bytes = n * batch.stride * 4;
    msk_s8_lstm(isa, y + bytes, xs + bytes / 2, w, bias, scales, (char *)scratch + bytes, shape);
  }
}

#else

#include "short_lanes.h"

/// Loads vectors side by side; what is beyond the count is 0.
MSK_INLINE void MSK_NAME(fixed_load)(hvec *y, const int16_t *x, ptrdiff_t count) {
  MSK_UNROLL for (int i = 0; i < MSK_SIDE_BY_SIDE; i++, count -= MSK_SHORTS) {
    y[i] = count > 0 ? MSK_NAME(h_load)(x + i * MSK_SHORTS, count) : (hvec)0;
  }
}

MSK_INLINE void MSK_NAME(fixed_store)(int16_t *y, const hvec *x, ptrdiff_t count) {
  MSK_UNROLL for (int i = 0; i < MSK_SIDE_BY_SIDE; i++, count -= MSK_SHORTS) {
    if (count > 0) MSK_NAME(h_store)(y + i * MSK_SHORTS, x[i], count);
  }
}

static void MSK_NAME(fixed_logistic)(int16_t *y, const int16_t *x, ptrdiff_t count) {
  for (; count > 0; count -= MSK_SIDE_BY_SIDE * MSK_SHORTS) {
    hvec a[MSK_SIDE_BY_SIDE], result[MSK_SIDE_BY_SIDE];
    MSK_NAME(fixed_load)(a, x, count);
    MSK_NAME(h_logistic)(MSK_SIDE_BY_SIDE, result, a);
    MSK_NAME(fixed_store)(y, result, count);
    x += MSK_SIDE_BY_SIDE * MSK_SHORTS;
    y += MSK_SIDE_BY_SIDE * MSK_SHORTS;
  }
}

static void MSK_NAME(fixed_tanh)(int16_t *y, const int16_t *x, ptrdiff_t count,
                                 int32_t integer_bits) {
  for (; count > 0; count -= MSK_SIDE_BY_SIDE * MSK_SHORTS) {
    hvec a[MSK_SIDE_BY_SIDE], result[MSK_SIDE_BY_SIDE];
    MSK_NAME(fixed_load)(a, x, count);
    MSK_NAME(h_tanh)(MSK_SIDE_BY_SIDE, result, a, integer_bits);
    MSK_NAME(fixed_store)(y, result, count);
    x += MSK_SIDE_BY_SIDE * MSK_SHORTS;
    y += MSK_SIDE_BY_SIDE * MSK_SHORTS;
  }
}

/// The sums of a gate.
MSK_INLINE hvec MSK_NAME(lstm_sum)(const int32_t *z, const int16_t *xs, ptrdiff_t n) {
  ivec half[2] = {MSK_NAME(v_integers)(msk_integer_s32, z, 0, n), 0};
  if (n > MSK_LANES) half[1] = MSK_NAME(v_integers)(msk_integer_s32, z, MSK_LANES, n - MSK_LANES);
  wvec sum;
  __builtin_memcpy(&sum, half, sizeof sum);
  sum += __builtin_convertvector(MSK_NAME(h_load)(xs, n), wvec);
  sum = __builtin_elementwise_max(sum, (wvec)-32768);
  sum = __builtin_elementwise_min(sum, (wvec)32767);
  return __builtin_convertvector(sum, hvec);
}

static void MSK_NAME(lstm_gates)(int16_t *gates, const int32_t *z, const int16_t *xs,
                                 ptrdiff_t units) {
  for (ptrdiff_t u = 0; u < units; u += MSK_SHORTS) {
    const ptrdiff_t n = units - u;
    hvec sum[4], gate[4];
    MSK_UNROLL for (int g = 0; g < 4; g++) {
      sum[g] = MSK_NAME(lstm_sum)(z + g * units + u, xs + g * units + u, n);
    }
    MSK_NAME(h_gates)(gate, sum);
    MSK_UNROLL for (int g = 0; g < 4; g++) MSK_NAME(h_store)(gates + g * units + u, gate[g], n);
  }
}

/// a · b / 2ⁿ of 16 bits, rounded and cut to 16 bits.
MSK_INLINE ivec MSK_NAME(lstm_product)(ivec a, ivec b, int32_t n) {
  return MSK_NAME(v_rounded_shift)(a * b, (ivec)n) << 16 >> 16;
}

static void MSK_NAME(lstm_cell)(int8_t *h, int16_t *c, int16_t *gates,
                                const msk_integer_recurrent *s) {
  const ptrdiff_t units = s->units;
  const ivec clip = s->cell_clip > 0 ? s->cell_clip : 32768;
  const ivec low = __builtin_elementwise_max(-clip, (ivec)-32768);
  const ivec high = __builtin_elementwise_min(clip, (ivec)32767);
  for (ptrdiff_t u = 0; u < units; u += MSK_LANES) {
    const ptrdiff_t n = units - u;
    const ivec i = MSK_NAME(v_integers)(msk_integer_s16, gates, u, n);
    const ivec f = MSK_NAME(v_integers)(msk_integer_s16, gates, units + u, n);
    const ivec g = MSK_NAME(v_integers)(msk_integer_s16, gates, 2 * units + u, n);
    const ivec cell = MSK_NAME(v_integers)(msk_integer_s16, c, u, n);
    const ivec sum = MSK_NAME(lstm_product)(f, cell, 15) +
                     MSK_NAME(lstm_product)(i, g, 15 + s->cell_bits);
    MSK_NAME(v_set_integers)(msk_integer_s16, c, u, MSK_NAME(v_bounded)(sum, low, high), n);
  }
  // The input gate is not needed any more: its place takes tanh of the cell.
  MSK_NAME(fixed_tanh)(gates, c, units, s->cell_bits);
  for (ptrdiff_t u = 0; u < units; u += MSK_LANES) {
    const ptrdiff_t n = units - u;
    const ivec o = MSK_NAME(v_integers)(msk_integer_s16, gates, 3 * units + u, n);
    const ivec t = MSK_NAME(v_integers)(msk_integer_s16, gates, u, n);
    ivec y = MSK_NAME(v_scaled_by)(o * t, s->hidden);
    y = MSK_NAME(v_bounded)(y, (ivec)(-128 - s->hidden_zero), (ivec)(127 - s->hidden_zero));
    MSK_NAME(v_set_integers)(msk_integer_s8, h, u, y + s->hidden_zero, n);
  }
}

#undef MSK_SHORTS
#undef hvec
#undef wvec
#endif
