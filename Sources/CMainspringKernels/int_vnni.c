// SPDX-License-Identifier: Apache-2.0
//
// Products of int8 by VNNI: unsigned times signed, four neighbours in depth at once. Rows
// are moved by 128 in a copy, a single one on the way into registers; see `msk_int_offset`.
#include "vnni.h"

#if MSK_X86
#pragma clang attribute push(MSK_TARGET_VNNI, apply_to = function)

#define lvec MSK_NAME(lvec)
#include "pooled_lanes.h"

// Sums of the widest tile: all registers but those of weights and operands.
#if MSK_LANES == 16
#define MSK_ROWS 14
#define MSK_EACH_ROW_COUNT(X) \
  X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14)
#else
#define MSK_ROWS 6
#define MSK_EACH_ROW_COUNT(X) X(1) X(2) X(3) X(4) X(5) X(6)
#endif
/// Vectors of columns of a tile, and of one of a single row.
#define MSK_VECTORS 2
#define MSK_ROW_VECTORS 4
/// Bytes of a copy of rows.
#define MSK_COPY 8192

/// Sums of some rows and columns on their way to memory.
typedef struct {
  ivec sum[MSK_ROWS][MSK_ROW_VECTORS];
} gemm_sums;

/// One vector of columns of some rows of floats; `count` of them.
MSK_INLINE void gemm_store_hybrid(const gemm_job *job, const gemm_sums *sums, int v,
                                  ptrdiff_t rows, ptrdiff_t r0, ptrdiff_t n, ptrdiff_t count) {
  const msk_hybrid_gemm *s = &job->hybrid;
  const bool whole = count >= MSK_LANES;
  const float *scales = (const float *)job->scales + n;
  const vec scale = whole ? v_load(scales) : v_load_n(scales, count);
  const ivec weights = MSK_NAME(v_integers)(msk_integer_s32, job->sums, n, count);
  const vec low = v_fill(s->low), high = v_fill(s->high);
  const float *init = job->bias ? (const float *)job->bias + r0 * s->init_stride + n : 0;
  float *y = (float *)job->y + r0 * job->y_stride + n;
  for (ptrdiff_t r = 0; r < rows; r++, y += job->y_stride) {
    const ptrdiff_t place = (r0 + r) * s->row_step;
    // Rows were moved by 128, and so their zero point.
    const ivec total = sums->sum[r][v] - (job->row_zeros[place] + 128) * weights;
    const vec number = __builtin_convertvector(total, vec);
    const vec row_scale = v_fill(job->row_scales[place]);
    const vec share = s->in_turn ? number * scale * row_scale : number * (row_scale * scale);
    vec start = v_fill(0.0f);
    if (init) {
      start = whole ? v_load(init) : v_load_n(init, count);
      init += s->init_stride;
    }
    const vec result = v_clamp(start + share, low, high);
    if (whole) {
      v_store(y, result);
    } else {
      v_store_n(y, result, count);
    }
  }
}

/// Whole vectors of columns of some rows of floats, by exact sums: they are integers below 2²⁴, and
/// what is taken off them is as well, so that floats hold them all.
MSK_INLINE void gemm_store_exact(const bool in_turn, const int vectors, const gemm_job *job,
                                 const gemm_sums *sums, ptrdiff_t rows, ptrdiff_t r0,
                                 ptrdiff_t n) {
  const msk_hybrid_gemm *s = &job->hybrid;
  const vec low = v_fill(s->low), high = v_fill(s->high);
  // What is the same for all rows stays in registers, whatever the results overwrite.
  const ptrdiff_t step = s->row_step, y_stride = job->y_stride, init_stride = s->init_stride;
  const float *row_scales = job->row_scales + r0 * step;
  const int32_t *row_zeros = job->row_zeros + r0 * step;
  const float *init = job->bias ? (const float *)job->bias + r0 * init_stride + n : 0;
  float *y = (float *)job->y + r0 * y_stride + n;
  vec scale[MSK_ROW_VECTORS], weights[MSK_ROW_VECTORS], start[MSK_ROW_VECTORS];
  MSK_UNROLL for (int v = 0; v < vectors; v++) {
    const ptrdiff_t column = n + v * MSK_LANES;
    scale[v] = v_load((const float *)job->scales + column);
    weights[v] = __builtin_convertvector(
        MSK_NAME(v_integers)(msk_integer_s32, job->sums, column, MSK_LANES), vec);
    start[v] = init ? v_load(init + v * MSK_LANES) : v_fill(0.0f);
  }
  for (ptrdiff_t r = 0; r < rows; r++, y += y_stride) {
    const vec row_scale = v_fill(row_scales[r * step]);
    const vec zero = v_fill((float)(-128 - row_zeros[r * step]));
    MSK_UNROLL for (int v = 0; v < vectors; v++) {
      const vec sum = __builtin_convertvector(sums->sum[r][v], vec);
      const vec number = v_fma(zero, weights[v], sum);
      const vec share = in_turn ? number * scale[v] * row_scale : number * (row_scale * scale[v]);
      if (init_stride > 0) start[v] = v_load(init + r * init_stride + v * MSK_LANES);
      v_store(y + v * MSK_LANES, v_clamp(start[v] + share, low, high));
    }
  }
}

/// One vector of columns of some rows.
MSK_INLINE void gemm_store_fixed(msk_integer type, bool is_small, const gemm_job *job,
                                 const gemm_sums *sums, int v, const MSK_NAME(v_columns) *columns,
                                 ivec bias, ptrdiff_t rows, ptrdiff_t place, ptrdiff_t count) {
  void *y = job->y;
  const ptrdiff_t stride = job->y_stride;
  for (ptrdiff_t r = 0; r < rows; r++, place += stride) {
    const ivec sum = sums->sum[r][v] + bias;
    const ivec result = is_small ? MSK_NAME(v_finished_small)(columns, sum)
                                 : MSK_NAME(v_finished)(job->result, columns, sum, (lvec)0);
    MSK_NAME(v_set_integers)(type, y, place, result, count);
  }
}

#if MSK_LANES == 16
/// The same where only a cut to the type is left.
MSK_INLINE void gemm_store_whole(msk_integer type, const gemm_job *job, const gemm_sums *sums,
                                 int v, const MSK_NAME(v_columns) *columns, ivec bias,
                                 ptrdiff_t rows, ptrdiff_t place) {
  void *y = job->y;
  const ptrdiff_t stride = job->y_stride;
  for (ptrdiff_t r = 0; r < rows; r++, place += stride) {
    const ivec result = MSK_NAME(v_finished_whole)(columns, sums->sum[r][v] + bias);
    MSK_NAME(v_set_cut)(type, y, place, result);
  }
}
#endif

/// The same, scaled by doubles.
MSK_INLINE void gemm_store_real(const gemm_job *job, const gemm_sums *sums, int v, ivec bias,
                                ptrdiff_t rows, ptrdiff_t place, ptrdiff_t n, ptrdiff_t count) {
  typedef MSK_NAME(dvec) dvec;
  const dvec scale = (dvec)MSK_NAME(v_wide)(job->scales, n, count);
  const msk_integer_result *result = &job->result;
  const int32_t zero = result->zero;
  const ivec low = (ivec)msk_limited((int64_t)result->low - zero, INT32_MIN, INT32_MAX);
  const ivec high = (ivec)msk_limited((int64_t)result->high - zero, INT32_MIN, INT32_MAX);
  for (ptrdiff_t r = 0; r < rows; r++, place += job->y_stride) {
    const dvec sum = __builtin_convertvector(sums->sum[r][v] + bias, dvec);
    const ivec y = MSK_NAME(v_bounded)(MSK_NAME(v_scaled_real)(sum, scale), low, high) + zero;
    MSK_NAME(v_set_integers)(result->type, job->y, place, y, count);
  }
}

/// One vector of columns of pairs of rows.
MSK_INLINE void gemm_store_pooled(const gemm_job *job, const gemm_sums *sums, int v,
                                  ptrdiff_t rows, ptrdiff_t place, ptrdiff_t n, ptrdiff_t count) {
  const MSK_NAME(v_pooled) pooled = MSK_NAME(v_load_pooled)(job, n, count);
  const ptrdiff_t stride = job->y_stride;
  void *y = job->y;
  for (ptrdiff_t r = 0; r < rows; r += 2, place += stride) {
    const ivec result = MSK_NAME(v_finished_pair)(&pooled, sums->sum[r][v], sums->sum[r + 1][v]);
    MSK_NAME(v_set_integers)(msk_integer_s8, y, place, result, count);
  }
}

/// Sums as results; never inlined, because there are many tiles.
static __attribute__((noinline)) void gemm_store(const gemm_job *job, const gemm_sums *sums,
                                                 int vectors, ptrdiff_t rows, ptrdiff_t r0,
                                                 ptrdiff_t n0) {
  const bool is_exact = job->segments * job->length * 255 * 128 < 1 << 24;
  if (job->is_hybrid && is_exact && vectors == 2 && n0 + 2 * MSK_LANES <= job->columns) {
    if (job->hybrid.in_turn) {
      gemm_store_exact(true, 2, job, sums, rows, r0, n0);
    } else {
      gemm_store_exact(false, 2, job, sums, rows, r0, n0);
    }
    return;
  }
  for (int v = 0; v < vectors; v++) {
    const ptrdiff_t n = n0 + v * MSK_LANES, count = msk_minimum_of(MSK_LANES, job->columns - n);
    if (job->is_hybrid) {
      gemm_store_hybrid(job, sums, v, rows, r0, n, count);
      continue;
    }
    if (job->epilogue) {
      gemm_store_pooled(job, sums, v, rows, r0 / 2 * job->y_stride + n, n, count);
      continue;
    }
    const ivec bias = MSK_NAME(v_integers)(msk_integer_s32, job->bias, n, count);
    const ptrdiff_t place = r0 * job->y_stride + n;
    if (job->result.scaling == msk_scaling_real) {
      gemm_store_real(job, sums, v, bias, rows, place, n, count);
      continue;
    }
    const bool are_small = MSK_NAME(v_are_small)(bias, job->segments * job->length);
    const MSK_NAME(v_columns) c =
        MSK_NAME(v_load_columns)(job->result, job->scales, n, count, are_small);
    if (!c.is_small) {
      gemm_store_fixed(job->result.type, false, job, sums, v, &c, bias, rows, place, count);
#if MSK_LANES == 16
    } else if (c.is_whole && count >= MSK_LANES) {
      if (job->result.type == msk_integer_s8) {
        gemm_store_whole(msk_integer_s8, job, sums, v, &c, bias, rows, place);
      } else {
        gemm_store_whole(msk_integer_s16, job, sums, v, &c, bias, rows, place);
      }
#endif
    } else if (job->result.type == msk_integer_s8 && count >= MSK_LANES) {
      gemm_store_fixed(msk_integer_s8, true, job, sums, v, &c, bias, rows, place, MSK_LANES);
    } else if (job->result.type == msk_integer_s16 && count >= MSK_LANES) {
      gemm_store_fixed(msk_integer_s16, true, job, sums, v, &c, bias, rows, place, MSK_LANES);
    } else {
      gemm_store_fixed(job->result.type, true, job, sums, v, &c, bias, rows, place, count);
    }
  }
}

/// Four neighbours in all lanes; those of a copy have been moved.
MSK_INLINE ivec gemm_four(const bool is_moved, const int8_t *x, ptrdiff_t rest) {
  if (!is_moved) return rest < 4 ? msk_some(x, rest) : msk_four(x);
  int32_t group;
  __builtin_memcpy(&group, x, sizeof group);
  return (ivec)group;
}

/// Some rows by some vectors of columns; `x` is the first of the rows, r0 its number.
MSK_INLINE void gemm_tile(const bool is_moved, const int rows, const int vectors,
                          const gemm_job *job, const int8_t *x, ptrdiff_t r0, ptrdiff_t n0) {
  // Weights beyond a segment are zeros, so that a copy may be read a little further.
  const ptrdiff_t padded = msk_round_up(job->length, 4), whole = job->length / 4 * 4;
  const ptrdiff_t block = job->segments * padded * MSK_LANES, stride = job->x_stride;
  const int8_t *w = job->w + n0 / MSK_LANES * block;
  ivec sum[MSK_ROWS][MSK_ROW_VECTORS];
  MSK_UNROLL for (int r = 0; r < rows; r++) {
    MSK_UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = 0;
  }
  for (ptrdiff_t i = 0; i < job->segments; i++) {
    const int8_t *from = x + (job->offsets ? job->offsets[i] : 0);
    for (ptrdiff_t k = 0; k < (is_moved ? padded : whole); k += 4, w += 4 * MSK_LANES) {
      MSK_UNROLL for (int r = 0; r < rows; r++) {
        const ivec a = gemm_four(is_moved, from + r * stride + k, 4);
        MSK_UNROLL for (int v = 0; v < vectors; v++) {
          sum[r][v] = msk_dot(sum[r][v], a, w + v * block);
        }
      }
    }
    if (!is_moved && whole < padded) {
      MSK_UNROLL for (int r = 0; r < rows; r++) {
        const ivec a = gemm_four(false, from + r * stride + whole, job->length - whole);
        MSK_UNROLL for (int v = 0; v < vectors; v++) {
          sum[r][v] = msk_dot(sum[r][v], a, w + v * block);
        }
      }
      w += 4 * MSK_LANES;
    }
  }
  gemm_sums sums;
  MSK_UNROLL for (int r = 0; r < rows; r++) {
    MSK_UNROLL for (int v = 0; v < vectors; v++) sums.sum[r][v] = sum[r][v];
  }
  gemm_store(job, &sums, vectors, rows, r0, n0);
}

/// Rows of a copy by some vectors of columns, split evenly into tiles that part no pair of an
/// epilogue.
MSK_INLINE void gemm_columns(const int vectors, const gemm_job *job, const int8_t *x, ptrdiff_t r0,
                             ptrdiff_t rows, ptrdiff_t n) {
  const ptrdiff_t tiles = (rows + MSK_ROWS - 1) / MSK_ROWS, part = job->epilogue ? 2 : 1;
  ptrdiff_t done = 0;
  for (ptrdiff_t t = 0; t < tiles; t++) {
    const ptrdiff_t parts = ((rows - done) / part + tiles - t - 1) / (tiles - t);
    const ptrdiff_t count = parts * part;
    const int8_t *from = x + done * job->x_stride;
    switch (count) {
#define MSK_CASE(n_rows) \
  case n_rows: gemm_tile(true, n_rows, vectors, job, from, r0 + done, n); break;
      MSK_EACH_ROW_COUNT(MSK_CASE)
#undef MSK_CASE
    }
    done += count;
  }
}

/// One row, or a pair of an epilogue, as it is.
static void gemm_rows(const gemm_job *job, const int8_t *x, ptrdiff_t r0) {
  const ptrdiff_t columns = msk_round_up(job->columns, MSK_LANES);
  ptrdiff_t n = 0;
  if (job->epilogue) {
    for (; n < columns; n += MSK_LANES) gemm_tile(false, 2, 1, job, x, r0, n);
    return;
  }
  for (; n + MSK_ROW_VECTORS * MSK_LANES <= columns; n += MSK_ROW_VECTORS * MSK_LANES) {
    gemm_tile(false, 1, MSK_ROW_VECTORS, job, x, r0, n);
  }
  for (; n < columns; n += MSK_LANES) gemm_tile(false, 1, 1, job, x, r0, n);
}

/// Bytes moved by `msk_int_offset`; as many as follow are written in whole vectors.
MSK_INLINE void gemm_move(int8_t *moved, const int8_t *x, ptrdiff_t byte_count) {
#if MSK_LANES == 16
  const __m512i offset = _mm512_set1_epi8((char)0x80);
  ptrdiff_t i = 0;
  for (; i + 64 <= byte_count; i += 64) {
    _mm512_store_si512(moved + i, _mm512_xor_si512(_mm512_loadu_si512(x + i), offset));
  }
  if (i < byte_count) {
    const __m512i from = _mm512_maskz_loadu_epi8((1ull << (byte_count - i)) - 1, x + i);
    _mm512_store_si512(moved + i, _mm512_xor_si512(from, offset));
  }
#else
  const __m256i offset = _mm256_set1_epi8((char)0x80);
  ptrdiff_t i = 0;
  for (; i + 32 <= byte_count; i += 32) {
    const __m256i from = _mm256_loadu_si256((const __m256i *)(x + i));
    _mm256_store_si256((__m256i *)(moved + i), _mm256_xor_si256(from, offset));
  }
  if (i < byte_count) {
    int8_t rest[32] = {0};
    for (ptrdiff_t k = i; k < byte_count; k++) rest[k - i] = x[k];
    const __m256i from = _mm256_loadu_si256((const __m256i *)rest);
    _mm256_store_si256((__m256i *)(moved + i), _mm256_xor_si256(from, offset));
  }
#endif
}

/// Some rows after a copy of them is moved, once for all columns; rows that lie apart are next to
/// each other in it.
static void gemm_moved(const gemm_job *all, const int8_t *x, ptrdiff_t reach, ptrdiff_t r0,
                       ptrdiff_t rows) {
  _Alignas(64) int8_t moved[MSK_COPY + 64];
  const ptrdiff_t pitch = msk_round_up(reach, 64);
  gemm_job near;
  const gemm_job *job = all;
  if (all->x_stride > pitch) {
    for (ptrdiff_t r = 0; r < rows; r++) gemm_move(moved + r * pitch, x + r * all->x_stride, reach);
    near = *all;
    near.x_stride = pitch;
    job = &near;
  } else {
    gemm_move(moved, x, (rows - 1) * all->x_stride + reach);
  }
  const ptrdiff_t columns = msk_round_up(job->columns, MSK_LANES);
  ptrdiff_t n = 0;
  for (; n + MSK_VECTORS * MSK_LANES <= columns; n += MSK_VECTORS * MSK_LANES) {
    gemm_columns(MSK_VECTORS, job, moved, r0, rows, n);
  }
  if (n < columns) gemm_columns(1, job, moved, r0, rows, n);
}

void MSK_NAME(msk_gemm)(const gemm_job *job) {
  const ptrdiff_t part = job->epilogue ? 2 : 1, stride = job->x_stride;
  ptrdiff_t reach = job->length;
  for (ptrdiff_t i = 0; job->offsets && i < job->segments; i++) {
    reach = msk_maximum_of(reach, job->offsets[i] + job->length);
  }
  // As many rows as a copy holds.
  const ptrdiff_t pitch = msk_minimum_of(stride, msk_round_up(reach, 64));
  ptrdiff_t most = reach > MSK_COPY ? 0 : pitch > 0 ? (MSK_COPY - reach) / pitch + 1 : job->rows;
  most = most / part * part;
  for (ptrdiff_t r = 0; r < job->rows;) {
    const int8_t *x = (const int8_t *)job->x + r * stride;
    const ptrdiff_t rows = msk_minimum_of(most, job->rows - r);
    if (rows > 1) {
      gemm_moved(job, x, reach, r, rows);
      r += rows;
    } else {
      gemm_rows(job, x, r);
      r += part;
    }
  }
}

#pragma clang attribute pop
#endif
