// SPDX-License-Identifier: Apache-2.0
//
// Products of int8 or int16 with int8. Vector variants take weights in blocks of one vector of
// columns: groups of neighbours in depth, which one instruction multiplies and adds up, 2 or 4 of
// them (see int_vnni.c, int_dot.c), then columns, then groups. Each segment is padded to whole
// groups.
#ifndef MSK_VARIANT
#include "int_gemm.h"

/// Sums of 32 bits wrap, which is why they are unsigned.
MSK_INLINE uint32_t gemm_sum(msk_integer type, const void *x, const int8_t *w, ptrdiff_t length) {
  uint32_t sum = 0;
  for (ptrdiff_t k = 0; k < length; k++) {
    sum += (uint32_t)(msk_integer_at(type, x, k) * (int32_t)w[k]);
  }
  return sum;
}

MSK_INLINE int64_t gemm_wide_sum(const int16_t *x, const int8_t *w, ptrdiff_t length) {
  int64_t sum = 0;
  for (ptrdiff_t k = 0; k < length; k++) sum += (int32_t)x[k] * w[k];
  return sum;
}

/// Two rows as one.
static void gemm_pooled_scalar(const gemm_job *job) {
  const ptrdiff_t depth = job->segments * job->length;
  for (ptrdiff_t r = 0; r < job->rows; r += 2) {
    const int8_t *row = (const int8_t *)job->x + r * job->x_stride;
    for (ptrdiff_t n = 0; n < job->columns; n++) {
      const int8_t *weights = job->w + n * depth;
      uint32_t sums[2] = {0, 0};
      for (ptrdiff_t i = 0; i < job->segments; i++, weights += job->length) {
        const int8_t *from = row + (job->offsets ? job->offsets[i] : 0);
        sums[0] += gemm_sum(msk_integer_s8, from, weights, job->length);
        sums[1] += gemm_sum(msk_integer_s8, from + job->x_stride, weights, job->length);
      }
      const int32_t a = gemm_finished_after(job, n, sums[0]);
      const int32_t b = gemm_finished_after(job, n, sums[1]);
      ((int8_t *)job->y)[r / 2 * job->y_stride + n] = (int8_t)(a > b ? a : b);
    }
  }
}

MSK_INLINE void gemm_of(msk_integer type, const gemm_job *job) {
  const ptrdiff_t depth = job->segments * job->length, size = msk_integer_size(type);
  for (ptrdiff_t r = 0; r < job->rows; r++) {
    const char *row = (const char *)job->x + r * job->x_stride * size;
    for (ptrdiff_t n = 0; n < job->columns; n++) {
      const int8_t *weights = job->w + n * depth;
      uint32_t sum = 0;
      int64_t wide = 0;
      for (ptrdiff_t i = 0; i < job->segments; i++) {
        const char *from = row + (job->offsets ? job->offsets[i] : 0) * size;
        if (type == msk_integer_s16) {
          wide += gemm_wide_sum((const int16_t *)from, weights + i * job->length, job->length);
        } else {
          sum += gemm_sum(type, from, weights + i * job->length, job->length);
        }
      }
      gemm_finish(job, r, n, type == msk_integer_s16 ? (uint32_t)(uint64_t)wide : sum, wide);
    }
  }
}

static void gemm_scalar(const gemm_job *job) {
  if (job->epilogue) {
    gemm_pooled_scalar(job);
  } else if (job->type == msk_integer_s16) {
    gemm_of(msk_integer_s16, job);
  } else {
    gemm_of(msk_integer_s8, job);
  }
}

#define MSK_SOURCE "int_gemm.c"
#define MSK_TOOLS "integer_lanes.h"
#include "variants.h"

static bool is_vnni(msk_isa isa) { return isa == msk_isa_avx512_vnni || isa == msk_isa_avx_vnni; }

/// Neighbours in depth that are multiplied together, and lanes.
static ptrdiff_t gemm_group(msk_isa isa, msk_integer x) {
#if MSK_ARM64
  if (isa == msk_isa_neon_dot && x == msk_integer_s8) return 4;
#endif
  return isa == msk_isa_scalar ? 1 : is_vnni(isa) && x == msk_integer_s8 ? 4 : 2;
}

ptrdiff_t msk_int_packed_size(msk_isa isa, msk_integer x, ptrdiff_t columns, ptrdiff_t segments,
                              ptrdiff_t length) {
  const ptrdiff_t lanes = msk_lanes(isa), group = gemm_group(isa, x);
  return msk_round_up(columns, lanes) * segments * msk_round_up(length, group);
}

void msk_int_pack(msk_isa isa, msk_integer x, int8_t *dst, const int8_t *src, const int32_t *rows,
                  ptrdiff_t columns, ptrdiff_t segments, ptrdiff_t length) {
  const ptrdiff_t lanes = msk_lanes(isa), group = gemm_group(isa, x);
  const ptrdiff_t padded = msk_round_up(length, group);
  for (ptrdiff_t first = 0; first < columns; first += lanes) {
    for (ptrdiff_t i = 0; i < segments; i++) {
      for (ptrdiff_t k = 0; k < padded; k += group) {
        for (ptrdiff_t n = first; n < first + lanes; n++) {
          const ptrdiff_t row = n >= columns ? -1 : rows ? rows[n] : n;
          for (ptrdiff_t j = k; j < k + group; j++) {
            const bool present = row >= 0 && j < length;
            *dst++ = present ? src[(row * segments + i) * length + j] : 0;
          }
        }
      }
    }
  }
}

int32_t msk_int_offset(msk_isa isa, msk_integer x) {
  return is_vnni(isa) && x == msk_integer_s8 ? 128 : 0;
}

static void gemm(msk_isa isa, const gemm_job *job) {
#if MSK_X86
  switch (isa) {
  case msk_isa_avx512_vnni:
    if (job->type == msk_integer_s8) {
      msk_gemm_avx512_vnni(job);
      return;
    }
    gemm_avx512(job);
    return;
  case msk_isa_avx512: gemm_avx512(job); return;
  case msk_isa_avx_vnni:
    if (job->type == msk_integer_s8) {
      msk_gemm_avx_vnni(job);
      return;
    }
    gemm_avx2(job);
    return;
  case msk_isa_avx2: gemm_avx2(job); return;
  case msk_isa_scalar:
  case msk_isa_neon:
  case msk_isa_neon_dot: break;
  }
#elif MSK_ARM64
  if (isa == msk_isa_neon_dot && job->type == msk_integer_s8) {
    msk_gemm_dot(job);
    return;
  }
  if (isa != msk_isa_scalar) {
    gemm_neon(job);
    return;
  }
#else
  (void)isa;
#endif
  gemm_scalar(job);
}

void msk_int_gemm(msk_isa isa, void *y, const void *x, const int8_t *w, const void *bias,
                  const void *scales, const int32_t *offsets, msk_integer_gemm shape) {
  const gemm_job job = {.type = shape.x, .y = y, .x = x, .w = w, .offsets = offsets,
                        .rows = shape.rows, .columns = shape.columns, .segments = shape.segments,
                        .length = shape.length, .x_stride = shape.x_stride,
                        .y_stride = shape.y_stride, .bias = bias, .scales = scales,
                        .result = shape.y};
  gemm(isa, &job);
}

void msk_int_gemm_pooled(msk_isa isa, int8_t *y, const int8_t *x, const int8_t *w,
                         const int32_t *bias, const msk_scale *scales, const int32_t *offsets,
                         msk_integer_gemm shape, msk_integer_epilogue epilogue) {
  const gemm_job job = {.type = msk_integer_s8, .y = y, .x = x, .w = w, .offsets = offsets,
                        .rows = shape.rows, .columns = shape.columns, .segments = shape.segments,
                        .length = shape.length, .x_stride = shape.x_stride,
                        .y_stride = shape.y_stride, .bias = bias, .scales = scales,
                        .result = shape.y, .epilogue = &epilogue};
  gemm(isa, &job);
}

void msk_hybrid_product(msk_isa isa, float *y, const int8_t *x, const float *row_scales,
                        const int32_t *row_zeros, const int8_t *w, const int32_t *sums,
                        const float *scales, const float *init, const int32_t *offsets,
                        msk_hybrid_gemm s) {
  const gemm_job job = {.type = msk_integer_s8, .y = y, .x = x, .w = w, .offsets = offsets,
                        .rows = s.rows, .columns = s.columns, .segments = s.segments,
                        .length = s.length, .x_stride = s.x_stride, .y_stride = s.y_stride,
                        .bias = init, .scales = scales, .is_hybrid = true, .sums = sums,
                        .row_scales = row_scales, .row_zeros = row_zeros, .hybrid = s};
  gemm(isa, &job);
}

#else

#define lvec MSK_NAME(lvec)
#include "gemm_lanes.h"

/// Elements that are staged at a time: sums of 16-bit products of so many fit 32 bits.
#define MSK_CHUNK 256

/// sum + products of a pair of each of the columns with the same pair of a row.
MSK_INLINE ivec MSK_NAME(gemm_dot)(const msk_integer type, ivec sum, ivec x, const int8_t *w) {
#if MSK_LANES == 4
  if (type == msk_integer_s8) {
    // A product of int8 fits 16 bits, the sum of a pair may not.
    const int16x8_t products = vmull_s8(vld1_s8(w), vmovn_s16((int16x8_t)x));
    return (ivec)vpadalq_s16((int32x4_t)sum, products);
  }
  const int16x8_t wide = vmovl_s8(vld1_s8(w));
  const int32x4_t low = vmull_s16(vget_low_s16(wide), vget_low_s16((int16x8_t)x));
  return sum + (ivec)vpaddq_s32(low, vmull_high_s16(wide, (int16x8_t)x));
#elif MSK_LANES == 16
  __m512i wide = _mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i *)w));
  return sum + (ivec)_mm512_madd_epi16((__m512i)x, wide);
#else
  __m256i wide = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)w));
  return sum + (ivec)_mm256_madd_epi16((__m256i)x, wide);
#endif
}

/// Sixteen elements as the products take them.
MSK_INLINE void MSK_NAME(gemm_stage_16)(msk_integer type, int16_t *to, const char *from) {
  if (type == msk_integer_s16) {
    __builtin_memcpy(to, from, 32);
  } else {
#if MSK_LANES == 4
    const int8x16_t x = vld1q_s8((const int8_t *)from);
    vst1q_s16(to, vmovl_s8(vget_low_s8(x)));
    vst1q_s16(to + 8, vmovl_high_s8(x));
#else
    __m128i x = _mm_loadu_si128((const __m128i *)from);
    _mm256_storeu_si256((__m256i *)to, _mm256_cvtepi8_epi16(x));
#endif
  }
}

/// Elements as the products take them, padded with a zero to whole pairs.
MSK_INLINE void MSK_NAME(gemm_stage)(msk_integer type, int16_t *to, const void *x,
                                     ptrdiff_t first, ptrdiff_t count) {
  const ptrdiff_t size = msk_integer_size(type);
  const char *from = (const char *)x + first * size;
  ptrdiff_t k = 0;
  for (; k + 16 <= count; k += 16) MSK_NAME(gemm_stage_16)(type, to + k, from + k * size);
  if (k < count && count >= 16) {
    // The last ones once more together with some before them.
    MSK_NAME(gemm_stage_16)(type, to + count - 16, from + (count - 16) * size);
  } else {
    for (; k < count; k++) to[k] = (int16_t)msk_integer_at(type, x, first + k);
  }
  if (count % 2 != 0) to[count] = 0;
}

MSK_INLINE ivec MSK_NAME(gemm_spread)(const int16_t *x) {
  int32_t pair;
  __builtin_memcpy(&pair, x, sizeof pair);
  return (ivec)pair;
}

/// Some rows by some vectors of columns.
MSK_INLINE void MSK_NAME(gemm_tile)(const int rows, const int vectors, const msk_integer type,
                                    const gemm_job *job, ptrdiff_t r0, ptrdiff_t n0) {
  const ptrdiff_t padded = msk_round_up(job->length, 2);
  const ptrdiff_t block = job->segments * padded * MSK_LANES;
  const int8_t *w = job->w + n0 / MSK_LANES * block;
  _Alignas(64) int16_t staged[8][MSK_CHUNK];
  MSK_NAME(gemm_sums) sums;
  ivec sum[8][8];
  MSK_UNROLL for (int r = 0; r < rows; r++) {
    MSK_UNROLL for (int v = 0; v < vectors; v++) {
      sum[r][v] = 0;
      if (type == msk_integer_s16) sums.wide[r][v] = 0;
    }
  }
  for (ptrdiff_t i = 0; i < job->segments; i++) {
    for (ptrdiff_t k = 0; k < job->length; k += MSK_CHUNK) {
      const ptrdiff_t count = msk_minimum_of(MSK_CHUNK, job->length - k);
      MSK_UNROLL for (int r = 0; r < rows; r++) {
        const ptrdiff_t from = (r0 + r) * job->x_stride + (job->offsets ? job->offsets[i] : 0);
        MSK_NAME(gemm_stage)(type, staged[r], job->x, from + k, count);
      }
      for (ptrdiff_t g = 0; g < count; g += 2, w += MSK_LANES * 2) {
        MSK_UNROLL for (int r = 0; r < rows; r++) {
          const ivec x = MSK_NAME(gemm_spread)(staged[r] + g);
          MSK_UNROLL for (int v = 0; v < vectors; v++) {
            sum[r][v] = MSK_NAME(gemm_dot)(type, sum[r][v], x, w + v * block);
          }
        }
      }
      if (type != msk_integer_s16) continue;
      MSK_UNROLL for (int r = 0; r < rows; r++) {
        MSK_UNROLL for (int v = 0; v < vectors; v++) {
          sums.wide[r][v] += __builtin_convertvector(sum[r][v], lvec);
          sum[r][v] = 0;
        }
      }
    }
  }
  MSK_UNROLL for (int r = 0; r < rows; r++) {
    MSK_UNROLL for (int v = 0; v < vectors; v++) {
      if (type == msk_integer_s16) sum[r][v] = __builtin_convertvector(sums.wide[r][v], ivec);
      sums.sum[r][v] = sum[r][v];
    }
  }
  MSK_NAME(gemm_store)(job, &sums, vectors, rows, r0, n0);
}

// Sums of a tile fill most of the registers; a single row takes more columns instead.
#if MSK_REGISTERS == 32
#define MSK_ROWS 6
#define MSK_VECTORS 4
#define MSK_ROW_VECTORS 8
#else
#define MSK_ROWS 4
#define MSK_VECTORS 2
#define MSK_ROW_VECTORS 4
#endif

/// All rows of some vectors of columns.
MSK_INLINE void MSK_NAME(gemm_columns)(const int vectors, const msk_integer type,
                                       const gemm_job *job, ptrdiff_t n) {
  ptrdiff_t r = 0;
  for (; r + MSK_ROWS <= job->rows; r += MSK_ROWS) {
    MSK_NAME(gemm_tile)(MSK_ROWS, vectors, type, job, r, n);
  }
  for (; r + 2 <= job->rows; r += 2) MSK_NAME(gemm_tile)(2, vectors, type, job, r, n);
  if (r < job->rows) MSK_NAME(gemm_tile)(1, vectors, type, job, r, n);
}

MSK_INLINE void MSK_NAME(gemm_of)(const msk_integer type, const gemm_job *job) {
  const ptrdiff_t columns = msk_round_up(job->columns, MSK_LANES);
  ptrdiff_t n = 0;
  if (job->rows == 1) {
    for (; n + MSK_ROW_VECTORS * MSK_LANES <= columns; n += MSK_ROW_VECTORS * MSK_LANES) {
      MSK_NAME(gemm_tile)(1, MSK_ROW_VECTORS, type, job, 0, n);
    }
  }
  for (; n + MSK_VECTORS * MSK_LANES <= columns; n += MSK_VECTORS * MSK_LANES) {
    MSK_NAME(gemm_columns)(MSK_VECTORS, type, job, n);
  }
  for (; n < columns; n += MSK_LANES) MSK_NAME(gemm_columns)(1, type, job, n);
}

static void MSK_NAME(gemm)(const gemm_job *job) {
  if (job->type == msk_integer_s16) {
    MSK_NAME(gemm_of)(msk_integer_s16, job);
  } else {
    MSK_NAME(gemm_of)(msk_integer_s8, job);
  }
}

#undef MSK_ROWS
#undef MSK_VECTORS
#undef MSK_ROW_VECTORS
#undef MSK_CHUNK
#undef lvec
#endif
