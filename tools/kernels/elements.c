// SPDX-License-Identifier: Apache-2.0
#include "kernels.h"

void elements(int n) {
  for (msk_code code = msk_linear; code <= msk_reciprocal_square_root; code++) {
    start(10);
    for (int i = 0; i < n; i++) fa[i] *= 4;
    msk_f32_map(isa, Y, fa, n, (msk_function){code, 0.75f, 1.25f, 0.1f});
    end("map", 100 * n + (int)code, 'f', n);
  }
  const msk_axis line = {.extent = n, .y = 1, .a = 1, .b = n % 2, .c = 1};
  for (msk_pair pair = msk_add; pair <= msk_parametric_relu; pair++) {
    start(11);
    fa[n / 2] = NAN;
    msk_f32_binary(isa, Y, fa, fb, pair, &line, 1, -0.5f, 2);
    end("binary", 100 * n + (int)pair, 'f', n);
    const bool is_condition = pair >= msk_less && pair <= msk_greater_or_equal;
    for (msk_integer type = msk_integer_s8; type <= msk_integer_s16; type++) {
      start(12);
      const bool is8 = type == msk_integer_s8;
      const msk_integer_pair f = {
          .pair = pair, .x = type, .y = type, .a_zero = is8 ? 3 : 0, .b_zero = is8 ? -7 : 0,
          .zero = is8 ? 11 : 0, .shift = 10, .a = {1 << 30, -1}, .b = {1300000000, -2},
          .result = {1500000000, -9}, .low = -120, .high = 120};
      msk_int_binary(isa, Y, is8 ? (void *)sa : ha, is8 ? (void *)sb : ha + 200, f, &line, 1);
      end("int_binary", 100 * n + 2 * (int)pair + (int)type,
          is_condition ? 'f' : is8 ? '1' : '2', n);
    }
  }
  start(13);
  msk_f32_scale_shift(isa, Y, fa, fb, fc, 3, n);
  end("scale_shift", n, 'f', 3 * n);
  start(14);
  msk_f32_softmax(isa, Y, fa, 3, n, 1.5f);
  end("softmax", n, 'f', 3 * n);
  start(14);
  msk_f32_log_softmax(isa, Y, fa, 3, n);
  end("log_softmax", n, 'f', 3 * n);
  for (msk_reduction f = msk_reduce_sum; f <= msk_reduce_minimum; f++) {
    const msk_axis across[2] = {{.extent = 3, .a = n}, {.extent = n, .y = 1, .a = 1}};
    start(15);
    msk_f32_reduce(isa, Y, fa, f, across, 2, n, 3);
    end("reduce", 3 * n + (int)f, 'f', n);
    start(15);
    msk_int_reduce(isa, Y, ha, msk_integer_s16, f, across, 2, n);
    end("int_reduce", 3 * n + (int)f, '4', n);
  }
  for (int average = 0; average < 2; average++) {
    start(16);
    msk_f32_pool(isa, Y, fa,
                 (msk_pool){.in_height = 4, .in_width = 5, .channels = n, .out_height = 2,
                            .out_width = 3, .size_height = 3, .size_width = 2, .stride_height = 2,
                            .stride_width = 2, .before_height = 1, .average = average,
                            .low = -0.9f, .high = 0.9f});
    end("pool", 2 * n + average, 'f', 6 * n);
    start(16);
    msk_int_pool(isa, Y, sa,
                 (msk_integer_pool){.in_height = 4, .in_width = 5, .channels = n, .out_height = 2,
                                    .out_width = 3, .size_height = 3, .size_width = 2,
                                    .stride_height = 2, .stride_width = 2, .before_height = 1,
                                    .average = average, .type = msk_integer_s8, .low = -100,
                                    .high = 100});
    end("int_pool", 2 * n + average, '1', 6 * n);
  }
}

void movement(int n) {
  const msk_axis turned[2] = {{.extent = 3, .y = n, .a = 1, .b = 3, .c = 5},
                              {.extent = n, .y = 1, .a = 3, .b = 1, .c = 2}};
  start(17);
  msk_copy(Y, fa, 4, turned, 2);
  end("copy", n, 'f', 3 * n);
  start(17);
  for (int i = 0; i < 4 * n; i += 3) fa[i] = 0;
  msk_select(Y, fa, fb, fc, 4, turned, 2);
  end("select", n, 'f', 3 * n);
  start(17);
  msk_f32_fill(Y, n, 1.5f);
  end("f32_fill", n, 'f', n);
  start(17);
  msk_fill(Y, 2, n, 0x1234);
  end("fill", n, '2', n);
}

void integer_functions(int n) {
  static int8_t table[256];
  static int32_t powers[256];
  static int16_t soft[1026];
  static uint16_t sigmoid[256];
  msk_s8_softmax_table(powers, (msk_scale){1 << 30, 22}, -200);
  msk_s16_softmax_tables(soft);
  msk_s16_sigmoid_table(sigmoid);
  for (int i = 0; i < 256; i++) table[i] = (int8_t)(i * 7);
  start(30), msk_s8_lookup(isa, Y, sa, n, table), end("s8_lookup", n, '1', n);
  start(30), msk_s16_fixed_logistic(isa, Y, ha, n), end("fixed_logistic", n, '2', n);
  for (int bits = 0; bits <= 6; bits++) {
    start(30), msk_s16_fixed_tanh(isa, Y, ha, n, bits), end("fixed_tanh", 7 * n + bits, '2', n);
  }
  start(30), msk_s16_logistic(Y, ha, n, 30000, 15, sigmoid), end("s16_logistic", n, '2', n);
  start(30), msk_s16_tanh(Y, ha, n, 30000, 15, sigmoid), end("s16_tanh", n, '2', n);
  start(31), msk_s8_softmax(isa, Y, sa, 3, n, powers), end("s8_softmax", n, '1', 3 * n);
  start(31);
  msk_s8_log_softmax(Y, sa, 3, n, (msk_scale){1 << 30, 22}, (msk_scale){1 << 30, -21}, -200);
  end("s8_log_softmax", n, '1', 3 * n);
  start(31);
  msk_s16_softmax(Y, ha, 3, n, (msk_scale){1 << 30, 0}, soft);
  end("s16_softmax", n, '2', 3 * n);
}

void tables(void) {
  const msk_affine x = {0.05f, -3}, y = {0.01f, 7};
  const msk_code codes[] = {msk_tanh, msk_sigmoid, msk_elu, msk_exp, msk_log, msk_gelu,
                            msk_gelu_tanh};
  for (int i = 0; i < 7; i++) {
    start(32), msk_s8_table(Y, codes[i], x, y), end("s8_table", i, '1', 256);
  }
  start(32);
  msk_s8_hard_swish_table(Y, x, y, (msk_scale){1 << 30, 0}, (msk_scale){1 << 30, 3});
  end("hard_swish_table", 0, '1', 256);
  start(32);
  msk_s8_reciprocal_square_root_table(Y, (msk_affine){0.05f, -128}, y, (msk_scale){1 << 30, -1});
  end("reciprocal_square_root_table", 0, '1', 256);
  start(32);
  msk_s8_rescaling_table(Y, (msk_rescaling){.x = msk_integer_s8, .x_zero = 7, .y = msk_integer_s8,
                                            .zero = -3, .low = -128, .high = 127,
                                            .positive = {1 << 30, 0}, .negative = {1 << 30, -2},
                                            .sign = 1});
  end("rescaling_table", 0, '1', 256);
  start(32), msk_s8_softmax_table(Y, (msk_scale){1 << 30, 22}, -200);
  end("softmax_table", 0, '4', 256);
  start(32), msk_s16_softmax_tables(Y), end("softmax_tables", 0, '2', 1026);
  start(32), msk_s16_sigmoid_table(Y), end("sigmoid_table", 0, '2', 256);
  start(32);
  for (int i = 0; i < 256; i++) ((int32_t *)Y)[i] = msk_quantized(3 * fa[i], msk_integer_s8, y);
  end("quantized", 0, '4', 256);
}
