// SPDX-License-Identifier: Apache-2.0
#include "kernels.h"

static const void *weights(msk_element element, const float *f32) {
  return element == msk_element_f16 ? (const void *)halves : f32;
}

void products(int n) {
  for (msk_element element = msk_element_f32; element <= msk_element_f16; element++) {
    const ptrdiff_t lanes = msk_lanes(isa), padded = (n + lanes - 1) / lanes * lanes;
    const ptrdiff_t depth = 2 * 11;
    const int32_t offsets[2] = {0, 40};
    msk_gemm gemm = {.rows = 6, .columns = n, .segments = 2, .length = 11, .x_stride = 7,
                     .y_stride = n, .low = -0.9f, .high = 2, .element = element};
    start(1);
    msk_pack(element, packed, weights(element, fb), 0, n, depth, 1, padded, depth,
             msk_gemm_width(isa));
    msk_f32_gemm(isa, Y, fa, packed, fc, offsets, gemm);
    end("gemm", 2 * n + (int)element, 'f', 6 * n);
    start(1);
    msk_f32_gemm_pooled(isa, Y, fa, packed, fc, offsets, fb, fc + 200, gemm);
    end("gemm_pooled", 2 * n + (int)element, 'f', 3 * n);
    start(2);
    msk_pack(element, packed, weights(element, fb), 0, n, depth, 1, padded, depth,
             msk_gemv_width(isa));
    msk_f32_gemv(isa, Y, fa, packed, fc, element, depth, n, -1, 1, n % 2);
    end("gemv", 2 * n + (int)element, 'f', n);
    start(2);
    msk_pack(element, packed, weights(element, fb), 0, n, depth, 1, padded, depth,
             msk_gemv_width(isa));
    msk_f32_gemv_batch(isa, Y, fa, packed, fc, element, depth, n, -1, 1, (msk_batch){3, 128});
    end("gemv_batch", 2 * n + (int)element, 'f', 2 * 128 + n);
    start(3);
    msk_depthwise depthwise = {.height = 3, .width = 4, .channels = n, .kernel_height = 2,
                               .kernel_width = 3, .stride_y = 9 * n, .stride_x = n,
                               .step_y = 9 * n, .step_x = n, .low = -1, .high = 1,
                               .element = element};
    msk_f32_depthwise(isa, Y, fa, weights(element, fb), fc, depthwise);
    end("depthwise", 2 * n + (int)element, 'f', 12 * n);
  }
  start(4);
  msk_scatter scatter = {.in_height = 2, .in_width = 3, .out_height = 4, .out_width = 5,
                         .filters = n, .kernel_height = 2, .kernel_width = 3, .stride_height = 2,
                         .stride_width = 2, .before_width = 1, .low = -1, .high = 1};
  msk_f32_scatter(isa, Y, fa, fb, scatter);
  end("scatter", n, 'f', 20 * n);
  start(5);
  const msk_axis one = {.extent = 1, .y = 0, .a = 0, .b = 0};
  msk_f32_matmul(isa, Y, fa, fb, scratch, &one, 1,
                 (msk_matmul){.rows = 5, .columns = n, .depth = 9, .a_row = 1, .a_depth = 5,
                              .b_depth = 1, .b_column = 9});
  end("matmul", n, 'f', 5 * n);
}

/// Packs matrices of `gates`, interleaved by vectors; `stride` is a row's.
static ptrdiff_t pack_gates(float *to, msk_element element, int gates, int units, int first) {
  static int32_t rows[2048];
  const ptrdiff_t lanes = msk_lanes(isa), padded = (units + lanes - 1) / lanes * lanes;
  for (ptrdiff_t g = 0; g < gates; g++) {
    for (ptrdiff_t u = 0; u < padded; u++) {
      rows[u / lanes * gates * lanes + g * lanes + u % lanes] =
          u < units ? (int32_t)((first + g) * units + u) : -1;
    }
  }
  msk_pack(element, to, weights(element, fb), rows, 4 * units, units, 1, gates * padded, units,
           msk_gemv_width(isa));
  return padded;
}

float *shares(int gates, int units, int time) {
  static float xs[4096];
  const ptrdiff_t lanes = msk_lanes(isa), padded = (units + lanes - 1) / lanes * lanes;
  memset(xs, 0, sizeof xs);
  for (ptrdiff_t t = 0; t < time; t++) {
    for (ptrdiff_t g = 0; g < gates; g++) {
      for (ptrdiff_t u = 0; u < units; u++) {
        xs[t * gates * padded + u / lanes * gates * lanes + g * lanes + u % lanes] =
            fa[(t * gates + g) * units + u];
      }
    }
  }
  return xs;
}

void recurrent(int units) {
  static _Alignas(64) float other[1 << 13], state[64];
  const msk_function act = {.code = msk_tanh}, gate = {.code = msk_sigmoid};
  for (msk_element element = msk_element_f32; element <= msk_element_f16; element++) {
    const int number = 2 * units + (int)element, count = 3 * units;
    const msk_recurrent shape = {.time = 3, .units = units, .sequence = true, .element = element};
    start(6);
    pack_gates(packed, element, 4, units, 0);
    msk_f32_lstm(isa, Y, shares(4, units, 3), packed, scratch, act, gate, 0.5f, shape);
    end("lstm", number, 'f', count);
    start(6);
    pack_gates(packed, element, 4, units, 0);
    float *windows = shares(4, units, 3);
    for (int i = 0; i < 1024; i++) {
      windows[1024 + i] = 0.5f * windows[i];
      windows[2048 + i] = -windows[i];
    }
    msk_f32_lstm_batch(isa, Y, windows, packed, scratch, act, gate, 0.5f, shape,
                       (msk_batch){3, 1024});
    end("lstm_batch", number, 'f', 2 * 1024 + count);
    start(6);
    pack_gates(packed, element, 4, units, 0);
    memset(other, 0, sizeof other);
    for (int call = 0; call < 2; call++) {
      msk_f32_lstm_resume(isa, Y, shares(4, units, 3), packed, other, scratch, act, gate, 0.5f,
                          shape);
    }
    end("lstm_resume", number, 'f', count);
    start(7);
    pack_gates(packed, element, 3, units, 0);
    float *xs = shares(3, units, 3);
    memcpy(other, xs, 4 * 3 * (size_t)(units + 16));
    msk_f32_gru_after(isa, Y, xs, packed, other, scratch, act, gate, shape);
    end("gru_after", number, 'f', count);
    start(7);
    memset(state, 0, sizeof state);
    pack_gates(packed, element, 3, units, 0);
    for (int call = 0; call < 2; call++) {
      msk_f32_gru_after_resume(isa, Y, xs, packed, other, state, scratch, act, gate, shape);
    }
    end("gru_after_resume", number, 'f', count);
    start(8);
    pack_gates(packed, element, 2, units, 0);
    pack_gates(other, element, 1, units, 2);
    msk_f32_gru_before(isa, Y, shares(3, units, 3), packed, other, scratch, act, gate, shape);
    end("gru_before", number, 'f', count);
    start(8);
    memset(state, 0, sizeof state);
    pack_gates(packed, element, 2, units, 0);
    for (int call = 0; call < 2; call++) {
      msk_f32_gru_before_resume(isa, Y, shares(3, units, 3), packed, other, state, scratch, act,
                                gate, shape);
    }
    end("gru_before_resume", number, 'f', count);
    start(9);
    pack_gates(packed, element, 1, units, 0);
    msk_f32_rnn(isa, Y, shares(1, units, 3), packed, scratch, act, shape);
    end("rnn", number, 'f', count);
    start(9);
    memset(state, 0, sizeof state);
    pack_gates(packed, element, 1, units, 0);
    for (int call = 0; call < 2; call++) {
      msk_f32_rnn_resume(isa, Y, shares(1, units, 3), packed, state, scratch, act, shape);
    }
    end("rnn_resume", number, 'f', count);
  }
}
