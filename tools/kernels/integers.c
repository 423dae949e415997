// SPDX-License-Identifier: Apache-2.0
#include "kernels.h"

static msk_scale scales[1024];

static void scale_columns(int count) {
  for (int i = 0; i < count; i++) scales[i] = (msk_scale){(1 << 30) + i * 100003, -6 - i % 4};
}

/// Packs rows of `sb` and gives the biases that go with them.
static const int32_t *pack_int(msk_integer x, int columns, int segments, int length) {
  static int32_t shifted[1024];
  if (msk_int_packed_size(isa, x, columns, segments, length) > (ptrdiff_t)sizeof packed) {
    die("weights are too large");
  }
  msk_int_pack(isa, x, (int8_t *)packed, sb, 0, columns, segments, length);
  const int depth = segments * length;
  for (int c = 0; c < columns; c++) {
    int32_t sum = 0;
    for (int k = 0; k < depth; k++) sum += sb[c * depth + k];
    shifted[c] = ints[c] - msk_int_offset(isa, x) * sum;
  }
  return shifted;
}

void integer_products(int n) {
  const int32_t offsets[2] = {0, 40};
  const msk_integer_result to8 = {.type = msk_integer_s8, .zero = -5, .low = -100, .high = 127};
  const msk_axis one = {.extent = 1};
  scale_columns(n);
  start(18);
  const int32_t *bias = pack_int(msk_integer_s8, n, 2, 11);
  msk_int_gemm(isa, Y, sa, (int8_t *)packed, bias, scales, offsets,
               (msk_integer_gemm){.rows = 5, .columns = n, .segments = 2, .length = 11,
                                  .x_stride = 7, .y_stride = n, .x = msk_integer_s8, .y = to8});
  end("int_gemm", n, '1', 5 * n);
  start(18);
  bias = pack_int(msk_integer_s8, n, 2, 11);
  msk_int_gemm_pooled(isa, Y, sa, (int8_t *)packed, bias, scales, offsets,
                      (msk_integer_gemm){.rows = 6, .columns = n, .segments = 2, .length = 11,
                                         .x_stride = 7, .y_stride = n, .x = msk_integer_s8,
                                         .y = to8},
                      (msk_integer_epilogue){.w = sb, .bias = ints, .scales = scales, .y = to8});
  end("int_gemm_pooled", n, '1', 3 * n);
  start(19);
  msk_int_depthwise(isa, Y, sa, sb, ints, scales,
                    (msk_integer_depthwise){.height = 3, .width = 4, .channels = n,
                                            .kernel_height = 2, .kernel_width = 3,
                                            .stride_y = 9 * n, .stride_x = n, .step_y = 9 * n,
                                            .step_x = n, .x = msk_integer_s8, .y = to8});
  end("int_depthwise", n, '1', 12 * n);
  start(20);
  msk_int_transposed(isa, Y, sa, sb, ints, scales,
                     (msk_integer_scatter){.in_height = 2, .in_width = 3, .channels = 4,
                                           .out_height = 4, .out_width = 5, .filters = n,
                                           .kernel_height = 2, .kernel_width = 3,
                                           .stride_height = 2, .stride_width = 2,
                                           .before_width = 1, .x = msk_integer_s8, .x_zero = 3,
                                           .y = to8});
  end("int_transposed", n, '1', 20 * n);
  start(21);
  msk_int_matmul(Y, sa, sb, 3, -4, (msk_scale){1 << 30, -5}, &one, 1,
                 (msk_matmul){.rows = 5, .columns = n, .depth = 9, .a_row = 9, .a_depth = 1,
                              .b_depth = n, .b_column = 1},
                 msk_integer_s8, to8);
  end("int_matmul", n, '1', 5 * n);
  start(22);
  for (int i = 0; i < n; i++) ints[i] *= 100;
  msk_int_finish(isa, Y, ints, n, 9, (msk_scale){1 << 30, -9}, msk_integer_s8, 4);
  end("int_finish", n, '1', n);
  start(23);
  const msk_rescaling rescaling = {.x = msk_integer_s16, .x_zero = 7, .y = msk_integer_s8,
                                   .zero = -3, .low = -128, .high = 127, .positive = {1 << 30, -6},
                                   .negative = {1200000000, -8}, .sign = -1};
  msk_int_rescale(isa, Y, ha, n, rescaling);
  end("int_rescale", n, '1', n);
  start(24);
  msk_quantize(isa, Y, fa, n, msk_integer_s8, 0.01f, 3);
  end("quantize", n, '1', n);
  start(24);
  msk_dequantize(isa, Y, sa, n, msk_integer_s8, 0.01f, 3);
  end("dequantize", n, 'f', n);

  if (n > 40) return;
  start(25);
  for (int i = 0; i < 4 * n; i++) scales[i] = (msk_scale){(1 << 30) + i / n * 100003, -2};
  bias = pack_int(msk_integer_s8, 4 * n, 1, n);
  const msk_integer_recurrent layer = {.time = 3, .units = n, .sequence = true, .state_zero = -3,
                                       .cell_bits = 3, .cell_clip = 9000,
                                       .hidden = {1 << 30, -21}, .hidden_zero = 5};
  void *space = exact(27 * n, filler);
  msk_s8_lstm(isa, Y, ha, (int8_t *)packed, bias, scales, space, layer);
  end("s8_lstm", n, '1', 3 * n);
  start(25);
  bias = pack_int(msk_integer_s8, 4 * n, 1, n);
  space = exact(27 * n, filler);
  int8_t *state = exact(3 * n, 0);
  memset(state + 2 * n, layer.state_zero, (size_t)n);
  for (int call = 0; call < 2; call++) {
    msk_s8_lstm_resume(isa, Y, ha, (int8_t *)packed, bias, scales, state, space, layer);
  }
  end("s8_lstm_resume", n, '1', 3 * n);

  start(25);
  for (int i = 0; i < 4 * n; i++) scales[i] = (msk_scale){(1 << 30) + i / n * 100003, -2};
  bias = pack_int(msk_integer_s8, 4 * n, 1, n);
  space = exact(4 * 2 * 512 + 27 * n, filler);
  msk_s8_lstm_batch(isa, Y, ha, (int8_t *)packed, bias, scales, space, layer, (msk_batch){3, 512});
  end("s8_lstm_batch", n, '1', 2 * 2048 + 3 * n);
}

void hybrid(int n) {
  static int8_t rows[2048];
  static float row_scales[16], column_scales[512];
  static int32_t zeros[16], sums[512];
  for (int asymmetric = 0; asymmetric < 2; asymmetric++) {
    start(26);
    msk_hybrid_quantize(isa, Y, row_scales, zeros, fa, 4, n, asymmetric);
    memcpy(rows, result, (size_t)(4 * n));
    end("hybrid_quantize", 2 * n + asymmetric, '1', 4 * n);
    start(26);
    static float window_scales[16];
    static int32_t window_zeros[16];
    msk_hybrid_quantize_windows(isa, Y, window_scales, window_zeros, fa,
                                (msk_hybrid_windows){.rows = 4, .length = n, .stride = n / 2 + 1,
                                                     .before = n / 3, .count = 3 * (n / 2 + 1),
                                                     .asymmetric = asymmetric});
    end("hybrid_quantize_windows", 2 * n + asymmetric, '1', 4 * n);
    start(27);
    msk_int_pack(isa, msk_integer_s8, (int8_t *)packed, sb, 0, 21, 1, n);
    for (int c = 0; c < 21; c++) {
      column_scales[c] = 0.01f + 0.001f * (float)c;
      sums[c] = 0;
      for (int k = 0; k < n; k++) sums[c] += sb[c * n + k];
    }
    msk_hybrid_product(isa, Y, rows, row_scales, zeros, (int8_t *)packed, sums, column_scales, fc,
                       0, (msk_hybrid_gemm){.rows = 4, .columns = 21, .segments = 1, .length = n,
                                            .x_stride = n, .y_stride = 21, .row_step = 1,
                                            .low = -INFINITY, .high = INFINITY});
    end("hybrid_product", 2 * n + asymmetric, 'f', 4 * 21);
  }
  start(28);
  msk_hybrid_depthwise_product(Y, sa, 0.01f, 3, sb, fb, fc,
                               (msk_hybrid_depthwise){.height = 3, .width = 4, .channels = n,
                                                      .kernel_height = 2, .kernel_width = 3,
                                                      .stride_y = 9 * n, .stride_x = n,
                                                      .step_y = 9 * n, .step_x = n, .low = -9,
                                                      .high = 9});
  end("hybrid_depthwise", n, 'f', 12 * n);

  if (n > 40) return;
  static int32_t order[512];
  const ptrdiff_t lanes = msk_lanes(isa), padded = padded_of(n);
  const msk_function act = {.code = msk_tanh}, gate = {.code = msk_sigmoid};
  const msk_recurrent layer = {.time = 3, .units = n, .sequence = true, .element = msk_element_s8};
  start(29);
  for (ptrdiff_t column = 0; column < 4 * padded; column++) {
    const ptrdiff_t unit = column / (4 * lanes) * lanes + column % lanes;
    const ptrdiff_t row = column / lanes % 4 * n + unit;
    order[column] = unit < n ? (int32_t)row : -1;
    sums[column] = 0;
    column_scales[column] = unit < n ? 0.002f : 0;
    for (ptrdiff_t k = 0; unit < n && k < n; k++) sums[column] += sb[row * n + k];
  }
  msk_int_pack(isa, msk_integer_s8, (int8_t *)packed, sb, order, 4 * padded, 1, n);
  msk_hybrid_lstm(isa, Y, shares(4, n, 3, 1, 0), (int8_t *)packed, sums, column_scales,
                  exact(20 * padded + n, filler), act, gate, 0, true, layer);
  end("hybrid_lstm", n, 'f', 3 * n);
  start(29);
  msk_int_pack(isa, msk_integer_s8, (int8_t *)packed, sb, order, 4 * padded, 1, n);
  const float *xs = shares(4, n, 3, 1, 0);
  float *state = exact(8 * padded, 0), *space = exact(20 * padded + n, filler);
  for (int call = 0; call < 2; call++) {
    msk_hybrid_lstm_resume(isa, Y, xs, (int8_t *)packed, sums, column_scales, state, space, act,
                           gate, 0, true, layer);
  }
  end("hybrid_lstm_resume", n, 'f', 3 * n);

  start(29);
  msk_int_pack(isa, msk_integer_s8, (int8_t *)packed, sb, order, 4 * padded, 1, n);
  msk_hybrid_lstm_batch(isa, Y, shares(4, n, 3, 3, 1024), (int8_t *)packed, sums, column_scales,
                        exact(4 * 2 * 1024 + 20 * padded + n, filler), act, gate, 0, true, layer,
                        (msk_batch){3, 1024});
  end("hybrid_lstm_batch", n, 'f', 2 * 1024 + 3 * n);
}
