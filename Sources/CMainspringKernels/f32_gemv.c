// SPDX-License-Identifier: Apache-2.0
#ifndef MSK_VARIANT
#include "kernel.h"

/// Terms that the scalar variant adds up by themselves.
#define MSK_SHORT_SUM 8

/// One block of `n` columns.
MSK_INLINE void gemv_block(const msk_element element, const ptrdiff_t n, ptrdiff_t first, float *y,
                           const float *x, const void *w, const float *init, ptrdiff_t depth,
                           float low, float high) {
  float sum[8] = {0};
  for (ptrdiff_t i = 0; init && i < n; i++) sum[i] = init[first + i];
  for (ptrdiff_t k = 0; k < depth;) {
    // Short sums first: they round less than one long sum does.
    const ptrdiff_t end = msk_minimum_of(k + MSK_SHORT_SUM, depth);
    float part[8] = {0};
    for (; k < end; k++) {
      for (ptrdiff_t i = 0; i < n; i++) {
        part[i] += x[k] * msk_weight(element, w, first * depth + k * n + i);
      }
    }
    for (ptrdiff_t i = 0; i < n; i++) sum[i] += part[i];
  }
  for (ptrdiff_t i = 0; i < n; i++) y[first + i] = msk_clamped(sum[i], low, high);
}

/// Whole blocks have a width that the compiler knows.
MSK_INLINE void gemv_of(const msk_element element, float *y, const float *x, const void *w,
                        const float *init, ptrdiff_t depth, ptrdiff_t columns, float low,
                        float high) {
  ptrdiff_t first = 0;
  for (; first + 8 <= columns; first += 8) {
    gemv_block(element, 8, first, y, x, w, init, depth, low, high);
  }
  if (first < columns) {
    gemv_block(element, columns - first, first, y, x, w, init, depth, low, high);
  }
}

static void gemv_scalar(float *y, const float *x, const void *w, const float *init,
                        msk_element element, ptrdiff_t depth, ptrdiff_t columns, float low,
                        float high, bool backwards) {
  (void)backwards;
  if (element == msk_element_f16) {
    gemv_of(msk_element_f16, y, x, w, init, depth, columns, low, high);
  } else {
    gemv_of(msk_element_f32, y, x, w, init, depth, columns, low, high);
  }
}

#define MSK_SOURCE "f32_gemv.c"
#include "variants.h"

void msk_f32_gemv(msk_isa isa, float *y, const float *x, const void *w, const float *init,
                  msk_element element, ptrdiff_t depth, ptrdiff_t columns, float low, float high,
                  bool backwards) {
  MSK_DISPATCH(isa, gemv, y, x, w, init, element, depth, columns, low, high, backwards)
}

#else

#if MSK_REGISTERS == 32
#define MSK_VECTORS 16
#define MSK_EACH_WIDTH(X) \
  X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15) X(16)
#else
#define MSK_VECTORS 8
#define MSK_EACH_WIDTH(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8)
#endif

/// One block, `vectors` registers wide. Narrow ones sum several depths side by side, so that
/// about eight additions are under way at any time.
MSK_INLINE void MSK_NAME(strip)(const int vectors, const msk_element element, float *y,
                                const float *x, const void *w, const float *init, ptrdiff_t depth,
                                ptrdiff_t last, vec low, vec high, bool backwards) {
  const int ways = vectors >= 8 ? 1 : vectors >= 4 ? 2 : vectors >= 2 ? 4 : 8;
  vec sum[8][MSK_VECTORS];
  MSK_UNROLL for (int v = 0; v < vectors; v++) {
    sum[0][v] = v_fill(0.0f);
    if (init) {
      const float *from = init + v * MSK_LANES;
      sum[0][v] = v == vectors - 1 && last < MSK_LANES ? v_load_n(from, last) : v_load(from);
    }
    MSK_UNROLL for (int j = 1; j < ways; j++) sum[j][v] = v_fill(0.0f);
  }
  const ptrdiff_t step = backwards ? -1 : 1;
  ptrdiff_t k = backwards ? depth - 1 : 0, left = depth;
  for (; left >= ways; left -= ways) {
    MSK_UNROLL for (int j = 0; j < ways; j++, k += step) {
      vec a = v_fill(x[k]);
      MSK_UNROLL for (int v = 0; v < vectors; v++) {
        vec column = v_load_as(element, w, (k * vectors + v) * MSK_LANES);
        sum[j][v] = v_fma(a, column, sum[j][v]);
      }
    }
  }
  for (; left > 0; left--, k += step) {
    vec a = v_fill(x[k]);
    MSK_UNROLL for (int v = 0; v < vectors; v++) {
      vec column = v_load_as(element, w, (k * vectors + v) * MSK_LANES);
      sum[0][v] = v_fma(a, column, sum[0][v]);
    }
  }
  MSK_UNROLL for (int v = 0; v < vectors; v++) {
    MSK_UNROLL for (int step = ways / 2; step > 0; step /= 2) {
      MSK_UNROLL for (int j = 0; j < step; j++) sum[j][v] += sum[j + step][v];
    }
    vec result = v_clamp(sum[0][v], low, high);
    if (v == vectors - 1 && last < MSK_LANES) {
      v_store_n(y + v * MSK_LANES, result, last);
    } else {
      v_store(y + v * MSK_LANES, result);
    }
  }
}

static void MSK_NAME(gemv)(float *y, const float *x, const void *w, const float *init,
                           msk_element element, ptrdiff_t depth, ptrdiff_t columns, float low,
                           float high, bool backwards) {
  const ptrdiff_t width = MSK_VECTORS * MSK_LANES;
  const vec lows = v_fill(low), highs = v_fill(high);
  const ptrdiff_t blocks = (columns + width - 1) / width;
  for (ptrdiff_t i = 0; i < blocks; i++) {
    ptrdiff_t first = (backwards ? blocks - 1 - i : i) * width;
    ptrdiff_t n = msk_minimum_of(width, columns - first);
    ptrdiff_t vectors = (n + MSK_LANES - 1) / MSK_LANES;
    ptrdiff_t last = n - (vectors - 1) * MSK_LANES;
    const void *block = (const char *)w + first * depth * msk_byte_count(element);
    const float *start = init ? init + first : 0;
    if (element == msk_element_f16) {
      switch (vectors) {
#define MSK_CASE(n)                                                                          \
  case n:                                                                                    \
    MSK_NAME(strip)(n, msk_element_f16, y + first, x, block, start, depth, last, lows, highs, \
                    backwards); \
    break;
        MSK_EACH_WIDTH(MSK_CASE)
#undef MSK_CASE
      }
    } else {
      switch (vectors) {
#define MSK_CASE(n)                                                                          \
  case n:                                                                                    \
    MSK_NAME(strip)(n, msk_element_f32, y + first, x, block, start, depth, last, lows, highs, \
                    backwards); \
    break;
        MSK_EACH_WIDTH(MSK_CASE)
#undef MSK_CASE
      }
    }
  }
}

#undef MSK_VECTORS
#undef MSK_EACH_WIDTH
#endif
