// SPDX-License-Identifier: Apache-2.0
//
// A step of the LSTM on int8 in registers: product, gates, cell and state of a block of units.
#include "s8_lstm.h"
#include "vnni.h"

#if MSK_X86
#pragma clang attribute push(MSK_TARGET_VNNI, apply_to = function)
#include "short_lanes.h"

// The most vectors of units of a block: registers hold the sums of four gates of each.
#if MSK_LANES == 16
#define MSK_GROUPS 4
#else
#define MSK_GROUPS 2
#endif

/// As many numbers of 16 bits as a vector has lanes, and of 8 bits as twice those.
typedef MSK_NAME(svec) lstm_half;
typedef int8_t lstm_bytes __attribute__((ext_vector_type(MSK_SHORTS)));

/// Numbers saturated to 16 bits.
MSK_INLINE lstm_half lstm_cut(ivec x) {
#if MSK_LANES == 16
  return (lstm_half)_mm512_cvtsepi32_epi16((__m512i)x);
#else
  const __m256i all = (__m256i)x;
  return (lstm_half)_mm_packs_epi32(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
#endif
}

MSK_INLINE hvec lstm_joined(lstm_half a, lstm_half b) {
#if MSK_LANES == 16
  return (hvec)_mm512_inserti64x4(_mm512_castsi256_si512((__m256i)a), (__m256i)b, 1);
#else
  return (hvec)_mm256_set_m128i((__m128i)b, (__m128i)a);
#endif
}

/// The upper halves of the products.
MSK_INLINE hvec lstm_upper(hvec a, hvec b) {
#if MSK_LANES == 16
  return (hvec)_mm512_mulhi_epi16((__m512i)a, (__m512i)b);
#else
  return (hvec)_mm256_mulhi_epi16((__m256i)a, (__m256i)b);
#endif
}

/// What is the same in all steps.
typedef struct {
  const int8_t *w;
  const int32_t *bias;
  /// Of each gate: multiplier, and right shift.
  int32_t multiplier[4], right[4];
  ptrdiff_t units;
  int32_t cell_bits;
  hvec lowest, highest;
  msk_scale hidden;
  int32_t hidden_zero;
} lstm_job;

/// Sums of one gate as numbers of 16 bits.
MSK_INLINE lstm_half lstm_sums(const lstm_job *job, int gate, ivec product, ptrdiff_t unit,
                               const int16_t *xs) {
  const ptrdiff_t column = gate * job->units + unit;
  const ivec sum = product + MSK_NAME(v_integers)(msk_integer_s32, job->bias, column, MSK_LANES);
  const ivec right = (ivec)job->right[gate];
  const ivec scaled = MSK_NAME(v_small_high_product)(sum, (ivec)job->multiplier[gate]);
  const ivec z = MSK_NAME(v_small_rounded_shift)(scaled, right, (ivec)1 << (right - 1)) +
                 MSK_NAME(v_integers)(msk_integer_s16, xs, column, MSK_LANES);
  return lstm_cut(z);
}

/// a · b / 2¹⁵ as `msk_rounded_shift` rounds it; a ≥ 0.
MSK_INLINE hvec lstm_product(hvec a, hvec b) {
  // The instruction rounds ties up, which is towards zero where they are negative.
  const hvec rounded = MSK_NAME(h_product)(a, b), low = a * b;
  return rounded + (((low & (int16_t)0x7fff) == (int16_t)0x4000) & (b < 0));
}

/// a · b / 2^(15 + bits), likewise.
MSK_INLINE hvec lstm_small_product(hvec a, hvec b, int32_t bits) {
  if (bits == 0) return lstm_product(a, b);
  const hvec low = a * b, high = lstm_upper(a, b);
  const hvec negative = high >> (int16_t)15;
  if (bits == 1) {
    // A half and more, or more than a half, of what the upper part leaves.
    const hvec half = (low < 0) & ~((low == INT16_MIN) & negative);
    return high - half;
  }
  const hvec lower = high + ((low == 0) & negative);
  return (lower + (int16_t)(1 << (bits - 2))) >> (int16_t)(bits - 1);
}

/// o · t scaled, moved to its zero point and cut to 8 bits.
MSK_INLINE lstm_bytes lstm_hidden(const lstm_job *job, hvec o, hvec t) {
#if MSK_LANES == 16
  const __m512i low = (__m512i)(o * t), high = (__m512i)lstm_upper(o, t);
  const ivec a = (ivec)_mm512_unpacklo_epi16(low, high), b = (ivec)_mm512_unpackhi_epi16(low, high);
#else
  const __m256i low = (__m256i)(o * t), high = (__m256i)lstm_upper(o, t);
  const ivec a = (ivec)_mm256_unpacklo_epi16(low, high), b = (ivec)_mm256_unpackhi_epi16(low, high);
#endif
  const ivec x = MSK_NAME(v_scaled_by)(a, job->hidden) + job->hidden_zero;
  const ivec y = MSK_NAME(v_scaled_by)(b, job->hidden) + job->hidden_zero;
#if MSK_LANES == 16
  return (lstm_bytes)_mm512_cvtsepi16_epi8(_mm512_packs_epi32((__m512i)x, (__m512i)y));
#else
  const __m256i all = _mm256_packs_epi32((__m256i)x, (__m256i)y);
  return (lstm_bytes)_mm_packs_epi16(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
#endif
}

/// Stores all bytes, or the first half of them.
MSK_INLINE void lstm_store(void *p, lstm_bytes x, const bool all) {
#if MSK_LANES == 16
  _mm256_mask_storeu_epi8(p, all ? ~0u : 0xffff, (__m256i)x);
#else
  __builtin_memcpy(p, &x, all ? sizeof x : sizeof x / 2);
#endif
}

/// One block of units; `h` is moved by `msk_int_offset`, and so is `next`.
MSK_INLINE void lstm_block(const int groups, const lstm_job *job, uint8_t *next, int8_t *y,
                           int16_t *c, const uint8_t *h, const int16_t *xs, ptrdiff_t unit) {
  const int ways = MSK_GROUPS / groups;
  const ptrdiff_t block = job->units * MSK_LANES;
  const int8_t *w = job->w + unit / MSK_LANES * block;
  const ptrdiff_t gate_step = job->units / MSK_LANES * block;
  ivec sum[MSK_GROUPS][4][MSK_GROUPS];
  MSK_UNROLL for (int j = 0; j < ways; j++) {
    MSK_UNROLL for (int g = 0; g < 4; g++) {
      MSK_UNROLL for (int v = 0; v < groups; v++) sum[j][g][v] = 0;
    }
  }
  for (ptrdiff_t k = 0; k < job->units; k += 4 * ways) {
    MSK_UNROLL for (int j = 0; j < ways; j++, w += 4 * MSK_LANES) {
      int32_t group;
      __builtin_memcpy(&group, h + k + 4 * j, sizeof group);
      const ivec x = (ivec)group;
      MSK_UNROLL for (int g = 0; g < 4; g++) {
        MSK_UNROLL for (int v = 0; v < groups; v++) {
          sum[j][g][v] = msk_dot(sum[j][g][v], x, w + g * gate_step + v * block);
        }
      }
    }
  }
  // Vectors of 16 bits hold the units of two.
  const int pairs = (groups + 1) / 2;
  hvec cell[MSK_GROUPS / 2], output[MSK_GROUPS / 2], t[MSK_GROUPS / 2];
  MSK_UNROLL for (int p = 0; p < pairs; p++) {
    const ptrdiff_t u = unit + p * MSK_SHORTS;
    hvec z[4], gate[4];
    MSK_UNROLL for (int g = 0; g < 4; g++) {
      lstm_half half[2] = {0, 0};
      MSK_UNROLL for (int i = 0; i < 2 && 2 * p + i < groups; i++) {
        ivec all = sum[0][g][2 * p + i];
        MSK_UNROLL for (int j = 1; j < ways; j++) all += sum[j][g][2 * p + i];
        half[i] = lstm_sums(job, g, all, u + i * MSK_LANES, xs);
      }
      z[g] = lstm_joined(half[0], half[1]);
    }
    MSK_NAME(h_gates)(gate, z);
    const ptrdiff_t n = groups == 1 ? MSK_LANES : MSK_SHORTS;
    const hvec kept = lstm_product(gate[1], MSK_NAME(h_load)(c + u, n));
    const hvec added = lstm_small_product(gate[0], gate[2], job->cell_bits);
    cell[p] = __builtin_elementwise_add_sat(kept, added);
    cell[p] = __builtin_elementwise_max(cell[p], job->lowest);
    cell[p] = __builtin_elementwise_min(cell[p], job->highest);
    MSK_NAME(h_store)(c + u, cell[p], n);
    output[p] = gate[3];
  }
  MSK_NAME(h_tanh)(pairs, t, cell, job->cell_bits);
  MSK_UNROLL for (int p = 0; p < pairs; p++) {
    const ptrdiff_t u = unit + p * MSK_SHORTS;
    const lstm_bytes state = lstm_hidden(job, output[p], t[p]);
    lstm_store(next + u, state ^ (int8_t)-128, groups > 1);
    if (y) lstm_store(y + u, state, groups > 1);
  }
}

static void lstm_step(const lstm_job *job, uint8_t *next, int8_t *y, int16_t *c, const uint8_t *h,
                      const int16_t *xs) {
  ptrdiff_t u = 0;
#if MSK_GROUPS == 4
  for (; u + 4 * MSK_LANES <= job->units; u += 4 * MSK_LANES) {
    lstm_block(4, job, next, y, c, h, xs, u);
  }
#endif
  for (; u + 2 * MSK_LANES <= job->units; u += 2 * MSK_LANES) {
    lstm_block(2, job, next, y, c, h, xs, u);
  }
  if (u < job->units) lstm_block(1, job, next, y, c, h, xs, u);
}

bool MSK_NAME(msk_lstm)(int8_t *y, const int16_t *xs, const int8_t *w, const int32_t *bias,
                        const msk_scale *scales, void *scratch, const msk_integer_recurrent *s,
                        msk_batch batch) {
  const ptrdiff_t units = s->units;
  if (units % MSK_LANES != 0 || s->hidden.shift > 0) return false;
  const bool clips = s->cell_clip > 0;
  lstm_job job = {.w = w, .bias = bias, .units = units, .cell_bits = s->cell_bits,
                  .lowest = (int16_t)(clips ? -s->cell_clip : INT16_MIN),
                  .highest = (int16_t)(clips ? s->cell_clip : INT16_MAX), .hidden = s->hidden,
                  .hidden_zero = s->hidden_zero};
  for (int g = 0; g < 4; g++) {
    const msk_scale scale = scales[g * units];
    if (scale.shift >= 0) return false;
    job.multiplier[g] = scale.multiplier;
    job.right[g] = -scale.shift;
  }
  // States take turns: a block reads all of the one before. Windows take turns as well: while a step
  // of one waits for itself, the next one goes on.
  const ptrdiff_t bytes = batch.stride * 4, shorts = batch.stride * 2;
  int16_t *c = scratch;
  uint8_t *states[2] = {(uint8_t *)(c + units), (uint8_t *)(c + units) + units};
  for (ptrdiff_t n = 0; n < batch.count; n++) {
    for (ptrdiff_t u = 0; u < units; u++) {
      c[n * shorts + u] = 0;
      states[1][n * bytes + u] = (uint8_t)(s->state_zero + 128);
    }
  }
  for (ptrdiff_t t = 0; t < s->time; t++, xs += 4 * units) {
    int8_t *to = s->sequence ? y + t * units : t == s->time - 1 ? y : 0;
    for (ptrdiff_t n = 0; n < batch.count; n++) {
      lstm_step(&job, states[t & 1] + n * bytes, to ? to + n * bytes : 0, c + n * shorts,
                states[1 - (t & 1)] + n * bytes, xs + n * shorts);
    }
  }
  return true;
}

#pragma clang attribute pop
#endif
