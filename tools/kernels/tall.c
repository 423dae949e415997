// SPDX-License-Identifier: Apache-2.0
//
// Products of so many rows that every instruction set has tiles of all its heights.
#include "kernels.h"

static const int counts[] = {7, 11, 13, 14, 29};

/// Rows of `columns` as the result, one after the other.
static void tall(msk_element element, int rows, int columns) {
  const ptrdiff_t lanes = msk_lanes(isa), padded = (columns + lanes - 1) / lanes * lanes;
  const void *weights = element == msk_element_f16 ? (const void *)halves : fb;
  msk_gemm gemm = {.rows = rows, .columns = columns, .segments = 1, .length = 9, .x_stride = 10,
                   .y_stride = columns, .low = -0.9f, .high = 2, .element = element};
  start(40);
  msk_pack(element, packed, weights, 0, columns, 9, 1, padded, 9, msk_gemm_width(isa));
  msk_f32_gemm(isa, Y, fa, packed, fc, 0, gemm);
  end("tall_gemm", 2 * columns + (int)element, 'f', rows * columns);
  gemm.rows = 2 * rows;
  start(40);
  msk_f32_gemm_pooled(isa, Y, fa, packed, fc, 0, fb, fc + 200, gemm);
  end("tall_gemm_pooled", 2 * columns + (int)element, 'f', rows * columns);
}

/// The same of integers, exact in 32 bits; depths of one, two and four neighbours with rests.
static void tall_integers(msk_integer x, int rows, int columns, int length) {
  static int32_t shifted[1024];
  static int64_t wide[1024];
  static msk_scale scales[1024];
  start(41);
  msk_int_pack(isa, x, (int8_t *)packed, sb, 0, columns, 1, length);
  for (int c = 0; c < columns; c++) {
    int32_t sum = 0;
    for (int k = 0; k < length; k++) sum += sb[c * length + k];
    shifted[c] = ints[c] - msk_int_offset(isa, x) * sum;
    wide[c] = 10 * (int64_t)ints[c];
    scales[c] = (msk_scale){(1 << 30) + c * 100003, -5 - c % 4};
  }
  const bool is8 = x == msk_integer_s8;
  const msk_integer_gemm shape = {
      .rows = rows, .columns = columns, .segments = 1, .length = length, .x_stride = length,
      .y_stride = columns, .x = x,
      .y = {.type = x, .zero = is8 ? -5 : 0, .low = is8 ? -100 : -32768, .high = is8 ? 127 : 32767,
            .wide = !is8}};
  const void *rows_of = is8 ? (const void *)sa : ha;
  msk_int_gemm(isa, Y, rows_of, (int8_t *)packed, is8 ? (const void *)shifted : wide, scales, 0,
               shape);
  end("tall_int_gemm", 2 * columns + (int)x, is8 ? '1' : '2', rows * columns);
}

void tall_products(int n) {
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
    tall(msk_element_f32, counts[i], n);
    tall(msk_element_f16, counts[i], n);
    tall_integers(msk_integer_s8, counts[i], n, 31);
    tall_integers(msk_integer_s16, counts[i], n, 31);
  }
  tall_integers(msk_integer_s8, 1, n, 64);
  tall_integers(msk_integer_s16, 1, n, 64);
}
