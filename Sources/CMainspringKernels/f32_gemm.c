// SPDX-License-Identifier: Apache-2.0
#ifndef MSK_VARIANT
#include "kernel.h"

static const int32_t no_offset[1] = {0};

/// Bytes of weights that are fetched ahead: past the end of one panel lies the next one.
#define MSK_AHEAD 2048
/// Terms that the scalar variant adds up by themselves.
#define MSK_SHORT_SUM 16

/// One block of `n` columns from `first` on.
MSK_INLINE void gemm_block(const msk_element element, const ptrdiff_t n, ptrdiff_t first, float *y,
                           const float *x, const void *w, const float *bias,
                           const int32_t *offsets, const msk_gemm *s) {
  for (ptrdiff_t r = 0; r < s->rows; r++) {
    float sum[8] = {0};
    for (ptrdiff_t i = 0; bias && i < n; i++) sum[i] = bias[first + i];
    ptrdiff_t index = first * s->segments * s->length;
    for (ptrdiff_t segment = 0; segment < s->segments; segment++) {
      const float *from = x + r * s->x_stride + offsets[segment];
      for (ptrdiff_t k = 0; k < s->length;) {
        // Short sums first: they round less than one long sum does.
        const ptrdiff_t end = msk_minimum_of(k + MSK_SHORT_SUM, s->length);
        float part[8] = {0};
        for (; k < end; k++, index += n) {
          for (ptrdiff_t i = 0; i < n; i++) part[i] += from[k] * msk_weight(element, w, index + i);
        }
        for (ptrdiff_t i = 0; i < n; i++) sum[i] += part[i];
      }
    }
    float *to = y + r * s->y_stride + first;
    for (ptrdiff_t i = 0; i < n; i++) to[i] = msk_clamped(sum[i], s->low, s->high);
  }
}

/// Whole blocks have a width that the compiler knows.
MSK_INLINE void gemm_of(const msk_element element, float *y, const float *x, const void *w,
                        const float *bias, const int32_t *offsets, const msk_gemm *s) {
  ptrdiff_t first = 0;
  for (; first + 8 <= s->columns; first += 8) {
    gemm_block(element, 8, first, y, x, w, bias, offsets, s);
  }
  if (first < s->columns) {
    gemm_block(element, s->columns - first, first, y, x, w, bias, offsets, s);
  }
}

static void gemm_scalar(float *y, const float *x, const void *w, const float *bias,
                        const int32_t *offsets, const msk_gemm *s) {
  if (s->element == msk_element_f16) {
    gemm_of(msk_element_f16, y, x, w, bias, offsets, s);
  } else {
    gemm_of(msk_element_f32, y, x, w, bias, offsets, s);
  }
}

/// The larger one; not-a-number if one is.
MSK_INLINE float gemm_larger(float a, float b) { return b > a || b != b ? b : a; }

MSK_INLINE void gemm_pooled_of(const msk_element element, float *y, const float *x, const void *w,
                               const float *bias, const int32_t *offsets, const float *scale,
                               const float *shift, const msk_gemm *s) {
  const ptrdiff_t lanes = 8;
  for (ptrdiff_t r = 0; r < s->rows; r += 2, y += s->y_stride) {
    for (ptrdiff_t first = 0; first < s->columns; first += lanes) {
      const ptrdiff_t n = msk_minimum_of(lanes, s->columns - first);
      float pair[2][8];
      msk_gemm one = *s;
      one.rows = 2;
      one.y_stride = lanes;
      gemm_block(element, n, first, &pair[0][0] - first, x + r * s->x_stride, w, bias, offsets,
                 &one);
      for (ptrdiff_t i = 0; i < n; i++) {
        const float a = scale[first + i], b = shift[first + i];
        y[first + i] = gemm_larger(pair[0][i] * a + b, pair[1][i] * a + b);
      }
    }
  }
}

static void gemm_pooled_scalar(float *y, const float *x, const void *w, const float *bias,
                               const int32_t *offsets, const float *scale, const float *shift,
                               const msk_gemm *s) {
  if (s->element == msk_element_f16) {
    gemm_pooled_of(msk_element_f16, y, x, w, bias, offsets, scale, shift, s);
  } else {
    gemm_pooled_of(msk_element_f32, y, x, w, bias, offsets, scale, shift, s);
  }
}

#define MSK_SOURCE "f32_gemm.c"
#include "variants.h"

void msk_f32_gemm(msk_isa isa, float *y, const float *x, const void *w, const float *bias,
                  const int32_t *offsets, msk_gemm shape) {
  if (!offsets) offsets = no_offset;
  MSK_DISPATCH(isa, gemm, y, x, w, bias, offsets, &shape)
}

void msk_f32_gemm_pooled(msk_isa isa, float *y, const float *x, const void *w, const float *bias,
                         const int32_t *offsets, const float *scale, const float *shift,
                         msk_gemm shape) {
  if (!offsets) offsets = no_offset;
  MSK_DISPATCH(isa, gemm_pooled, y, x, w, bias, offsets, scale, shift, &shape)
}

#else

// Accumulators of the widest tile: all registers but those of a row of weights and a broadcast.
#if MSK_REGISTERS == 32
#define MSK_ROWS 14
#define MSK_EACH_ROW_COUNT(X) \
  X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14)
#define MSK_EACH_PAIR_COUNT(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7)
#else
#define MSK_ROWS 6
#define MSK_EACH_ROW_COUNT(X) X(1) X(2) X(3) X(4) X(5) X(6)
#define MSK_EACH_PAIR_COUNT(X) X(1) X(2) X(3)
#endif

/// Sums of `rows` rows of one block, `vectors` registers wide; `last` lanes count in the last one.
MSK_INLINE void MSK_NAME(sums)(const int rows, const int vectors, const msk_element element,
                               vec sum[MSK_ROWS][2], const float *x, const void *w,
                               const float *bias, const int32_t *offsets, const msk_gemm *s,
                               ptrdiff_t last) {
  const ptrdiff_t stride = s->x_stride;
  MSK_UNROLL for (int v = 0; v < vectors; v++) {
    vec start = v_fill(0.0f);
    if (bias) {
      const float *from = bias + v * MSK_LANES;
      start = v == vectors - 1 && last < MSK_LANES ? v_load_n(from, last) : v_load(from);
    }
    MSK_UNROLL for (int r = 0; r < rows; r++) sum[r][v] = start;
  }
  ptrdiff_t index = 0;
  for (ptrdiff_t segment = 0; segment < s->segments; segment++) {
    const float *from = x + offsets[segment];
    for (ptrdiff_t k = 0; k < s->length; k++, index += vectors * MSK_LANES) {
      const ptrdiff_t size = msk_byte_count(element), width = vectors * MSK_LANES * size;
      for (ptrdiff_t line = 0; line < width; line += 64) {
        __builtin_prefetch((const char *)w + index * size + line + MSK_AHEAD);
      }
      vec column[2];
      MSK_UNROLL for (int v = 0; v < vectors; v++) {
        column[v] = v_load_as(element, w, index + v * MSK_LANES);
      }
      MSK_UNROLL for (int r = 0; r < rows; r++) {
        vec a = v_fill(from[r * stride + k]);
        MSK_UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = v_fma(a, column[v], sum[r][v]);
      }
    }
  }
}

/// A tile of the product.
MSK_INLINE void MSK_NAME(tile)(const int rows, const int vectors, const msk_element element,
                               float *y, const float *x, const void *w, const float *bias,
                               const int32_t *offsets, const msk_gemm *s, ptrdiff_t last) {
  vec sum[MSK_ROWS][2];
  MSK_NAME(sums)(rows, vectors, element, sum, x, w, bias, offsets, s, last);
  const vec low = v_fill(s->low), high = v_fill(s->high);
  MSK_UNROLL for (int r = 0; r < rows; r++) {
    MSK_UNROLL for (int v = 0; v < vectors; v++) {
      float *to = y + r * s->y_stride + v * MSK_LANES;
      vec result = v_clamp(sum[r][v], low, high);
      if (v == vectors - 1 && last < MSK_LANES) {
        v_store_n(to, result, last);
      } else {
        v_store(to, result);
      }
    }
  }
}

/// All rows of one block, split evenly into tiles.
MSK_INLINE void MSK_NAME(block)(const int vectors, const msk_element element, float *y,
                                const float *x, const void *w, const float *bias,
                                const int32_t *offsets, const msk_gemm *s, ptrdiff_t last) {
  ptrdiff_t tiles = (s->rows + MSK_ROWS - 1) / MSK_ROWS;
  ptrdiff_t done = 0;
  for (ptrdiff_t t = 0; t < tiles; t++) {
    ptrdiff_t count = (s->rows - done + tiles - t - 1) / (tiles - t);
    float *to = y + done * s->y_stride;
    const float *from = x + done * s->x_stride;
    switch (count) {
#define MSK_CASE(n)                                                                       \
  case n:                                                                                 \
    MSK_NAME(tile)(n, vectors, element, to, from, w, bias, offsets, s, last);             \
    break;
      MSK_EACH_ROW_COUNT(MSK_CASE)
#undef MSK_CASE
    }
    done += count;
  }
}

static void MSK_NAME(gemm)(float *y, const float *x, const void *w, const float *bias,
                           const int32_t *offsets, const msk_gemm *s) {
  const ptrdiff_t width = 2 * MSK_LANES, depth = s->segments * s->length;
  for (ptrdiff_t first = 0; first < s->columns; first += width) {
    ptrdiff_t columns = msk_minimum_of(width, s->columns - first);
    const void *panel = (const char *)w + first * depth * msk_byte_count(s->element);
    const float *b = bias ? bias + first : 0;
    float *to = y + first;
    bool half = s->element == msk_element_f16;
    if (columns > MSK_LANES) {
      ptrdiff_t last = columns - MSK_LANES;
      if (half) {
        MSK_NAME(block)(2, msk_element_f16, to, x, panel, b, offsets, s, last);
      } else {
        MSK_NAME(block)(2, msk_element_f32, to, x, panel, b, offsets, s, last);
      }
    } else if (half) {
      MSK_NAME(block)(1, msk_element_f16, to, x, panel, b, offsets, s, columns);
    } else {
      MSK_NAME(block)(1, msk_element_f32, to, x, panel, b, offsets, s, columns);
    }
  }
}

/// A tile of whole pairs of rows, each pair scaled, shifted and reduced to its larger elements.
MSK_INLINE void MSK_NAME(pooled_tile)(const int rows, const int vectors,
                                      const msk_element element, float *y, const float *x,
                                      const void *w, const float *bias, const int32_t *offsets,
                                      const float *scale, const float *shift, const msk_gemm *s,
                                      ptrdiff_t last) {
  vec sum[MSK_ROWS][2];
  MSK_NAME(sums)(rows, vectors, element, sum, x, w, bias, offsets, s, last);
  const vec low = v_fill(s->low), high = v_fill(s->high);
  MSK_UNROLL for (int r = 0; r < rows / 2; r++) {
    MSK_UNROLL for (int v = 0; v < vectors; v++) {
      const bool part = v == vectors - 1 && last < MSK_LANES;
      const float *from = scale + v * MSK_LANES, *more = shift + v * MSK_LANES;
      const vec a = part ? v_load_n(from, last) : v_load(from);
      const vec b = part ? v_load_n(more, last) : v_load(more);
      const vec first = v_fma(v_clamp(sum[2 * r][v], low, high), a, b);
      const vec second = v_fma(v_clamp(sum[2 * r + 1][v], low, high), a, b);
      const vec result = second != second ? second : v_max(second, first);
      float *to = y + r * s->y_stride + v * MSK_LANES;
      if (part) {
        v_store_n(to, result, last);
      } else {
        v_store(to, result);
      }
    }
  }
}

/// All pairs of rows of one block, split evenly into tiles.
MSK_INLINE void MSK_NAME(pooled_block)(const int vectors, const msk_element element, float *y,
                                       const float *x, const void *w, const float *bias,
                                       const int32_t *offsets, const float *scale,
                                       const float *shift, const msk_gemm *s, ptrdiff_t last) {
  const ptrdiff_t pairs = s->rows / 2, most = MSK_ROWS / 2, tiles = (pairs + most - 1) / most;
  ptrdiff_t done = 0;
  for (ptrdiff_t t = 0; t < tiles; t++) {
    const ptrdiff_t count = (pairs - done + tiles - t - 1) / (tiles - t);
    float *to = y + done * s->y_stride;
    const float *from = x + 2 * done * s->x_stride;
    switch (count) {
#define MSK_CASE(n)                                                                             \
  case n:                                                                                       \
    MSK_NAME(pooled_tile)(2 * n, vectors, element, to, from, w, bias, offsets, scale, shift, s, \
                          last);                                                                \
    break;
      MSK_EACH_PAIR_COUNT(MSK_CASE)
#undef MSK_CASE
    }
    done += count;
  }
}

static void MSK_NAME(gemm_pooled)(float *y, const float *x, const void *w, const float *bias,
                                  const int32_t *offsets, const float *scale, const float *shift,
                                  const msk_gemm *s) {
  const ptrdiff_t width = 2 * MSK_LANES, depth = s->segments * s->length;
  for (ptrdiff_t n = 0; n < s->columns; n += width) {
    const ptrdiff_t columns = msk_minimum_of(width, s->columns - n), last = columns - MSK_LANES;
    const void *panel = (const char *)w + n * depth * msk_byte_count(s->element);
    const float *b = bias ? bias + n : 0, *a = scale + n, *c = shift + n;
    const bool half = s->element == msk_element_f16;
    if (last > 0 && half) {
      MSK_NAME(pooled_block)(2, msk_element_f16, y + n, x, panel, b, offsets, a, c, s, last);
    } else if (last > 0) {
      MSK_NAME(pooled_block)(2, msk_element_f32, y + n, x, panel, b, offsets, a, c, s, last);
    } else if (half) {
      MSK_NAME(pooled_block)(1, msk_element_f16, y + n, x, panel, b, offsets, a, c, s, columns);
    } else {
      MSK_NAME(pooled_block)(1, msk_element_f32, y + n, x, panel, b, offsets, a, c, s, columns);
    }
  }
}

#undef MSK_ROWS
#undef MSK_EACH_ROW_COUNT
#undef MSK_EACH_PAIR_COUNT
#endif
