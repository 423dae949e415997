// SPDX-License-Identifier: Apache-2.0
//
// A step of the LSTM with int8 weights in registers: the state as int8, its product, gates, cell and
// state of a block of units.
#include "hybrid.h"
#include "vnni.h"

#if MSK_X86
#pragma clang attribute push(MSK_TARGET_VNNI, apply_to = function)
#include "cell_lanes.h"

/// Vectors of units of a block.
#define MSK_GROUPS 4

/// What is the same in all steps.
typedef struct {
  const int8_t *w;
  const int32_t *sums;
  const float *scales;
  ptrdiff_t units;
  vec limit;
  bool asymmetric;
} lstm_job;

/// A state as int8, moved by `msk_int_offset`.
typedef struct {
  float scale;
  int32_t zero;
} lstm_state;

static lstm_state lstm_quantize(const lstm_job *job, uint8_t *q, const float *h) {
  vec least = v_fill(0.0f), largest = v_fill(0.0f);
  for (ptrdiff_t u = 0; u < job->units; u += MSK_LANES) {
    least = v_min(v_load(h + u), least);
    largest = v_max(v_load(h + u), largest);
  }
  const hybrid_bounds bounds = {.least = _mm512_reduce_min_ps((__m512)least),
                                .largest = _mm512_reduce_max_ps((__m512)largest)};
  lstm_state state;
  const hybrid_scaling s = hybrid_scale(bounds, &state.scale, &state.zero, job->asymmetric);
  const vec zero = v_fill((float)s.zero), inverse = v_fill(s.inverse);
  for (ptrdiff_t u = 0; u < job->units; u += MSK_LANES) {
    const ivec value = MSK_NAME(v_rounded)(zero + v_load(h + u) * inverse);
    const ivec result = MSK_NAME(v_bounded)(value, (ivec)s.low, (ivec)127) + 128;
    _mm_storeu_si128((__m128i *)(q + u), _mm512_cvtepi32_epi8((__m512i)result));
  }
  return state;
}

/// One block of units; `q` is null for the state of zeros.
MSK_INLINE void lstm_block(const int groups, const lstm_job *job, float *next, float *c,
                           const uint8_t *q, lstm_state state, const float *xs, ptrdiff_t unit) {
  const int ways = groups > 2 ? 1 : 4 / groups, vectors = 4 * groups;
  const ptrdiff_t block = job->units * MSK_LANES, column = 4 * unit;
  const int8_t *w = job->w + column / MSK_LANES * block;
  ivec sum[4][4 * MSK_GROUPS];
  MSK_UNROLL for (int j = 0; j < ways; j++) {
    MSK_UNROLL for (int v = 0; v < vectors; v++) sum[j][v] = 0;
  }
  for (ptrdiff_t k = 0; q && k < job->units; k += 4 * ways) {
    MSK_UNROLL for (int j = 0; j < ways; j++, w += 4 * MSK_LANES) {
      int32_t group;
      __builtin_memcpy(&group, q + k + 4 * j, sizeof group);
      const ivec x = (ivec)group;
      MSK_UNROLL for (int v = 0; v < vectors; v++) {
        sum[j][v] = msk_dot(sum[j][v], x, w + v * block);
      }
    }
  }
  const vec scale = v_fill(state.scale);
  MSK_UNROLL for (int g = 0; g < groups; g++) {
    const ptrdiff_t u = unit + g * MSK_LANES;
    vec z[4], cell = v_load(c + u);
    MSK_UNROLL for (int i = 0; i < 4; i++) {
      const ptrdiff_t n = column + (4 * g + i) * MSK_LANES;
      ivec all = sum[0][4 * g + i];
      MSK_UNROLL for (int j = 1; j < ways; j++) all += sum[j][4 * g + i];
      z[i] = v_load(xs + n);
      if (!q) continue;
      all -= (state.zero + 128) * MSK_NAME(v_integers)(msk_integer_s32, job->sums, n, MSK_LANES);
      z[i] += __builtin_convertvector(all, vec) * (scale * v_load(job->scales + n));
    }
    v_store(next + u, MSK_NAME(usual)(z[0], z[1], z[2], z[3], job->limit, &cell));
    v_store(c + u, cell);
  }
}

static void lstm_step(const lstm_job *job, float *next, float *c, const uint8_t *q,
                      lstm_state state, const float *xs) {
  ptrdiff_t u = 0;
  for (; u + 4 * MSK_LANES <= job->units; u += 4 * MSK_LANES) {
    lstm_block(4, job, next, c, q, state, xs, u);
  }
  for (; u + 2 * MSK_LANES <= job->units; u += 2 * MSK_LANES) {
    lstm_block(2, job, next, c, q, state, xs, u);
  }
  if (u < job->units) lstm_block(1, job, next, c, q, state, xs, u);
}

void msk_hybrid_lstm_vnni(float *y, const float *xs, const int8_t *w, const int32_t *sums,
                          const float *scales, float *scratch, float limit, bool asymmetric,
                          const msk_recurrent *s) {
  const ptrdiff_t units = s->units;
  const lstm_job job = {.w = w, .sums = sums, .scales = scales, .units = units,
                        .limit = v_fill(limit), .asymmetric = asymmetric};
  float *c = scratch + 4 * units;
  uint8_t *q = (uint8_t *)(c + units);
  lstm_state state = {.scale = 0.0f, .zero = 0};
  for (ptrdiff_t u = 0; u < units; u++) c[u] = 0.0f;
  for (ptrdiff_t t = 0; t < s->time; t++, xs += 4 * units) {
    float *next = s->sequence ? y + t * units : y;
    lstm_step(&job, next, c, t > 0 ? q : 0, state, xs);
    if (t + 1 < s->time) state = lstm_quantize(&job, q, next);
  }
}

#pragma clang attribute pop
#endif
