// SPDX-License-Identifier: Apache-2.0
//
// The product of several rows that lie apart, of as many windows, with the same weights: one pass
// over these serves all rows. Sums are those of "f32_gemv.c" in their order, so each row has the bits
// it has alone.
#ifndef MSK_VARIANT
#include "kernel.h"

static void gemv_batch_scalar(float *y, const float *x, const void *w, const float *init,
                              msk_element element, ptrdiff_t depth, ptrdiff_t columns, float low,
                              float high, msk_batch batch) {
  for (ptrdiff_t i = 0; i < batch.count; i++, y += batch.stride, x += batch.stride) {
    msk_f32_gemv(msk_isa_scalar, y, x, w, init, element, depth, columns, low, high, false);
  }
}

#define MSK_SOURCE "f32_gemv_batch.c"
#include "variants.h"

void msk_f32_gemv_batch(msk_isa isa, float *y, const float *x, const void *w, const float *init,
                        msk_element element, ptrdiff_t depth, ptrdiff_t columns, float low,
                        float high, msk_batch batch) {
  MSK_DISPATCH(isa, gemv_batch, y, x, w, init, element, depth, columns, low, high, batch)
}

#else

/// Vectors in a block of weights; see `msk_gemv_width`. Sums in registers: as many vectors.
#if MSK_REGISTERS == 32
#define MSK_VECTORS 16
#define MSK_SUMS 16
#else
#define MSK_VECTORS 8
#define MSK_SUMS 8
#endif

typedef struct {
  const float *x, *init;
  const void *w;
  float *y;
  /// Vectors of the whole block; columns left from here on.
  ptrdiff_t depth, vectors, count;
  vec low, high;
  ptrdiff_t stride;
} MSK_NAME(rows);

/// `width` vectors of a block, in `windows` rows.
MSK_INLINE void MSK_NAME(tile)(const int windows, const int ways, const int width,
                               const msk_element element, const MSK_NAME(rows) r) {
  vec sum[4][8][4];  // window, way, vector
  MSK_UNROLL for (int v = 0; v < width; v++) {
    vec first = v_fill(0.0f);
    const ptrdiff_t left = r.count - v * MSK_LANES;
    if (r.init) {
      const float *from = r.init + v * MSK_LANES;
      first = left < MSK_LANES ? v_load_n(from, left) : v_load(from);
    }
    MSK_UNROLL for (int n = 0; n < windows; n++) {
      sum[n][0][v] = first;
      MSK_UNROLL for (int j = 1; j < ways; j++) sum[n][j][v] = v_fill(0.0f);
    }
  }
  ptrdiff_t k = 0;
  for (; k + ways <= r.depth;) {
    MSK_UNROLL for (int j = 0; j < ways; j++, k++) {
      vec column[4];
      MSK_UNROLL for (int v = 0; v < width; v++) {
        column[v] = v_load_as(element, r.w, (k * r.vectors + v) * MSK_LANES);
      }
      MSK_UNROLL for (int n = 0; n < windows; n++) {
        const vec a = v_fill(r.x[n * r.stride + k]);
        MSK_UNROLL for (int v = 0; v < width; v++) sum[n][j][v] = v_fma(a, column[v], sum[n][j][v]);
      }
    }
  }
  for (; k < r.depth; k++) {
    MSK_UNROLL for (int n = 0; n < windows; n++) {
      const vec a = v_fill(r.x[n * r.stride + k]);
      MSK_UNROLL for (int v = 0; v < width; v++) {
        const vec column = v_load_as(element, r.w, (k * r.vectors + v) * MSK_LANES);
        sum[n][0][v] = v_fma(a, column, sum[n][0][v]);
      }
    }
  }
  MSK_UNROLL for (int n = 0; n < windows; n++) {
    MSK_UNROLL for (int v = 0; v < width; v++) {
      MSK_UNROLL for (int step = ways / 2; step > 0; step /= 2) {
        MSK_UNROLL for (int j = 0; j < step; j++) sum[n][j][v] += sum[n][j + step][v];
      }
      const vec result = v_clamp(sum[n][0][v], r.low, r.high);
      const ptrdiff_t left = r.count - v * MSK_LANES;
      float *to = r.y + n * r.stride + v * MSK_LANES;
      if (left < MSK_LANES) {
        v_store_n(to, result, left);
      } else {
        v_store(to, result);
      }
    }
  }
}

/// A block in `windows` rows; as many ways side by side as a row alone takes.
MSK_INLINE void MSK_NAME(block)(const int windows, const int ways, const int width,
                                const msk_element element, MSK_NAME(rows) r) {
  for (ptrdiff_t v = 0; v < r.vectors;) {
    const bool isWhole = v + width <= r.vectors;
    if (isWhole) {
      MSK_NAME(tile)(windows, ways, width, element, r);
    } else {
      MSK_NAME(tile)(windows, ways, 1, element, r);
    }
    const ptrdiff_t step = isWhole ? width : 1, columns = step * MSK_LANES;
    v += step;
    r.y += columns;
    r.count -= columns;
    r.w = (const char *)r.w + columns * msk_byte_count(element);
    r.init = r.init ? r.init + columns : 0;
  }
}

MSK_INLINE void MSK_NAME(all_rows)(const int ways, const int width, const msk_element element,
                                   MSK_NAME(rows) r, ptrdiff_t count) {
  const int most = MSK_SUMS / ways / width, windows = most > 4 ? 4 : most < 1 ? 1 : most;
  ptrdiff_t n = 0;
  for (; n + windows <= count; n += windows, r.x += windows * r.stride, r.y += windows * r.stride) {
    MSK_NAME(block)(windows, ways, width, element, r);
  }
  for (; n < count; n++, r.x += r.stride, r.y += r.stride) {
    MSK_NAME(block)(1, ways, width, element, r);
  }
}

MSK_INLINE void MSK_NAME(gemv_batch_of)(const msk_element element, float *y, const float *x,
                                        const void *w, const float *init, ptrdiff_t depth,
                                        ptrdiff_t columns, vec low, vec high, msk_batch batch) {
  const ptrdiff_t width = MSK_VECTORS * MSK_LANES;
  for (ptrdiff_t first = 0; first < columns; first += width) {
    const ptrdiff_t count = msk_minimum_of(width, columns - first);
    const MSK_NAME(rows) r = {
        .x = x, .y = y + first, .init = init ? init + first : 0,
        .w = (const char *)w + first * depth * msk_byte_count(element), .depth = depth,
        .vectors = (count + MSK_LANES - 1) / MSK_LANES, .count = count, .low = low, .high = high,
        .stride = batch.stride,
    };
    // As in `strip` of "f32_gemv.c".
    if (r.vectors >= 8) {
      MSK_NAME(all_rows)(1, 4, element, r, batch.count);
    } else if (r.vectors >= 4) {
      MSK_NAME(all_rows)(2, 2, element, r, batch.count);
    } else if (r.vectors >= 2) {
      MSK_NAME(all_rows)(4, 1, element, r, batch.count);
    } else {
      MSK_NAME(all_rows)(8, 1, element, r, batch.count);
    }
  }
}

static void MSK_NAME(gemv_batch)(float *y, const float *x, const void *w, const float *init,
                                 msk_element element, ptrdiff_t depth, ptrdiff_t columns,
                                 float low, float high, msk_batch batch) {
  if (element == msk_element_f16) {
    MSK_NAME(gemv_batch_of)(msk_element_f16, y, x, w, init, depth, columns, v_fill(low),
                            v_fill(high), batch);
  } else {
    MSK_NAME(gemv_batch_of)(msk_element_f32, y, x, w, init, depth, columns, v_fill(low),
                            v_fill(high), batch);
  }
}

#undef MSK_VECTORS
#undef MSK_SUMS
#endif
