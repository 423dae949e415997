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

MSK_INLINE int8_t hybrid_integer(float x, const hybrid_scaling *s) {
  const float value = x * s->inverse;
  return (int8_t)msk_limited(msk_rounded((float)s->zero + value), s->low, 127);
}

/// The part of a window that is elements of x, and where in the window it starts.
typedef struct {
  ptrdiff_t from, count, lead;
} hybrid_part;

MSK_INLINE hybrid_part hybrid_part_of(const msk_hybrid_windows *s, ptrdiff_t row) {
  const ptrdiff_t first = row * s->stride - s->before;
  if (first >= 0 && first + s->length <= s->count) return (hybrid_part){first, s->length, 0};
  const ptrdiff_t lead = msk_minimum_of(msk_maximum_of(-first, 0), s->length);
  const ptrdiff_t from = msk_minimum_of(msk_maximum_of(first, 0), s->count);
  return (hybrid_part){from, msk_minimum_of(s->length - lead, s->count - from), lead};
}

/// Zeros before and after the part of a window.
MSK_INLINE void hybrid_border(int8_t *y, ptrdiff_t length, hybrid_part part, int8_t zero) {
  for (ptrdiff_t i = 0; i < part.lead; i++) y[i] = zero;
  for (ptrdiff_t i = part.lead + part.count; i < length; i++) y[i] = zero;
}

static void hybrid_rows_scalar(int8_t *y, float *scales, int32_t *zeros, const float *x,
                               const msk_hybrid_windows *windows) {
  for (ptrdiff_t r = 0; r < windows->rows; r++, y += windows->length) {
    const hybrid_part part = hybrid_part_of(windows, r);
    const float *from = x + part.from;
    const hybrid_bounds bounds = hybrid_bounds_scalar(from, part.count);
    const hybrid_scaling s = hybrid_scale(bounds, &scales[r], &zeros[r], windows->asymmetric);
    for (ptrdiff_t i = 0; i < part.count; i++) {
      y[part.lead + i] = hybrid_integer(from[i], &s);
    }
    hybrid_border(y, windows->length, part, hybrid_integer(0.0f, &s));
  }
}

#define MSK_SOURCE "hybrid.c"
#define MSK_TOOLS "integer_lanes.h"
#include "variants.h"

void msk_hybrid_quantize(msk_isa isa, int8_t *y, float *scales, int32_t *zeros, const float *x,
                         ptrdiff_t rows, ptrdiff_t length, bool asymmetric) {
  const msk_hybrid_windows windows = {.rows = rows, .length = length, .stride = length,
                                      .count = rows * length, .asymmetric = asymmetric};
  msk_hybrid_quantize_windows(isa, y, scales, zeros, x, windows);
}

void msk_hybrid_quantize_windows(msk_isa isa, int8_t *y, float *scales, int32_t *zeros,
                                 const float *x, msk_hybrid_windows windows) {
  MSK_DISPATCH(isa, hybrid_rows, y, scales, zeros, x, &windows)
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

/// The recurrence one kernel after the other, from a cell and a state, null for zeros; gives the state
/// behind the last step, which is in y.
static const float *hybrid_lstm_in_parts(msk_isa isa, float *y, const float *xs, const int8_t *w,
                                         const int32_t *sums, const float *scales, float *c,
                                         const float *h, float *z, int8_t *q,
                                         msk_function activation, msk_function gate, float limit,
                                         bool asymmetric, const msk_recurrent *s) {
  const ptrdiff_t units = s->units, padded = msk_round_up(units, msk_lanes(isa));
  const msk_hybrid_gemm product = {.rows = 1, .columns = 4 * padded, .segments = 1,
                                   .length = units, .low = -__builtin_inff(),
                                   .high = __builtin_inff()};
  for (ptrdiff_t t = 0; t < s->time; t++, xs += 4 * padded) {
    float *next = s->sequence ? y + t * units : y;
    if (h) {
      float scale;
      int32_t zero;
      msk_hybrid_quantize(isa, q, &scale, &zero, h, 1, units, asymmetric);
      msk_hybrid_product(isa, z, q, &scale, &zero, w, sums, scales, xs, 0, product);
    }
    msk_lstm_cell(isa, next, c, h ? z : xs, units, activation, gate, limit);
    h = next;
  }
  return h;
}

/// One window by an instruction set without a kernel of the whole.
static void hybrid_lstm(msk_isa isa, float *y, const float *xs, const int8_t *w,
                        const int32_t *sums, const float *scales, float *scratch,
                        msk_function activation, msk_function gate, float limit, bool asymmetric,
                        const msk_recurrent *shape) {
  const ptrdiff_t padded = msk_round_up(shape->units, msk_lanes(isa));
  float *c = scratch + 4 * padded;
  msk_f32_fill(c, padded, 0.0f);
  hybrid_lstm_in_parts(isa, y, xs, w, sums, scales, c, 0, scratch, (int8_t *)(c + padded),
                       activation, gate, limit, asymmetric, shape);
}

void msk_hybrid_lstm_resume(msk_isa isa, float *y, const float *xs, const int8_t *w,
                            const int32_t *sums, const float *scales, float *state,
                            float *scratch, msk_function activation, msk_function gate,
                            float clip, bool asymmetric, msk_recurrent shape) {
  const ptrdiff_t padded = msk_round_up(shape.units, msk_lanes(isa));
  const float limit = clip > 0.0f ? clip : __builtin_inff();
  const float *h = hybrid_lstm_in_parts(
      isa, y, xs, w, sums, scales, state + padded, state, scratch,
      (int8_t *)(scratch + 5 * padded), activation, gate, limit, asymmetric, &shape);
  msk_keep_state(state, h, shape.units);
}

void msk_hybrid_lstm_batch(msk_isa isa, float *y, const float *xs, const int8_t *w,
                           const int32_t *sums, const float *scales, float *scratch,
                           msk_function activation, msk_function gate, float clip,
                           bool asymmetric, msk_recurrent shape, msk_batch batch) {
  const float limit = clip > 0.0f ? clip : __builtin_inff();
#if MSK_X86
  const bool is_usual = activation.code == msk_tanh && gate.code == msk_sigmoid &&
                        shape.units % msk_lanes(isa) == 0;
  if (isa == msk_isa_avx512_vnni && is_usual) {
    msk_hybrid_lstm_avx512_vnni(y, xs, w, sums, scales, scratch, limit, asymmetric, &shape, batch);
    return;
  }
  if (isa == msk_isa_avx_vnni && is_usual) {
    msk_hybrid_lstm_avx_vnni(y, xs, w, sums, scales, scratch, limit, asymmetric, &shape, batch);
    return;
  }
#endif
  for (ptrdiff_t n = 0; n < batch.count; n++) {
    const ptrdiff_t at = n * batch.stride;
    hybrid_lstm(isa, y + at, xs + at, w, sums, scales, scratch + at, activation, gate, limit,
                asymmetric, &shape);
  }
}

void msk_hybrid_lstm(msk_isa isa, float *y, const float *xs, const int8_t *w, const int32_t *sums,
                     const float *scales, float *scratch, msk_function activation,
                     msk_function gate, float clip, bool asymmetric, msk_recurrent shape) {
  msk_hybrid_lstm_batch(isa, y, xs, w, sums, scales, scratch, activation, gate, clip, asymmetric,
                        shape, (msk_batch){.count = 1});
}

#else

#include "hybrid_lanes.h"

static hybrid_bounds MSK_NAME(hybrid_bounds)(const float *x, ptrdiff_t length) {
  // Not-a-number is neither less nor more than anything; zeros of a tail are among the bounds.
  vec least = v_fill(0.0f), largest = v_fill(0.0f), low[4], high[4];
  ptrdiff_t i = 0;
  if (length >= 4 * MSK_LANES) {
    MSK_UNROLL for (int v = 0; v < 4; v++) low[v] = high[v] = v_fill(0.0f);
    for (; i + 4 * MSK_LANES <= length; i += 4 * MSK_LANES) {
      MSK_UNROLL for (int v = 0; v < 4; v++) {
        const vec value = v_load(x + i + v * MSK_LANES);
        low[v] = v_min(value, low[v]);
        high[v] = v_max(value, high[v]);
      }
    }
    least = v_min(v_min(low[0], low[1]), v_min(low[2], low[3]));
    largest = v_max(v_max(high[0], high[1]), v_max(high[2], high[3]));
  }
  for (; i + MSK_LANES <= length; i += MSK_LANES) {
    const vec value = v_load(x + i);
    least = v_min(value, least);
    largest = v_max(value, largest);
  }
  if (i < length) {
    const vec value = v_load_n(x + i, length - i);
    least = v_min(value, least);
    largest = v_max(value, largest);
  }
  return MSK_NAME(v_outermost)(least, largest);
}

static void MSK_NAME(hybrid_apply)(int8_t *y, const float *x, ptrdiff_t length,
                                   const hybrid_scaling *s) {
  ptrdiff_t i = 0;
  if (!(s->inverse < __builtin_inff())) {
    // Of a range next to nothing.
    for (; i < length; i++) y[i] = hybrid_integer(x[i], s);
    return;
  }
  const vec inverse = v_fill(s->inverse), zero = v_fill((float)s->zero);
#if MSK_LANES == 16
  for (; i + 4 * MSK_LANES <= length; i += 4 * MSK_LANES) {
    ivec results[4];
    MSK_UNROLL for (int v = 0; v < 4; v++) {
      results[v] = MSK_NAME(v_hybrid)(v_load(x + i + v * MSK_LANES), inverse, zero);
    }
    _mm512_storeu_si512(y + i, MSK_NAME(v_bytes)(results));
  }
#endif
  for (; i + MSK_LANES <= length; i += MSK_LANES) {
    MSK_NAME(v_set_bytes)(y + i, MSK_NAME(v_hybrid)(v_load(x + i), inverse, zero), MSK_LANES);
  }
  if (i < length) {
    const ivec result = MSK_NAME(v_hybrid)(v_load_n(x + i, length - i), inverse, zero);
    MSK_NAME(v_set_bytes)(y + i, result, length - i);
  }
}

/// `hybrid_scale` of a vector of rows.
MSK_INLINE void MSK_NAME(hybrid_scales)(vec least, vec largest, bool asymmetric, vec *scale,
                                        vec *inverse, ivec *zero) {
  typedef MSK_NAME(dvec) dvec;
  const ivec is_empty = least == largest;
  if (!asymmetric) {
    const vec range = v_max(-least, largest);
    *scale = is_empty ? v_fill(1.0f) : range / 127.0f;
    *inverse = is_empty ? v_fill(0.0f) : 127.0f / range;
    *zero = 0;
    return;
  }
  const dvec low = __builtin_convertvector(least, dvec);
  const dvec high = __builtin_convertvector(largest, dvec);
  const dvec range = (high - low) / 255.0;
  const vec share = __builtin_convertvector(range, vec);
  *scale = is_empty ? v_fill(1.0f) : share;
  *inverse = is_empty ? v_fill(0.0f) : 1.0f / share;
  ivec place = -128;
  if (!MSK_NAME(v_is_zero)((least < 0.0f) | (largest == __builtin_inff()))) {
    const dvec first = low / range, last = high / range;
    const dvec below = 128.0 - first, above = 127.0 + last;
    const dvec exact = below < above ? -128.0 - first : 127.0 - last;
    const dvec number = exact != exact ? (dvec)0.0 : exact;
    place = MSK_NAME(v_bounded)(MSK_NAME(v_scaled_real)(number, (dvec)1.0), (ivec)-128, (ivec)127);
  }
  *zero = is_empty ? (ivec)0 : place;
}

/// Bounds of some windows.
static void MSK_NAME(hybrid_window_bounds)(float *least, float *largest, const float *x,
                                           const msk_hybrid_windows *s, ptrdiff_t first,
                                           ptrdiff_t count) {
  const ptrdiff_t taps = s->stride > 0 ? s->length / s->stride : 0;
  const bool overlap = taps > 1 && taps <= MSK_LANES && s->length % s->stride == 0;
  if (!overlap || s->before % s->stride != 0) {
    for (ptrdiff_t i = 0; i < count; i++) {
      const hybrid_part part = hybrid_part_of(s, first + i);
      const hybrid_bounds bounds = MSK_NAME(hybrid_bounds)(x + part.from, part.count);
      least[i] = bounds.least;
      largest[i] = bounds.largest;
    }
    return;
  }
  // Windows are made of blocks that they share with their neighbours.
  msk_hybrid_windows block = *s;
  block.length = s->stride;
  float low[2 * MSK_LANES] = {0}, high[2 * MSK_LANES] = {0};
  for (ptrdiff_t i = 0; i < count + taps - 1; i++) {
    const hybrid_part part = hybrid_part_of(&block, first + i);
    const hybrid_bounds bounds = MSK_NAME(hybrid_bounds)(x + part.from, part.count);
    low[i] = bounds.least;
    high[i] = bounds.largest;
  }
  vec a = v_load(low), b = v_load(high);
  for (ptrdiff_t tap = 1; tap < taps; tap++) {
    a = v_min(a, v_load(low + tap));
    b = v_max(b, v_load(high + tap));
  }
  v_store(least, a);
  v_store(largest, b);
}

static void MSK_NAME(hybrid_rows)(int8_t *y, float *scales, int32_t *zeros, const float *x,
                                  const msk_hybrid_windows *windows) {
  const bool asymmetric = windows->asymmetric;
  const int32_t low = asymmetric ? -128 : -127;
  for (ptrdiff_t r = 0; r < windows->rows; r += MSK_LANES) {
    const ptrdiff_t count = msk_minimum_of(MSK_LANES, windows->rows - r);
    float least[MSK_LANES] = {0}, largest[MSK_LANES] = {0}, inverse[MSK_LANES];
    MSK_NAME(hybrid_window_bounds)(least, largest, x, windows, r, count);
    if (count == 1) {
      const hybrid_bounds bounds = {.least = least[0], .largest = largest[0]};
      inverse[0] = hybrid_scale(bounds, &scales[r], &zeros[r], asymmetric).inverse;
    } else {
      vec scale, inverses;
      ivec zero;
      MSK_NAME(hybrid_scales)(v_load(least), v_load(largest), asymmetric, &scale, &inverses, &zero);
      v_store(inverse, inverses);
      MSK_NAME(v_set_integers)(msk_integer_s32, zeros, r, zero, count);
      if (count < MSK_LANES) {
        v_store_n(scales + r, scale, count);
      } else {
        v_store(scales + r, scale);
      }
    }
    for (ptrdiff_t i = 0; i < count; i++, y += windows->length) {
      const hybrid_part part = hybrid_part_of(windows, r + i);
      const hybrid_scaling s = {.inverse = inverse[i], .zero = zeros[r + i], .low = low};
      MSK_NAME(hybrid_apply)(y + part.lead, x + part.from, part.count, &s);
      if (part.count == windows->length) continue;
      hybrid_border(y, windows->length, part, hybrid_integer(0.0f, &s));
    }
  }
}

#endif
