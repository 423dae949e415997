// SPDX-License-Identifier: Apache-2.0
//
// A step of the LSTM with int8 weights in registers: the state as int8, its product, gates, cell and
// state of a block of units.
#include "hybrid.h"
#include "vnni.h"

#if MSK_X86
#pragma clang attribute push(MSK_TARGET_VNNI, apply_to = function)
#include "cell_lanes.h"
#include "hybrid_lanes.h"

// The most vectors of units of a block: registers hold the sums of four gates of each.
#if MSK_LANES == 16
#define MSK_GROUPS 4
#else
#define MSK_GROUPS 2
#endif

/// What is the same in all steps.
typedef struct {
  const int8_t *w;
  const int32_t *sums;
  const float *scales;
  ptrdiff_t units;
  vec limit;
  bool asymmetric;
} lstm_job;

/// Bytes of four vectors.
typedef uint8_t lstm_bytes __attribute__((ext_vector_type(4 * MSK_LANES)));

/// A state as int8, moved by `msk_int_offset`.
typedef struct {
  vec scale;
  ivec zero;
} lstm_state;

/// The bounds of a state while it comes to be; of its magnitude alone without a zero point.
typedef struct {
  vec least, largest;
} lstm_bounds;

/// How a state becomes int8.
typedef struct {
  lstm_state state;
  vec inverse;
} lstm_scaling;

/// `hybrid_scale` without a zero point; of zeros the scale does not count.
MSK_INLINE lstm_scaling lstm_scale_symmetric(vec largest) {
#if MSK_LANES == 16
  __m512 range = (__m512)largest;
  range = _mm512_max_ps(range, _mm512_shuffle_f32x4(range, range, 0x4e));
  range = _mm512_max_ps(range, _mm512_shuffle_f32x4(range, range, 0xb1));
  range = _mm512_max_ps(range, _mm512_permute_ps(range, 0x4e));
  range = _mm512_max_ps(range, _mm512_permute_ps(range, 0xb1));
#else
  __m256 range = (__m256)largest;
  range = _mm256_max_ps(range, _mm256_permute2f128_ps(range, range, 1));
  range = _mm256_max_ps(range, _mm256_permute_ps(range, 0x4e));
  range = _mm256_max_ps(range, _mm256_permute_ps(range, 0xb1));
#endif
  const vec all = (vec)range;
  return (lstm_scaling){.state = {.scale = all / 127.0f, .zero = 0}, .inverse = 127.0f / all};
}

/// `hybrid_scale` with one, of a state of finite numbers: bounds are at most 1.
MSK_INLINE lstm_scaling lstm_scale_asymmetric(lstm_bounds bounds) {
  // −least and largest side by side.
  const hybrid_bounds all = MSK_NAME(v_outermost)(bounds.least, bounds.largest);
  const __m128 pair = _mm_unpacklo_ps(_mm_set_ss(-all.least), _mm_set_ss(all.largest));
  const __m128d ends = _mm_cvtps_pd(pair);
  const __m128d scale =
      _mm_div_pd(_mm_add_pd(ends, _mm_shuffle_pd(ends, ends, 1)), _mm_set1_pd(255.0));
  const __m128d steps = _mm_div_pd(ends, scale);
  const __m128d error = _mm_add_pd(_mm_set_pd(127.0, 128.0), steps);
  const __m128d other = _mm_shuffle_pd(error, error, 1);
  const __m128d first = _mm_add_pd(_mm_set1_pd(-128.0), steps);
  const __m128d last = _mm_sub_pd(_mm_set1_pd(127.0), _mm_shuffle_pd(steps, steps, 1));
#if MSK_LANES == 16
  const __mmask8 is_first = _mm_cmp_pd_mask(error, other, _CMP_LT_OQ);
  const __m128d place = _mm_mask_mov_pd(last, is_first, first);
#else
  const __m128d place = _mm_blendv_pd(last, first, _mm_cmp_pd(error, other, _CMP_LT_OQ));
#endif
  const __m128d half = _mm_or_pd(_mm_set1_pd(0.49999999999999994),
                                 _mm_and_pd(place, _mm_set1_pd(-0.0)));
#if MSK_LANES == 16
  const __m128i zero = _mm_maskz_cvttpd_epi32(_mm_cmp_pd_mask(place, place, _CMP_ORD_Q),
                                              _mm_add_pd(place, half));
  const vec share = (vec)_mm512_broadcastss_ps(_mm_cvtpd_ps(scale));
  const ivec zeros = (ivec)_mm512_broadcastd_epi32(zero);
#else
  const __m128d number = _mm_and_pd(_mm_cmp_pd(place, place, _CMP_ORD_Q), _mm_add_pd(place, half));
  const vec share = (vec)_mm256_broadcastss_ps(_mm_cvtpd_ps(scale));
  const ivec zeros = (ivec)_mm256_broadcastd_epi32(_mm_cvttpd_epi32(number));
#endif
  return (lstm_scaling){.state = {.scale = share, .zero = zeros}, .inverse = 1.0f / share};
}

/// A state next to nothing: the inverse of its scale is not finite.
static __attribute__((noinline)) lstm_state lstm_quantize_tiny(const lstm_job *job, uint8_t *q,
                                                               const float *h) {
  float scale;
  int32_t zero;
  msk_hybrid_quantize(msk_isa_scalar, (int8_t *)q, &scale, &zero, h, 1, job->units,
                      job->asymmetric);
  for (ptrdiff_t u = 0; u < job->units; u++) q[u] ^= 0x80;
  return (lstm_state){.scale = v_fill(scale), .zero = (ivec)zero};
}

/// A state as `hybrid_scale` and the kernel of rows have it.
static lstm_state lstm_quantize(const lstm_job *job, lstm_bounds bounds, uint8_t *q,
                                const float *h) {
  const lstm_scaling s = job->asymmetric ? lstm_scale_asymmetric(bounds)
                                         : lstm_scale_symmetric(bounds.largest);
  if (!(s.inverse[0] < __builtin_inff()) && s.state.scale[0] > 0.0f) {
    return lstm_quantize_tiny(job, q, h);
  }
  const vec zero = __builtin_convertvector(s.state.zero, vec);
  ptrdiff_t u = 0;
  for (; u + 4 * MSK_LANES <= job->units; u += 4 * MSK_LANES) {
    ivec value[4];
    MSK_UNROLL for (int v = 0; v < 4; v++) {
      value[v] = MSK_NAME(v_hybrid)(v_load(h + u + v * MSK_LANES), s.inverse, zero);
    }
    const lstm_bytes moved = (lstm_bytes)MSK_NAME(v_bytes)(value) ^ (uint8_t)0x80;
    __builtin_memcpy(q + u, &moved, sizeof moved);
  }
  for (; u < job->units; u += MSK_LANES) {
    const ivec value = MSK_NAME(v_hybrid)(v_load(h + u), s.inverse, zero);
#if MSK_LANES == 16
    const __m128i bytes = _mm512_cvtsepi32_epi8((__m512i)value);
    _mm_storeu_si128((__m128i *)(q + u), _mm_xor_si128(bytes, _mm_set1_epi8((char)0x80)));
#else
    const __m256i all = (__m256i)value;
    const __m128i shorts =
        _mm_packs_epi32(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
    const __m128i bytes = _mm_packs_epi16(shorts, shorts);
    _mm_storel_epi64((__m128i *)(q + u), _mm_xor_si128(bytes, _mm_set1_epi8((char)0x80)));
#endif
  }
  return s.state;
}

/// One block of units; `q` is null for the state of zeros.
MSK_INLINE void lstm_block(const int groups, const lstm_job *job, lstm_bounds *bounds, float *next,
                           float *c, const uint8_t *q, lstm_state state, const float *xs,
                           ptrdiff_t unit) {
  const int ways = MSK_GROUPS / groups, vectors = 4 * groups;
  const ptrdiff_t block = job->units * MSK_LANES, column = 4 * unit;
  const int8_t *w = job->w + column / MSK_LANES * block;
  ivec sum[MSK_GROUPS][4 * MSK_GROUPS];
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
  vec z[4 * MSK_GROUPS], cell[MSK_GROUPS], h[MSK_GROUPS];
  MSK_UNROLL for (int v = 0; v < vectors; v++) {
    const ptrdiff_t n = column + v * MSK_LANES;
    z[v] = v_load(xs + n);
    if (!q) continue;
    ivec all = sum[0][v];
    MSK_UNROLL for (int j = 1; j < ways; j++) all += sum[j][v];
    all -= (state.zero + 128) * MSK_NAME(v_integers)(msk_integer_s32, job->sums, n, MSK_LANES);
    z[v] += __builtin_convertvector(all, vec) * (state.scale * v_load(job->scales + n));
  }
  MSK_UNROLL for (int g = 0; g < groups; g++) cell[g] = v_load(c + unit + g * MSK_LANES);
  MSK_NAME(usual_cells)(groups, z, job->limit, cell, h);
  MSK_UNROLL for (int g = 0; g < groups; g++) {
    v_store(next + unit + g * MSK_LANES, h[g]);
    v_store(c + unit + g * MSK_LANES, cell[g]);
    // Not-a-number is neither less nor more than anything.
    bounds->largest = v_max(job->asymmetric ? h[g] : v_abs(h[g]), bounds->largest);
    bounds->least = v_min(h[g], bounds->least);
  }
}

/// One step; gives the bounds of the state.
static lstm_bounds lstm_step(const lstm_job *job, float *next, float *c, const uint8_t *q,
                             lstm_state state, const float *xs) {
  lstm_bounds bounds = {.least = v_fill(0.0f), .largest = v_fill(0.0f)};
  ptrdiff_t u = 0;
#if MSK_GROUPS == 4
  for (; u + 4 * MSK_LANES <= job->units; u += 4 * MSK_LANES) {
    lstm_block(4, job, &bounds, next, c, q, state, xs, u);
  }
#endif
  for (; u + 2 * MSK_LANES <= job->units; u += 2 * MSK_LANES) {
    lstm_block(2, job, &bounds, next, c, q, state, xs, u);
  }
  if (u < job->units) lstm_block(1, job, &bounds, next, c, q, state, xs, u);
  return bounds;
}

/// Windows whose steps take turns: while one waits for itself, the next one goes on.
#define MSK_WINDOWS 4

/// All steps of some windows.
static void lstm_windows(const lstm_job *job, float *y, const float *xs, float *scratch,
                         const msk_recurrent *s, msk_batch batch) {
  const ptrdiff_t units = s->units, stride = batch.stride;
  float *c = scratch + 4 * units;
  uint8_t *q = (uint8_t *)(c + units);
  lstm_state states[MSK_WINDOWS];
  for (ptrdiff_t n = 0; n < batch.count; n++) {
    states[n] = (lstm_state){.scale = v_fill(0.0f), .zero = 0};
    for (ptrdiff_t u = 0; u < units; u++) c[n * stride + u] = 0.0f;
  }
  for (ptrdiff_t t = 0; t < s->time; t++, xs += 4 * units) {
    float *next = s->sequence ? y + t * units : y;
    for (ptrdiff_t n = 0; n < batch.count; n++) {
      const ptrdiff_t at = n * stride;
      uint8_t *state = q + at * 4;
      const lstm_bounds bounds =
          lstm_step(job, next + at, c + at, t > 0 ? state : 0, states[n], xs + at);
      if (t + 1 < s->time) states[n] = lstm_quantize(job, bounds, state, next + at);
    }
  }
}

void MSK_NAME(msk_hybrid_lstm)(float *y, const float *xs, const int8_t *w, const int32_t *sums,
                               const float *scales, float *scratch, float limit, bool asymmetric,
                               const msk_recurrent *s, msk_batch batch) {
  const ptrdiff_t units = s->units;
  const lstm_job job = {.w = w, .sums = sums, .scales = scales, .units = units,
                        .limit = v_fill(limit), .asymmetric = asymmetric};
  for (ptrdiff_t n = 0; n < batch.count; n += MSK_WINDOWS) {
    const ptrdiff_t at = n * batch.stride, left = batch.count - n;
    lstm_windows(&job, y + at, xs + at, scratch + at, s,
                 (msk_batch){msk_minimum_of(left, MSK_WINDOWS), batch.stride});
  }
}

#pragma clang attribute pop
#endif
