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

ptrdiff_t padded_of(int units) {
  const ptrdiff_t lanes = msk_lanes(isa);
  return (units + lanes - 1) / lanes * lanes;
}

/// Scratch memory, or with `value` 0 a state, of so many vectors of all units.
static float *vectors(ptrdiff_t count, int units, int value) {
  return exact(4 * count * padded_of(units), value);
}

/// Packs matrices of `gates`, interleaved by vectors, until the case ends.
static const void *pack_gates(msk_element element, int gates, int units, int first) {
  static int32_t rows[2048];
  const ptrdiff_t lanes = msk_lanes(isa), padded = padded_of(units);
  for (ptrdiff_t g = 0; g < gates; g++) {
    for (ptrdiff_t u = 0; u < padded; u++) {
      rows[u / lanes * gates * lanes + g * lanes + u % lanes] =
          u < units ? (int32_t)((first + g) * units + u) : -1;
    }
  }
  void *to = exact((element == msk_element_f16 ? 2 : 4) * gates * padded * units, filler);
  msk_pack(element, to, weights(element, fb), rows, 4 * units, units, 1, gates * padded, units,
           msk_gemv_width(isa));
  return to;
}

float *shares(int gates, int units, int time, int windows, ptrdiff_t stride) {
  const float factors[] = {1, 0.5f, -1};
  const ptrdiff_t lanes = msk_lanes(isa), padded = padded_of(units);
  float *xs = exact(4 * ((windows - 1) * stride + time * gates * padded), 0);
  for (ptrdiff_t n = 0; n < windows; n++) {
    for (ptrdiff_t row = 0; row < time * gates; row++) {
      float *to = xs + n * stride + row / gates * gates * padded + row % gates * lanes;
      for (ptrdiff_t u = 0; u < units; u++) {
        to[u / lanes * gates * lanes + u % lanes] = factors[n] * fa[row * units + u];
      }
    }
  }
  return xs;
}

/// The share of three steps of a window.
static const float *inputs(int gates, int units) { return shares(gates, units, 3, 1, 0); }

void recurrent(int units) {
  const msk_function act = {.code = msk_tanh}, gate = {.code = msk_sigmoid};
  const ptrdiff_t stride = 1024;
  for (msk_element element = msk_element_f32; element <= msk_element_f16; element++) {
    const int number = 2 * units + (int)element, count = 3 * units;
    const msk_recurrent shape = {.time = 3, .units = units, .sequence = true, .element = element};
    start(6);
    msk_f32_lstm(isa, Y, inputs(4, units), pack_gates(element, 4, units, 0),
                 vectors(5, units, filler), act, gate, 0.5f, shape);
    end("lstm", number, 'f', count);
    start(6);
    float *all = exact(4 * (2 * stride + 5 * padded_of(units)), filler);
    msk_f32_lstm_batch(isa, Y, shares(4, units, 3, 3, stride), pack_gates(element, 4, units, 0),
                       all, act, gate, 0.5f, shape, (msk_batch){3, stride});
    end("lstm_batch", number, 'f', 2 * stride + count);
    start(6);
    const float *xs = inputs(4, units);
    const void *w = pack_gates(element, 4, units, 0);
    float *state = vectors(2, units, 0), *space = vectors(5, units, filler);
    for (int call = 0; call < 2; call++) {
      msk_f32_lstm_resume(isa, Y, xs, w, state, space, act, gate, 0.5f, shape);
    }
    end("lstm_resume", number, 'f', count);
    start(7);
    xs = inputs(3, units);
    // The bias is of the size of a step's share.
    msk_f32_gru_after(isa, Y, xs, pack_gates(element, 3, units, 0), shares(3, units, 1, 1, 0),
                      vectors(3, units, filler), act, gate, shape);
    end("gru_after", number, 'f', count);
    start(7);
    xs = inputs(3, units);
    w = pack_gates(element, 3, units, 0);
    const float *bias = shares(3, units, 1, 1, 0);
    state = vectors(1, units, 0);
    space = vectors(3, units, filler);
    for (int call = 0; call < 2; call++) {
      msk_f32_gru_after_resume(isa, Y, xs, w, bias, state, space, act, gate, shape);
    }
    end("gru_after_resume", number, 'f', count);
    start(8);
    msk_f32_gru_before(isa, Y, inputs(3, units), pack_gates(element, 2, units, 0),
                       pack_gates(element, 1, units, 2), vectors(4, units, filler), act, gate,
                       shape);
    end("gru_before", number, 'f', count);
    start(8);
    xs = inputs(3, units);
    w = pack_gates(element, 2, units, 0);
    const void *candidate = pack_gates(element, 1, units, 2);
    state = vectors(1, units, 0);
    space = vectors(4, units, filler);
    for (int call = 0; call < 2; call++) {
      msk_f32_gru_before_resume(isa, Y, xs, w, candidate, state, space, act, gate, shape);
    }
    end("gru_before_resume", number, 'f', count);
    start(9);
    msk_f32_rnn(isa, Y, inputs(1, units), pack_gates(element, 1, units, 0),
                vectors(1, units, filler), act, shape);
    end("rnn", number, 'f', count);
    start(9);
    xs = inputs(1, units);
    w = pack_gates(element, 1, units, 0);
    state = vectors(1, units, 0);
    space = vectors(1, units, filler);
    for (int call = 0; call < 2; call++) {
      msk_f32_rnn_resume(isa, Y, xs, w, state, space, act, shape);
    }
    end("rnn_resume", number, 'f', count);
  }
}
