// SPDX-License-Identifier: Apache-2.0
#ifndef MSK_VARIANT
#include "kernel.h"

static const int32_t no_offset[1] = {0};

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
      for (ptrdiff_t k = 0; k < s->length; k++, index += n) {
        for (ptrdiff_t i = 0; i < n; i++) sum[i] += from[k] * msk_weight(element, w, index + i);
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

#define MSK_SOURCE "f32_gemm.c"
#include "variants.h"

void msk_f32_gemm(msk_isa isa, float *y, const float *x, const void *w, const float *bias,
                  const int32_t *offsets, msk_gemm shape) {
  if (!offsets) offsets = no_offset;
  MSK_DISPATCH(isa, gemm, y, x, w, bias, offsets, &shape)
}

#else

// Accumulators of the widest tile: all registers but those of a row of weights and a broadcast.
#if MSK_LANES == 16
#define MSK_ROWS 14
#define MSK_EACH_ROW_COUNT(X) \
  X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14)
#else
#define MSK_ROWS 6
#define MSK_EACH_ROW_COUNT(X) X(1) X(2) X(3) X(4) X(5) X(6)
#endif

/// `rows` rows of one block, `vectors` registers wide; `last` lanes count in the last of them.
MSK_INLINE void MSK_NAME(tile)(const int rows, const int vectors, const msk_element element,
                               float *y, const float *x, const void *w, const float *bias,
                               const int32_t *offsets, const msk_gemm *s, ptrdiff_t last) {
  vec sum[MSK_ROWS][2];
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

#undef MSK_ROWS
#undef MSK_EACH_ROW_COUNT
#endif
