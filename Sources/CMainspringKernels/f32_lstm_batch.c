// SPDX-License-Identifier: Apache-2.0
//
// The LSTM on several windows at once: one pass over the recurrent weights serves them all. Sums
// are those of "f32_lstm.c" in their order, so each window has the bits it has alone.
#ifndef MSK_VARIANT
#include "kernel.h"

/// One window after the other.
static void each_lstm(msk_isa isa, float *y, const float *xs, const void *w, float *scratch,
                      msk_function activation, msk_function gate, float clip,
                      const msk_recurrent *s, msk_batch batch) {
  for (ptrdiff_t i = 0; i < batch.count; i++) {
    const ptrdiff_t at = i * batch.stride;
    msk_f32_lstm(isa, y + at, xs + at, w, scratch + at, activation, gate, clip, *s);
  }
}

static void lstm_batch_scalar(float *y, const float *xs, const void *w, float *scratch,
                              float limit, const msk_recurrent *s, msk_batch batch) {
  const msk_function activation = {.code = msk_tanh}, gate = {.code = msk_sigmoid};
  each_lstm(msk_isa_scalar, y, xs, w, scratch, activation, gate, limit, s, batch);
}

#define MSK_SOURCE "f32_lstm_batch.c"
#include "variants.h"

static void lstm_batch(msk_isa isa, float *y, const float *xs, const void *w, float *scratch,
                       float limit, const msk_recurrent *s, msk_batch batch) {
  MSK_DISPATCH(isa, lstm_batch, y, xs, w, scratch, limit, s, batch)
}

void msk_f32_lstm_batch(msk_isa isa, float *y, const float *xs, const void *w, float *scratch,
                        msk_function activation, msk_function gate, float clip,
                        msk_recurrent shape, msk_batch batch) {
  const bool usual = activation.code == msk_tanh && gate.code == msk_sigmoid;
  if (usual && batch.count > 1) {
    lstm_batch(isa, y, xs, w, scratch, clip > 0.0f ? clip : __builtin_inff(), &shape, batch);
  } else {
    each_lstm(isa, y, xs, w, scratch, activation, gate, clip, &shape, batch);
  }
}

#else

#include "cell_lanes.h"

/// Groups of units, a vector each, in a block of weights; see `msk_gemv_width`.
#define MSK_GROUPS (MSK_REGISTERS == 32 ? 4 : 2)
/// Sums in registers: vectors of a group, times ways, times windows.
#define MSK_SUMS (MSK_REGISTERS == 32 ? 16 : 8)

/// A group of units in one step of `windows` windows; pointers are those of the first one.
///
/// - vectors: of all groups in the block of weights; `w` starts at this group.
MSK_INLINE void MSK_NAME(group)(const int windows, const int ways, const msk_element element,
                                const ptrdiff_t vectors, float *next, float *c, const float *h,
                                const float *xs, const void *w, ptrdiff_t depth, ptrdiff_t count,
                                vec limit, bool backwards, ptrdiff_t stride) {
  vec sum[4][4][4];  // window, way, gate
  MSK_UNROLL for (int n = 0; n < windows; n++) {
    MSK_UNROLL for (int v = 0; v < 4; v++) {
      sum[n][0][v] = v_load(xs + n * stride + v * MSK_LANES);
      MSK_UNROLL for (int j = 1; j < ways; j++) sum[n][j][v] = v_fill(0.0f);
    }
  }
  const ptrdiff_t step = backwards ? -1 : 1;
  ptrdiff_t k = backwards ? depth - 1 : 0, left = h ? depth : 0;
  for (; left >= ways; left -= ways) {
    MSK_UNROLL for (int j = 0; j < ways; j++, k += step) {
      vec column[4];
      MSK_UNROLL for (int v = 0; v < 4; v++) {
        column[v] = v_load_as(element, w, (k * vectors + v) * MSK_LANES);
      }
      MSK_UNROLL for (int n = 0; n < windows; n++) {
        const vec a = v_fill(h[n * stride + k]);
        MSK_UNROLL for (int v = 0; v < 4; v++) {
          sum[n][j][v] = v_fma(a, column[v], sum[n][j][v]);
        }
      }
    }
  }
  for (; left > 0; left--, k += step) {
    MSK_UNROLL for (int n = 0; n < windows; n++) {
      const vec a = v_fill(h[n * stride + k]);
      MSK_UNROLL for (int v = 0; v < 4; v++) {
        const vec column = v_load_as(element, w, (k * vectors + v) * MSK_LANES);
        sum[n][0][v] = v_fma(a, column, sum[n][0][v]);
      }
    }
  }
  MSK_UNROLL for (int n = 0; n < windows; n++) {
    vec z[4], cell = v_load(c + n * stride);
    MSK_UNROLL for (int v = 0; v < 4; v++) {
      z[v] = sum[n][0][v];
      MSK_UNROLL for (int j = 1; j < ways; j++) z[v] += sum[n][j][v];
    }
    const vec result = MSK_NAME(usual)(z[0], z[1], z[2], z[3], limit, &cell);
    v_store(c + n * stride, cell);
    if (count >= MSK_LANES) {
      v_store(next + n * stride, result);
    } else {
      v_store_n(next + n * stride, result, count);
    }
  }
}

/// All groups of a block in one step of `windows` windows.
MSK_INLINE void MSK_NAME(groups)(const int windows, const int ways, const msk_element element,
                                 float *next, float *c, const float *h, const float *xs,
                                 const void *w, ptrdiff_t groups, ptrdiff_t units, ptrdiff_t count,
                                 vec limit, bool backwards, ptrdiff_t stride) {
  for (ptrdiff_t g = 0; g < groups; g++) {
    const ptrdiff_t at = g * MSK_LANES;
    MSK_NAME(group)(windows, ways, element, 4 * groups, next + at, c + at, h, xs + 4 * at,
                    (const char *)w + 4 * at * msk_byte_count(element), units, count - at, limit,
                    backwards, stride);
  }
}

/// One step of all windows, with as many ways side by side as a window alone takes in a block of so
/// many groups.
MSK_INLINE void MSK_NAME(batch_step)(const int ways, const msk_element element, float *next,
                                     float *c, const float *h, const float *xs, const void *w,
                                     ptrdiff_t groups, ptrdiff_t units, ptrdiff_t count, vec limit,
                                     bool backwards, msk_batch batch) {
  const int windows = MSK_SUMS / 4 / ways;
  ptrdiff_t n = 0, at = 0;
  for (; n + windows <= batch.count; n += windows, at = n * batch.stride) {
    MSK_NAME(groups)(windows, ways, element, next + at, c + at, h ? h + at : 0, xs + at, w, groups,
                     units, count, limit, backwards, batch.stride);
  }
  for (; n < batch.count; n++, at += batch.stride) {
    MSK_NAME(groups)(1, ways, element, next + at, c + at, h ? h + at : 0, xs + at, w, groups, units,
                     count, limit, backwards, batch.stride);
  }
}

MSK_INLINE void MSK_NAME(batch_whole)(const msk_element element, float *y, const float *xs,
                                      const void *w, float *scratch, float limit,
                                      const msk_recurrent *s, msk_batch batch) {
  const ptrdiff_t units = s->units, padded = msk_round_up(units, MSK_LANES);
  const ptrdiff_t all = padded / MSK_LANES, blocks = (all + MSK_GROUPS - 1) / MSK_GROUPS;
  float *c = scratch + 4 * padded;
  for (ptrdiff_t n = 0; n < batch.count; n++) msk_f32_fill(c + n * batch.stride, padded, 0.0f);
  const float *h = 0;
  for (ptrdiff_t t = 0; t < s->time; t++, xs += 4 * padded) {
    // States that are not wanted take turns in the scratch memory.
    float *next = s->sequence ? y + t * units : t == s->time - 1 ? y : scratch + (t & 1) * padded;
    const bool backwards = t & 1;
    for (ptrdiff_t i = 0; i < blocks; i++) {
      const ptrdiff_t first = (backwards ? blocks - 1 - i : i) * MSK_GROUPS;
      const ptrdiff_t unit = first * MSK_LANES, count = units - unit;
      const ptrdiff_t groups = msk_minimum_of(MSK_GROUPS, all - first);
      const void *block = (const char *)w + 4 * unit * units * msk_byte_count(element);
#define MSK_STEP(ways)                                                                           \
  MSK_NAME(batch_step)(ways, element, next + unit, c + unit, h, xs + 4 * unit, block, groups,     \
                       units, count, v_fill(limit), backwards, batch)
      // As in `lstm_block`.
      if (groups == MSK_GROUPS || groups >= 3) {
        MSK_STEP(1);
      } else if (groups == 2) {
        MSK_STEP(2);
      } else {
        MSK_STEP((MSK_REGISTERS == 32 ? 4 : 2));
      }
#undef MSK_STEP
    }
    h = next;
  }
}

static void MSK_NAME(lstm_batch)(float *y, const float *xs, const void *w, float *scratch,
                                 float limit, const msk_recurrent *s, msk_batch batch) {
  if (s->element == msk_element_f16) {
    MSK_NAME(batch_whole)(msk_element_f16, y, xs, w, scratch, limit, s, batch);
  } else {
    MSK_NAME(batch_whole)(msk_element_f32, y, xs, w, scratch, limit, s, batch);
  }
}

#undef MSK_GROUPS
#undef MSK_SUMS
#endif
