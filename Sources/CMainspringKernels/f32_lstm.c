// SPDX-License-Identifier: Apache-2.0
#ifndef MSK_VARIANT
#include "kernel.h"
#include "lstm_cell.h"

static void lstm_scalar(float *h, float *c, const float *z, ptrdiff_t units,
                        msk_function activation, msk_function gate, float clip) {
  for (ptrdiff_t u = 0; u < units; u++, z += 4) {
    float i = msk_function_of(gate, z[0]), f = msk_function_of(gate, z[1]);
    float g = msk_function_of(activation, z[2]), o = msk_function_of(gate, z[3]);
    c[u] = msk_clamped(f * c[u] + i * g, -clip, clip);
    h[u] = o * msk_function_of(activation, c[u]);
  }
}

#define MSK_SOURCE "f32_lstm.c"
#include "variants.h"

void msk_lstm_cell(msk_isa isa, float *h, float *c, const float *z, ptrdiff_t units,
                   msk_function activation, msk_function gate, float clip) {
  MSK_DISPATCH(isa, lstm, h, c, z, units, activation, gate, clip)
}

/// The recurrence one kernel after the other, from a cell and a state, null for zeros, whose product
/// is zero as well; gives the state behind the last step, which is in y. `z` is scratch memory of
/// all gates.
static const float *lstm_in_parts(msk_isa isa, float *y, const float *xs, const void *w, float *c,
                                  const float *h, float *z, msk_function activation,
                                  msk_function gate, float limit, const msk_recurrent *s) {
  const ptrdiff_t units = s->units, padded = msk_round_up(units, msk_lanes(isa));
  for (ptrdiff_t t = 0; t < s->time; t++, xs += 4 * padded) {
    float *next = s->sequence ? y + t * units : y;
    if (h) {
      msk_f32_gemv(isa, z, h, w, xs, s->element, units, 4 * padded, -__builtin_inff(),
                   __builtin_inff(), t & 1);
    }
    msk_lstm_cell(isa, next, c, h ? z : xs, units, activation, gate, limit);
    h = next;
  }
  return h;
}

/// The same from zeros.
static void lstm_from_zeros(msk_isa isa, float *y, const float *xs, const void *w, float *scratch,
                            msk_function activation, msk_function gate, float limit,
                            const msk_recurrent *s) {
  const ptrdiff_t padded = msk_round_up(s->units, msk_lanes(isa));
  float *c = scratch + 4 * padded;
  msk_f32_fill(c, padded, 0.0f);
  lstm_in_parts(isa, y, xs, w, c, 0, scratch, activation, gate, limit, s);
}

static void lstm_whole_scalar(float *y, const float *xs, const void *w, float *scratch,
                              float limit, const msk_recurrent *s) {
  const msk_function activation = {.code = msk_tanh}, gate = {.code = msk_sigmoid};
  lstm_from_zeros(msk_isa_scalar, y, xs, w, scratch, activation, gate, limit, s);
}

static void lstm_whole(msk_isa isa, float *y, const float *xs, const void *w, float *scratch,
                       float limit, const msk_recurrent *s) {
  MSK_DISPATCH(isa, lstm_whole, y, xs, w, scratch, limit, s)
}

void msk_f32_lstm(msk_isa isa, float *y, const float *xs, const void *w, float *scratch,
                  msk_function activation, msk_function gate, float clip, msk_recurrent shape) {
  const float limit = clip > 0.0f ? clip : __builtin_inff();
  if (activation.code == msk_tanh && gate.code == msk_sigmoid) {
    lstm_whole(isa, y, xs, w, scratch, limit, &shape);
  } else {
    lstm_from_zeros(isa, y, xs, w, scratch, activation, gate, limit, &shape);
  }
}

void msk_f32_lstm_resume(msk_isa isa, float *y, const float *xs, const void *w, float *state,
                         float *scratch, msk_function activation, msk_function gate, float clip,
                         msk_recurrent shape) {
  float *c = state + msk_round_up(shape.units, msk_lanes(isa));
  const float limit = clip > 0.0f ? clip : __builtin_inff();
  const float *h =
      lstm_in_parts(isa, y, xs, w, c, state, scratch, activation, gate, limit, &shape);
  msk_keep_state(state, h, shape.units);
}

#else

#include "cell_lanes.h"

static void MSK_NAME(lstm)(float *h, float *c, const float *z, ptrdiff_t units,
                           msk_function activation, msk_function gate, float clip) {
  const bool usual = activation.code == msk_tanh && gate.code == msk_sigmoid;
  const vec limit = v_fill(clip);
  for (ptrdiff_t u = 0; u < units; u += MSK_LANES, z += 4 * MSK_LANES) {
    vec i = v_load(z), f = v_load(z + MSK_LANES), g = v_load(z + 2 * MSK_LANES);
    vec o = v_load(z + 3 * MSK_LANES), cell = v_load(c + u), result;
    if (usual) {
      result = MSK_NAME(usual)(i, f, g, o, limit, &cell);
    } else {
      cell = v_function(gate, f) * cell + v_function(gate, i) * v_function(activation, g);
      cell = v_clamp(cell, -limit, limit);
      result = v_function(gate, o) * v_function(activation, cell);
    }
    v_store(c + u, cell);
    if (units - u >= MSK_LANES) {
      v_store(h + u, result);
    } else {
      v_store_n(h + u, result, units - u);
    }
  }
}


/// Groups of units, a vector each, in a block of weights; see `msk_gemv_width`.
#define MSK_GROUPS (MSK_REGISTERS == 32 ? 4 : 2)

/// One block of units: product, then cell and state from the registers it is in. `h` is null for
/// the state of zeros.
///
/// Narrow blocks sum several depths side by side, so that enough additions are under way.
MSK_INLINE void MSK_NAME(lstm_block)(const int groups, const msk_element element, float *next,
                                     float *c, const float *h, const float *xs, const void *w,
                                     ptrdiff_t depth, ptrdiff_t count, vec limit, bool backwards) {
  const int vectors = 4 * groups;
  const int ways = vectors >= 12 ? 1 : MSK_REGISTERS == 32 ? 16 / vectors : 8 / vectors;
  vec sum[4][4 * MSK_GROUPS];
  MSK_UNROLL for (int v = 0; v < vectors; v++) {
    sum[0][v] = v_load(xs + v * MSK_LANES);
    MSK_UNROLL for (int j = 1; j < ways; j++) sum[j][v] = v_fill(0.0f);
  }
  const ptrdiff_t step = backwards ? -1 : 1;
  ptrdiff_t k = backwards ? depth - 1 : 0, left = h ? depth : 0;
  for (; left >= ways; left -= ways) {
    MSK_UNROLL for (int j = 0; j < ways; j++, k += step) {
      const vec a = v_fill(h[k]);
      MSK_UNROLL for (int v = 0; v < vectors; v++) {
        sum[j][v] = v_fma(a, v_load_as(element, w, (k * vectors + v) * MSK_LANES), sum[j][v]);
      }
    }
  }
  for (; left > 0; left--, k += step) {
    const vec a = v_fill(h[k]);
    MSK_UNROLL for (int v = 0; v < vectors; v++) {
      sum[0][v] = v_fma(a, v_load_as(element, w, (k * vectors + v) * MSK_LANES), sum[0][v]);
    }
  }
  MSK_UNROLL for (int g = 0; g < groups; g++, c += MSK_LANES, next += MSK_LANES) {
    vec z[4], cell = v_load(c);
    MSK_UNROLL for (int i = 0; i < 4; i++) {
      z[i] = sum[0][4 * g + i];
      MSK_UNROLL for (int j = 1; j < ways; j++) z[i] += sum[j][4 * g + i];
    }
    const vec result = MSK_NAME(usual)(z[0], z[1], z[2], z[3], limit, &cell);
    const ptrdiff_t n = count - g * MSK_LANES;
    v_store(c, cell);
    if (n >= MSK_LANES) {
      v_store(next, result);
    } else {
      v_store_n(next, result, n);
    }
  }
}

MSK_INLINE void MSK_NAME(lstm_step)(const msk_element element, float *next, float *c,
                                    const float *h, const float *xs, const void *w,
                                    ptrdiff_t units, vec limit, bool backwards) {
  const ptrdiff_t all = (units + MSK_LANES - 1) / MSK_LANES;
  const ptrdiff_t blocks = (all + MSK_GROUPS - 1) / MSK_GROUPS;
  for (ptrdiff_t i = 0; i < blocks; i++) {
    const ptrdiff_t first = (backwards ? blocks - 1 - i : i) * MSK_GROUPS;
    const ptrdiff_t unit = first * MSK_LANES, count = units - unit;
    const void *block = (const char *)w + 4 * unit * units * msk_byte_count(element);
    switch (msk_minimum_of(MSK_GROUPS, all - first)) {
#define MSK_CASE(n)                                                                            \
  case n:                                                                                      \
    MSK_NAME(lstm_block)(n, element, next + unit, c + unit, h, xs + 4 * unit, block, units, count, \
                         limit, backwards);                                                    \
    break;
      MSK_CASE(1)
      MSK_CASE(2)
#if MSK_REGISTERS == 32
      MSK_CASE(3)
      MSK_CASE(4)
#endif
#undef MSK_CASE
    }
  }
}

/// All steps with the usual functions.
static void MSK_NAME(lstm_whole)(float *y, const float *xs, const void *w, float *scratch,
                                 float limit, const msk_recurrent *s) {
  const ptrdiff_t units = s->units, padded = msk_round_up(units, MSK_LANES);
  float *c = scratch + 4 * padded;
  const float *h = 0;
  for (ptrdiff_t i = 0; i < padded; i += MSK_LANES) v_store(c + i, v_fill(0.0f));
  for (ptrdiff_t t = 0; t < s->time; t++, xs += 4 * padded) {
    // States that are not wanted take turns in the scratch memory.
    float *next = s->sequence ? y + t * units : t == s->time - 1 ? y : scratch + (t & 1) * padded;
    if (s->element == msk_element_f16) {
      MSK_NAME(lstm_step)(msk_element_f16, next, c, h, xs, w, units, v_fill(limit), t & 1);
    } else {
      MSK_NAME(lstm_step)(msk_element_f32, next, c, h, xs, w, units, v_fill(limit), t & 1);
    }
    h = next;
  }
}

#undef MSK_GROUPS
#endif
