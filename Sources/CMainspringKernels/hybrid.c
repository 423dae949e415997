// SPDX-License-Identifier: Apache-2.0
#ifndef MSK_VARIANT
#include "fixed_point.h"
#include "hybrid.h"
#include "lstm_cell.h"

static hybrid_bounds hybrid_bounds_scalar(const float *x, ptrdiff_t length) {
  hybrid_bounds bounds = {0.0f, 0.0f};
  for (ptrdiff_t i = 0; i < length; i++) {
    bounds.least = x[i] < bounds.least ? x[i] : bounds.least;
    bounds.largest = x[i] > bounds.largest ? x[i] : bounds.largest;
  }
  return bounds;
}

static void hybrid_apply_scalar(int8_t *y, const float *x, ptrdiff_t length,
                                const hybrid_scaling *s) {
  for (ptrdiff_t i = 0; i < length; i++) {
    const float value = x[i] * s->inverse;
    y[i] = (int8_t)msk_limited(msk_rounded((float)s->zero + value), s->low, 127);
  }
}

#define MSK_HYBRID_ROWS(variant)                                                              \
  static void hybrid_rows_##variant(int8_t *y, float *scales, int32_t *zeros, const float *x, \
                                    ptrdiff_t rows, ptrdiff_t length, bool asymmetric) {      \
    for (ptrdiff_t r = 0; r < rows; r++, x += length, y += length) {                          \
      const hybrid_bounds bounds = hybrid_bounds_##variant(x, length);                        \
      const hybrid_scaling s = hybrid_scale(bounds, &scales[r], &zeros[r], asymmetric);       \
      hybrid_apply_##variant(y, x, length, &s);                                               \
    }                                                                                         \
  }

MSK_HYBRID_ROWS(scalar)

#define MSK_SOURCE "hybrid.c"
#include "integer_variants.h"

#if MSK_X86
MSK_HYBRID_ROWS(avx2)
MSK_HYBRID_ROWS(avx512)
#endif

void msk_hybrid_quantize(msk_isa isa, int8_t *y, float *scales, int32_t *zeros, const float *x,
                         ptrdiff_t rows, ptrdiff_t length, bool asymmetric) {
  MSK_DISPATCH(isa, hybrid_rows, y, scales, zeros, x, rows, length, asymmetric)
}

void msk_hybrid_depthwise_product(float *y, const int8_t *x, float scale, int32_t zero,
                                  const int8_t *w, const float *scales, const float *bias,
                                  msk_hybrid_depthwise s) {
  for (ptrdiff_t i = 0; i < s.height; i++) {
    for (ptrdiff_t j = 0; j < s.width; j++) {
      const int8_t *first = x + i * s.stride_y + j * s.stride_x;
      for (ptrdiff_t c = 0; c < s.channels; c++) {
        int32_t sum = 0;
        for (ptrdiff_t p = 0; p < s.kernel_height; p++) {
          for (ptrdiff_t q = 0; q < s.kernel_width; q++) {
            const int32_t value = first[p * s.step_y + q * s.step_x + c] - zero;
            sum += value * w[(p * s.kernel_width + q) * s.channels + c];
          }
        }
        const float share = (float)sum * (scale * scales[c]);
        *y++ = msk_clamped(share + (bias ? bias[c] : 0.0f), s.low, s.high);
      }
    }
  }
}

void msk_hybrid_lstm(msk_isa isa, float *y, const float *xs, const int8_t *w, const int32_t *sums,
                     const float *scales, float *scratch, msk_function activation,
                     msk_function gate, float clip, bool asymmetric, msk_recurrent shape) {
  const ptrdiff_t units = shape.units, padded = msk_round_up(units, msk_lanes(isa));
  const float limit = clip > 0.0f ? clip : __builtin_inff();
#if MSK_X86
  if (isa == msk_isa_avx512_vnni && activation.code == msk_tanh && gate.code == msk_sigmoid &&
      units % msk_lanes(isa) == 0) {
    msk_hybrid_lstm_vnni(y, xs, w, sums, scales, scratch, limit, asymmetric, &shape);
    return;
  }
#endif
  float *z = scratch, *c = scratch + 4 * padded;
  int8_t *q = (int8_t *)(c + padded);
  const msk_hybrid_gemm product = {.rows = 1, .columns = 4 * padded, .segments = 1,
                                   .length = units, .low = -__builtin_inff(),
                                   .high = __builtin_inff()};
  const float *h = y;
  msk_f32_fill(c, padded, 0.0f);
  for (ptrdiff_t t = 0; t < shape.time; t++, xs += 4 * padded) {
    float *next = shape.sequence ? y + t * units : y;
    if (t > 0) {
      float scale;
      int32_t zero;
      msk_hybrid_quantize(isa, q, &scale, &zero, h, 1, units, asymmetric);
      msk_hybrid_product(isa, z, q, &scale, &zero, w, sums, scales, xs, 0, product);
    }
    msk_lstm_cell(isa, next, c, t > 0 ? z : xs, units, activation, gate, limit);
    h = next;
  }
}

#else

static hybrid_bounds MSK_NAME(hybrid_bounds)(const float *x, ptrdiff_t length) {
  // Not-a-number is neither less nor more than anything.
  vec least = v_fill(0.0f), largest = v_fill(0.0f);
  ptrdiff_t i = 0;
  for (; i + MSK_LANES <= length; i += MSK_LANES) {
    least = v_min(v_load(x + i), least);
    largest = v_max(v_load(x + i), largest);
  }
  hybrid_bounds bounds = hybrid_bounds_scalar(x + i, length - i);
#if MSK_LANES == 16
  const float low = _mm512_reduce_min_ps((__m512)least);
  const float high = _mm512_reduce_max_ps((__m512)largest);
  bounds.least = low < bounds.least ? low : bounds.least;
  bounds.largest = high > bounds.largest ? high : bounds.largest;
#else
  for (int j = 0; j < MSK_LANES; j++) {
    bounds.least = least[j] < bounds.least ? least[j] : bounds.least;
    bounds.largest = largest[j] > bounds.largest ? largest[j] : bounds.largest;
  }
#endif
  return bounds;
}

static void MSK_NAME(hybrid_apply)(int8_t *y, const float *x, ptrdiff_t length,
                                   const hybrid_scaling *s) {
  const vec zero = v_fill((float)s->zero), inverse = v_fill(s->inverse);
  for (ptrdiff_t i = 0; i < length; i += MSK_LANES) {
    const ptrdiff_t n = length - i;
    const vec value = zero + (n < MSK_LANES ? v_load_n(x + i, n) : v_load(x + i)) * inverse;
    const ivec result = MSK_NAME(v_bounded)(MSK_NAME(v_rounded)(value), (ivec)s->low, (ivec)127);
    MSK_NAME(v_set_integers)(msk_integer_s8, y, i, result, n);
  }
}

#endif
