// SPDX-License-Identifier: Apache-2.0
#ifndef MSK_VARIANT
#include "fixed_point.h"

/// e^d of a difference from the largest element, with no integer bits.
MSK_INLINE int32_t softmax_power(int32_t difference, msk_scale scale) {
  return msk_exp_negative(msk_scaled(difference, scale), 5);
}

MSK_INLINE int32_t softmax_largest(const int8_t *x, ptrdiff_t channels) {
  int32_t largest = -128;
  for (ptrdiff_t c = 0; c < channels; c++) largest = x[c] > largest ? x[c] : largest;
  return largest;
}

/// Σ e^d with 12 integer bits, saturated: 4096 largest elements are too many.
MSK_INLINE int32_t softmax_sum(const int8_t *x, ptrdiff_t channels, int32_t largest,
                               msk_scale scale, int32_t lowest) {
  int64_t sum = 0;
  for (ptrdiff_t c = 0; c < channels; c++) {
    const int32_t d = x[c] - largest;
    if (d < lowest) continue;
    sum += msk_rounded_shift(softmax_power(d, scale), 12);
  }
  return msk_limited(sum, 0, INT32_MAX);
}

void msk_s8_softmax_table(int32_t *table, msk_scale scale, int32_t lowest) {
  // What is too small has a power of 0, which gives the least result and adds nothing.
  for (int32_t d = 0; d > -256; d--) table[-d] = d < lowest ? 0 : softmax_power(d, scale);
}

static int32_t table_sum_scalar(const int8_t *x, ptrdiff_t channels, int32_t largest,
                                const int32_t *table) {
  int64_t sum = 0;
  for (ptrdiff_t c = 0; c < channels; c++) {
    sum += msk_rounded_shift(table[largest - x[c]], 12);
  }
  return msk_limited(sum, 0, INT32_MAX);
}

/// Powers times the inverse of their sum.
static void table_shares_scalar(int8_t *y, const int8_t *x, ptrdiff_t channels, int32_t largest,
                                const int32_t *table, int32_t inverse, int32_t shift) {
  for (ptrdiff_t c = 0; c < channels; c++) {
    const int32_t share = msk_high_product(inverse, table[largest - x[c]]);
    y[c] = (int8_t)msk_limited(msk_rounded_shift(share, shift) - 128, -128, 127);
  }
}

#define MSK_SOFTMAX(variant)                                                                   \
  static void s8_softmax_##variant(int8_t *y, const int8_t *x, ptrdiff_t rows,                 \
                                   ptrdiff_t channels, const int32_t *table) {                 \
    for (ptrdiff_t r = 0; r < rows; r++, x += channels, y += channels) {                       \
      const int32_t largest = softmax_largest_##variant(x, channels);                          \
      const uint32_t sum = (uint32_t)table_sum_##variant(x, channels, largest, table);         \
      const int32_t bits = __builtin_clz(sum);                                                 \
      const int32_t inverse = msk_one_over_one_plus((int32_t)((sum << bits) - (1u << 31)));    \
      const int32_t shift = 12 - bits + 31 - 8;                                                \
      /* From sums of 512 on, no share comes to half a step. */                                \
      if (shift > 31) {                                                                        \
        __builtin_memset(y, -128, (size_t)channels);                                           \
        continue;                                                                              \
      }                                                                                        \
      table_shares_##variant(y, x, channels, largest, table, inverse, shift);                  \
    }                                                                                          \
  }

#define softmax_largest_scalar softmax_largest
MSK_SOFTMAX(scalar)

#define MSK_SOURCE "int_softmax.c"
#define MSK_TOOLS "integer_lanes.h"
#include "variants.h"

#if MSK_X86
MSK_SOFTMAX(avx2)
MSK_SOFTMAX(avx512)
#endif
#if MSK_ARM64
MSK_SOFTMAX(neon)
#endif

void msk_s8_softmax(msk_isa isa, int8_t *y, const int8_t *x, ptrdiff_t rows, ptrdiff_t channels,
                    const int32_t *table) {
  MSK_DISPATCH(isa, s8_softmax, y, x, rows, channels, table)
}

/// ln of a number from 1 with 12 integer bits; the result has 5. After TensorFlow Lite's
/// `log_x_for_x_greater_than_or_equal_to_1`.
///
/// x = r · 2ⁿ with r near ½^¼, where n has steps of a half; then a rational function for ln r.
MSK_INLINE int32_t softmax_logarithm(int32_t x) {
  const int32_t quarter = 1 << 23;
  const int32_t bits_a = __builtin_clz((uint32_t)x);
  const int32_t r_a =
      msk_saturated_shift(msk_high_product(msk_saturated_shift(x, bits_a - 1), 1518500250), 1);
  const int32_t n_a = (12 - bits_a) * (1 << 25) + quarter;
  const int32_t root = msk_high_product(x, 1518500250);
  const int32_t bits_b = __builtin_clz((uint32_t)root) - 1;
  const int32_t r_b = msk_saturated_shift(x, bits_b);
  const int32_t n_b = (12 - bits_b) * (1 << 25) - quarter;
  const int32_t r = r_a < r_b ? r_a : r_b, n = n_a > n_b ? n_a : n_b;

  const int64_t sum = (int64_t)r + 1805811301;
  const int32_t p = (int32_t)((sum + 1) / 2);
  const int32_t q = (int32_t)(2 * ((uint32_t)r - 1805811301u));
  const int32_t q2 = msk_high_product(q, q);
  const int32_t numerator = msk_wrapped_sum(
      msk_high_product(q, r), msk_high_product(msk_high_product(q, q2), 117049297));
  const int32_t inner = msk_wrapped_sum(msk_wrapped_sum(1057819769, q),
                                        msk_high_product(127690142, q2));
  const int32_t denominator =
      msk_wrapped_sum(msk_high_product(p, inner), msk_high_product(638450708, q));
  const int32_t fraction =
      msk_high_product(msk_rounded_shift(numerator, 6), msk_one_over_one_plus(denominator));
  return msk_saturated_shift(msk_wrapped_sum(msk_high_product(n, 1488522236), fraction), 1);
}

void msk_s8_log_softmax(int8_t *y, const int8_t *x, ptrdiff_t rows, ptrdiff_t channels,
                        msk_scale scale, msk_scale reverse, int32_t lowest) {
  for (ptrdiff_t r = 0; r < rows; r++, x += channels, y += channels) {
    const int32_t largest = softmax_largest(x, channels);
    const int32_t log = softmax_logarithm(softmax_sum(x, channels, largest, scale, lowest));
    const int32_t limit = msk_scaled((int32_t)((uint32_t)log + (1u << 31)), reverse);
    const int32_t bound = lowest - 1 > limit ? lowest - 1 : limit;
    for (ptrdiff_t c = 0; c < channels; c++) {
      const int32_t d = x[c] - largest;
      if (d <= bound) {
        y[c] = -128;
        continue;
      }
      const int32_t value = msk_rounded_shift(msk_scaled(d, scale) - log, 22) + 127;
      y[c] = (int8_t)msk_limited(value, -128, 127);
    }
  }
}

/// Linear interpolation between 513 numbers.
MSK_INLINE int16_t softmax_lookup(int32_t x, const int16_t *table) {
  const int32_t index = 256 + (x >> 7), rest = x & 0x7f;
  const int16_t slope = (int16_t)(table[index + 1] - table[index]);
  return (int16_t)(table[index] + ((slope * rest + 64) >> 7));
}

void msk_s16_softmax(int16_t *y, const int16_t *x, ptrdiff_t rows, ptrdiff_t channels,
                     msk_scale scale, const int16_t *tables) {
  const int16_t *inverses = tables + 513;
  for (ptrdiff_t r = 0; r < rows; r++, x += channels, y += channels) {
    int32_t largest = INT16_MIN;
    int64_t total = 0;
    for (ptrdiff_t c = 0; c < channels; c++) largest = x[c] > largest ? x[c] : largest;
    for (ptrdiff_t c = 0; c < channels; c++) {
      const int64_t d = (int64_t)msk_scaled(x[c] - largest, scale) + 32767;
      y[c] = softmax_lookup(msk_limited(d, -32768, 32767), tables);
      total += y[c];
    }
    // Beyond 65,538 largest elements every share is 0 anyway.
    const int32_t sum = msk_limited(total, 1, INT32_MAX);
    const int32_t bits = __builtin_clz((uint32_t)sum);
    const int64_t shifted = (((int64_t)sum << (bits - 1)) + (1 << 13)) >> 14;
    const int32_t inverse =
        softmax_lookup(msk_limited(shifted - (1 << 15) - (1 << 16), -32768, 32767), inverses);
    const int32_t right = 31 - bits;
    for (ptrdiff_t c = 0; c < channels; c++) {
      const int64_t share = ((int64_t)y[c] * inverse + ((int64_t)1 << (right - 1))) >> right;
      y[c] = (int16_t)msk_limited(share, 0, 32767);
    }
  }
}

#else

typedef uint32_t MSK_NAME(bits) __attribute__((ext_vector_type(MSK_LANES)));
typedef int64_t MSK_NAME(wide) __attribute__((ext_vector_type(MSK_LANES)));

static int32_t MSK_NAME(softmax_largest)(const int8_t *x, ptrdiff_t channels) {
  ivec largest = -128;
  ptrdiff_t c = 0;
  for (; c + MSK_LANES <= channels; c += MSK_LANES) {
    const ivec value = MSK_NAME(v_integers)(msk_integer_s8, x, c, MSK_LANES);
    largest = __builtin_elementwise_max(largest, value);
  }
  const int32_t rest = softmax_largest(x + c, channels - c), most = __builtin_reduce_max(largest);
  return rest > most ? rest : most;
}

/// The powers of the first n elements, then zeros.
MSK_INLINE ivec MSK_NAME(table_powers)(const int8_t *x, ptrdiff_t n, int32_t largest,
                                       const int32_t *table) {
  const ivec place = largest - MSK_NAME(v_integers)(msk_integer_s8, x, 0, n);
#if MSK_LANES == 16
  const __mmask16 mask = n >= MSK_LANES ? 0xffff : (__mmask16)((1u << n) - 1);
  return (ivec)_mm512_mask_i32gather_epi32(_mm512_setzero_si512(), mask, (__m512i)place, table, 4);
#elif MSK_LANES == 4
  ivec powers = 0;
  MSK_UNROLL for (int i = 0; i < MSK_LANES; i++) {
    if (i < n) powers[i] = table[place[i]];
  }
  return powers;
#else
  const __m256i mask = n >= MSK_LANES ? _mm256_set1_epi32(-1) : MSK_NAME(v_mask)(n);
  return (ivec)_mm256_mask_i32gather_epi32(_mm256_setzero_si256(), table, (__m256i)place, mask, 4);
#endif
}

static int32_t MSK_NAME(table_sum)(const int8_t *x, ptrdiff_t channels, int32_t largest,
                                   const int32_t *table) {
  // Each power is at most 2^19: so many fit into the 32 bits of a lane.
  if (channels > 4095 * MSK_LANES) return table_sum_scalar(x, channels, largest, table);
  ivec sum = 0;
  for (ptrdiff_t c = 0; c < channels; c += MSK_LANES) {
    // Powers are not negative, and half a step does not take them out of 32 bits.
    const ivec powers = MSK_NAME(table_powers)(x + c, channels - c, largest, table);
    sum += (ivec)((MSK_NAME(bits))(powers + (1 << 11)) >> 12);
  }
  return msk_limited(__builtin_reduce_add(__builtin_convertvector(sum, MSK_NAME(wide))), 0,
                     INT32_MAX);
}

static void MSK_NAME(table_shares)(int8_t *y, const int8_t *x, ptrdiff_t channels,
                                   int32_t largest, const int32_t *table, int32_t inverse,
                                   int32_t shift) {
  for (ptrdiff_t c = 0; c < channels; c += MSK_LANES) {
    const ptrdiff_t n = channels - c;
    const ivec powers = MSK_NAME(table_powers)(x + c, n, largest, table);
    const ivec share = MSK_NAME(v_high_product)(powers, (ivec)inverse);
    const ivec place = MSK_NAME(v_rounded_shift)(share, (ivec)shift) - 128;
    const ivec result = MSK_NAME(v_bounded)(place, (ivec)-128, (ivec)127);
    MSK_NAME(v_set_integers)(msk_integer_s8, y, c, result, n);
  }
}

#endif
