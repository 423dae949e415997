// SPDX-License-Identifier: Apache-2.0
#ifndef MSK_VARIANT
#include "fixed_point.h"

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
#include "integer_variants.h"

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

void msk_s8_lstm(msk_isa isa, int8_t *y, const int16_t *xs, const int8_t *w, const int32_t *bias,
                 const msk_scale *scales, void *scratch, msk_integer_recurrent shape) {
  const ptrdiff_t units = shape.units, columns = 4 * units;
  int32_t *z = scratch;
  int16_t *gates = (int16_t *)(z + columns), *c = gates + columns;
  int8_t *h = (int8_t *)(c + units);
  const msk_integer_gemm product = {
      .rows = 1, .columns = columns, .segments = 1, .length = units, .x_stride = units,
      .y_stride = columns, .x = msk_integer_s8,
      // What exceeds 16 bits by so much is limited with the input's share.
      .y = {.type = msk_integer_s32, .low = -(1 << 30), .high = 1 << 30}};
  for (ptrdiff_t u = 0; u < units; u++) {
    c[u] = 0;
    h[u] = (int8_t)shape.state_zero;
  }
  for (ptrdiff_t t = 0; t < shape.time; t++, xs += columns) {
    msk_int_gemm(isa, z, h, w, bias, scales, 0, product);
    lstm_gates(isa, gates, z, xs, units);
    lstm_cell(isa, h, c, gates, &shape);
    if (shape.sequence || t == shape.time - 1) {
      int8_t *to = shape.sequence ? y + t * units : y;
      for (ptrdiff_t u = 0; u < units; u++) to[u] = h[u];
    }
  }
}

#else

/// Numbers of 16 bits fill a register twice as many at a time, and as many of 32 bits two of them.
#define MSK_SHORTS (2 * MSK_LANES)
typedef int16_t MSK_NAME(hvec) __attribute__((ext_vector_type(MSK_SHORTS)));
typedef uint16_t MSK_NAME(uvec) __attribute__((ext_vector_type(MSK_SHORTS)));
typedef int32_t MSK_NAME(wvec) __attribute__((ext_vector_type(MSK_SHORTS)));
#define hvec MSK_NAME(hvec)
#define wvec MSK_NAME(wvec)

/// The first n elements, then zeros; all for n beyond them.
MSK_INLINE hvec MSK_NAME(h_load)(const int16_t *p, ptrdiff_t n) {
  hvec x = 0;
  if (n >= MSK_SHORTS) {
    __builtin_memcpy(&x, p, sizeof x);
    return x;
  }
#if MSK_LANES == 16
  return (hvec)_mm512_maskz_loadu_epi16((__mmask32)((1u << n) - 1), p);
#else
  MSK_NAME(svec) half = 0;
  if (n >= MSK_LANES) {
    __builtin_memcpy(&x, p, sizeof half);
    if (n > MSK_LANES) half = MSK_NAME(v_part_16)(p + MSK_LANES, n - MSK_LANES);
    __builtin_memcpy((char *)&x + sizeof half, &half, sizeof half);
  } else {
    half = MSK_NAME(v_part_16)(p, n);
    __builtin_memcpy(&x, &half, sizeof half);
  }
  return x;
#endif
}

MSK_INLINE void MSK_NAME(h_store)(int16_t *p, hvec x, ptrdiff_t n) {
  if (n >= MSK_SHORTS) {
    __builtin_memcpy(p, &x, sizeof x);
    return;
  }
#if MSK_LANES == 16
  _mm512_mask_storeu_epi16(p, (__mmask32)((1u << n) - 1), (__m512i)x);
#else
  MSK_NAME(svec) half[2];
  __builtin_memcpy(half, &x, sizeof x);
  if (n >= MSK_LANES) {
    __builtin_memcpy(p, half, sizeof half[0]);
    if (n > MSK_LANES) MSK_NAME(v_set_part_16)(p + MSK_LANES, half[1], n - MSK_LANES);
  } else {
    MSK_NAME(v_set_part_16)(p, half[0], n);
  }
#endif
}

// `msk_high_product_16`, without its overflow: that of −1 and −1 does not come up here.
MSK_INLINE hvec MSK_NAME(h_product)(hvec a, hvec b) {
#if MSK_LANES == 16
  return (hvec)_mm512_mulhrs_epi16((__m512i)a, (__m512i)b);
#else
  return (hvec)_mm256_mulhrs_epi16((__m256i)a, (__m256i)b);
#endif
}

MSK_INLINE hvec MSK_NAME(h_rounded_shift)(hvec x, int n) {
  const hvec mask = (int16_t)((1 << n) - 1), rest = x & mask;
  return (x >> (int16_t)n) - (rest > (mask >> (int16_t)1) - (x < 0));
}

/// 2x, saturated.
MSK_INLINE hvec MSK_NAME(h_twice)(hvec x) { return __builtin_elementwise_add_sat(x, x); }

MSK_INLINE hvec MSK_NAME(h_exp_quarter)(hvec a) {
  const hvec x = a + (int16_t)(1 << 12);
  const hvec x2 = MSK_NAME(h_product)(x, x), x3 = MSK_NAME(h_product)(x2, x);
  const hvec x4 = MSK_NAME(h_product)(x2, x2);
  const hvec inner = MSK_NAME(h_rounded_shift)(x4, 2) + x3;
  const hvec cubic = MSK_NAME(h_product)(inner, (hvec)(int16_t)10923);
  const hvec y = MSK_NAME(h_rounded_shift)(cubic + x2, 1), c = (int16_t)28918;
  return __builtin_elementwise_add_sat(c, MSK_NAME(h_product)(c, x + y));
}

/// `msk_exp_negative_16`.
MSK_INLINE hvec MSK_NAME(h_exp)(hvec a, int integer_bits) {
  static const int16_t factor[7] = {25520, 19875, 12055, 4435, 600, 11, 0};
  const int fraction_bits = 15 - integer_bits;
  const int16_t quarter = (int16_t)(1 << (fraction_bits - 2));
  const hvec part = (a & (int16_t)(quarter - 1)) - quarter, rest = part - a;
  hvec result = MSK_NAME(h_exp_quarter)(part << (int16_t)integer_bits);
  for (int i = 0; i < 7 && integer_bits > i - 2; i++) {
    const hvec bit = rest & (int16_t)(1 << (fraction_bits + i - 2));
    result = bit != 0 ? MSK_NAME(h_product)(result, (hvec)factor[i]) : result;
  }
  if (integer_bits > 5) result = a < (int16_t)-(1 << (20 - integer_bits)) ? (hvec)0 : result;
  return a == 0 ? (hvec)(int16_t)INT16_MAX : result;
}

/// `msk_reciprocal_16` for a ≥ 0.
MSK_INLINE hvec MSK_NAME(h_reciprocal)(hvec a) {
  const hvec half = (hvec)(((MSK_NAME(uvec))a + (uint16_t)32768) >> (uint16_t)1);
  const hvec one = (int16_t)(1 << 13);
  hvec x = (int16_t)23130 + MSK_NAME(h_product)(half, (hvec)(int16_t)-15420);
  MSK_UNROLL for (int i = 0; i < 3; i++) {
    const hvec error = one - MSK_NAME(h_product)(half, x);
    x += MSK_NAME(h_twice)(MSK_NAME(h_twice)(MSK_NAME(h_product)(x, error)));
  }
  return x;
}

MSK_INLINE hvec MSK_NAME(h_logistic)(hvec a) {
  const hvec e = MSK_NAME(h_exp)(a > 0 ? -a : a, 3);
  const hvec p = MSK_NAME(h_twice)(MSK_NAME(h_reciprocal)(e));
  const hvec result = a > 0 ? p : (int16_t)INT16_MAX - p;
  return a == 0 ? (hvec)(int16_t)(1 << 14) : result;
}

MSK_INLINE hvec MSK_NAME(h_tanh)(hvec a, int integer_bits) {
  const hvec e = MSK_NAME(h_exp)(a > 0 ? -a : a, integer_bits + 1);
  const hvec d = MSK_NAME(h_reciprocal)(e) - (int16_t)(1 << 13);
  const hvec t = MSK_NAME(h_twice)(MSK_NAME(h_twice)(d));
  const hvec result = a > 0 ? t : -t;
  return a == 0 ? (hvec)0 : result;
}

static void MSK_NAME(fixed_logistic)(int16_t *y, const int16_t *x, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i += MSK_SHORTS) {
    const hvec result = MSK_NAME(h_logistic)(MSK_NAME(h_load)(x + i, count - i));
    MSK_NAME(h_store)(y + i, result, count - i);
  }
}

static void MSK_NAME(fixed_tanh)(int16_t *y, const int16_t *x, ptrdiff_t count,
                                 int32_t integer_bits) {
  for (ptrdiff_t i = 0; i < count; i += MSK_SHORTS) {
    const hvec result = MSK_NAME(h_tanh)(MSK_NAME(h_load)(x + i, count - i), integer_bits);
    MSK_NAME(h_store)(y + i, result, count - i);
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
  for (ptrdiff_t u = 0; u < 2 * units; u += MSK_SHORTS) {
    const ptrdiff_t n = 2 * units - u;
    MSK_NAME(h_store)(gates + u, MSK_NAME(h_logistic)(MSK_NAME(lstm_sum)(z + u, xs + u, n)), n);
  }
  for (ptrdiff_t u = 0; u < units; u += MSK_SHORTS) {
    const ptrdiff_t n = units - u, candidate = 2 * units + u, output = 3 * units + u;
    const hvec g = MSK_NAME(lstm_sum)(z + candidate, xs + candidate, n);
    MSK_NAME(h_store)(gates + candidate, MSK_NAME(h_tanh)(g, 3), n);
    const hvec o = MSK_NAME(lstm_sum)(z + output, xs + output, n);
    MSK_NAME(h_store)(gates + output, MSK_NAME(h_logistic)(o), n);
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
