// SPDX-License-Identifier: Apache-2.0
//
// A step of the LSTM on int8 in registers: product, gates, cell and state of a block of units.
#include "s8_lstm.h"
#include "vnni.h"

#if MSK_X86
#pragma clang attribute push(MSK_TARGET_VNNI, apply_to = function)
#include "short_lanes.h"

/// Vectors of units of a block.
#define MSK_GROUPS 4

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
MSK_INLINE __m256i lstm_sums(const lstm_job *job, int gate, ivec product, ptrdiff_t unit,
                             const int16_t *xs) {
  const ptrdiff_t column = gate * job->units + unit;
  const ivec sum = product + MSK_NAME(v_integers)(msk_integer_s32, job->bias, column, MSK_LANES);
  const ivec right = (ivec)job->right[gate];
  const ivec scaled = MSK_NAME(v_small_high_product)(sum, (ivec)job->multiplier[gate]);
  const ivec z = MSK_NAME(v_small_rounded_shift)(scaled, right, (ivec)1 << (right - 1)) +
                 MSK_NAME(v_integers)(msk_integer_s16, xs, column, MSK_LANES);
  return _mm512_cvtsepi32_epi16((__m512i)z);
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
  const hvec low = a * b, high = (hvec)_mm512_mulhi_epi16((__m512i)a, (__m512i)b);
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
MSK_INLINE __m256i lstm_hidden(const lstm_job *job, hvec o, hvec t) {
  const __m512i low = (__m512i)(o * t), high = _mm512_mulhi_epi16((__m512i)o, (__m512i)t);
  const ivec a = (ivec)_mm512_unpacklo_epi16(low, high), b = (ivec)_mm512_unpackhi_epi16(low, high);
  const ivec x = MSK_NAME(v_scaled_by)(a, job->hidden) + job->hidden_zero;
  const ivec y = MSK_NAME(v_scaled_by)(b, job->hidden) + job->hidden_zero;
  return _mm512_cvtsepi16_epi8(_mm512_packs_epi32((__m512i)x, (__m512i)y));
}

/// One block of units; `h` is moved by `msk_int_offset`, and so is `next`.
MSK_INLINE void lstm_block(const int groups, const lstm_job *job, uint8_t *next, int8_t *y,
                           int16_t *c, const uint8_t *h, const int16_t *xs, ptrdiff_t unit) {
  const int ways = groups > 2 ? 1 : 4 / groups;
  const ptrdiff_t block = job->units * MSK_LANES;
  const int8_t *w = job->w + unit / MSK_LANES * block;
  const ptrdiff_t gate_step = job->units / MSK_LANES * block;
  ivec sum[4][4][MSK_GROUPS];
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
      __m256i half[2] = {_mm256_setzero_si256(), _mm256_setzero_si256()};
      MSK_UNROLL for (int i = 0; i < 2 && 2 * p + i < groups; i++) {
        ivec all = sum[0][g][2 * p + i];
        MSK_UNROLL for (int j = 1; j < ways; j++) all += sum[j][g][2 * p + i];
        half[i] = lstm_sums(job, g, all, u + i * MSK_LANES, xs);
      }
      z[g] = (hvec)_mm512_inserti64x4(_mm512_castsi256_si512(half[0]), half[1], 1);
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
    const __m256i state = lstm_hidden(job, output[p], t[p]);
    const __m256i moved = _mm256_xor_si256(state, _mm256_set1_epi8((char)0x80));
    const __mmask32 mask = groups == 1 ? 0xffff : ~0u;
    _mm256_mask_storeu_epi8(next + u, mask, moved);
    if (y) _mm256_mask_storeu_epi8(y + u, mask, state);
  }
}

static void lstm_step(const lstm_job *job, uint8_t *next, int8_t *y, int16_t *c, const uint8_t *h,
                      const int16_t *xs) {
  ptrdiff_t u = 0;
  for (; u + 4 * MSK_LANES <= job->units; u += 4 * MSK_LANES) {
    lstm_block(4, job, next, y, c, h, xs, u);
  }
  for (; u + 2 * MSK_LANES <= job->units; u += 2 * MSK_LANES) {
    lstm_block(2, job, next, y, c, h, xs, u);
  }
  if (u < job->units) lstm_block(1, job, next, y, c, h, xs, u);
}

bool msk_lstm_vnni(int8_t *y, const int16_t *xs, const int8_t *w, const int32_t *bias,
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
