// SPDX-License-Identifier: Apache-2.0
#ifndef MSK_VARIANT
#include "kernel.h"
#include "lstm_cell.h"

static void lstm_scalar(float *h, float *c, const float *z, ptrdiff_t units,
                        msk_function activation, msk_function gate, float clip) {
  for (ptrdiff_t u = 0; u < units; u++, z += 4) {
    float i = msk_function_of(gate, z[0]), f = msk_function_of(gate, z[1]);
    float g = msk_function_of(activation, z[2]), o = msk_function_of(gate, z[3]);
    c[u] = msk_clamped(f * c[u] + i * g, -clip, clip);
    h[u] = o * msk_function_of(activation, c[u]);
  }
}

#define MSK_SOURCE "f32_lstm.c"
#include "variants.h"

void msk_lstm_cell(msk_isa isa, float *h, float *c, const float *z, ptrdiff_t units,
                   msk_function activation, msk_function gate, float clip) {
  MSK_DISPATCH(isa, lstm, h, c, z, units, activation, gate, clip)
}

void msk_f32_lstm(msk_isa isa, float *y, const float *xs, const void *w, float *scratch,
                  msk_function activation, msk_function gate, float clip, msk_recurrent shape) {
  const ptrdiff_t units = shape.units, padded = msk_round_up(units, msk_lanes(isa));
  const float limit = clip > 0.0f ? clip : __builtin_inff();
  float *z = scratch, *c = scratch + 4 * padded;
  const float *h = y;
  msk_f32_fill(c, padded, 0.0f);
  for (ptrdiff_t t = 0; t < shape.time; t++, xs += 4 * padded) {
    float *next = shape.sequence ? y + t * units : y;
    // The state before the first step is zero, and so is its product.
    if (t > 0) {
      msk_f32_gemv(isa, z, h, w, xs, shape.element, units, 4 * padded, -__builtin_inff(),
                   __builtin_inff(), t & 1);
    }
    msk_lstm_cell(isa, next, c, t > 0 ? z : xs, units, activation, gate, limit);
    h = next;
  }
}

#else

/// 2^t for |t| ≤ 126.
MSK_INLINE vec MSK_NAME(exp2)(vec t) {
  vec shifted = t + MSK_ROUNDER;
  vec f = t - (shifted - MSK_ROUNDER);
  // Chebyshev interpolation of 2^f on |f| ≤ ½.
  vec p = v_fma(v_fill(0.000154614475f), f, v_fill(0.00133908674f));
  p = v_fma(p, f, v_fill(0.00961805667f));
  p = v_fma(p, f, v_fill(0.055503571f));
  p = v_fma(p, f, v_fill(0.240226509f));
  p = v_fma(p, f, v_fill(0.693147188f));
  p = v_fma(p, f, v_fill(1.0f));
  return p * v_scale((ivec)shifted - (ivec)v_fill(MSK_ROUNDER));
}

/// e^−x · k, bounded so that the product of three of them is finite; k is 1 or 2.
MSK_INLINE vec MSK_NAME(decay)(vec x, float k) {
  vec t = x * (-MSK_LOG2E * k);
  return MSK_NAME(exp2)(v_clamp(t, v_fill(-40.0f), v_fill(40.0f)));
}

/// The usual cell, sigmoid gates and tanh: all of it with two divisions, over common denominators.
///
/// With I = 1 + e^−i and so on: c' = (c·I·G + (1 − e^−2g)·F) / (F·I·G), G = 1 + e^−2g.
MSK_INLINE vec MSK_NAME(usual)(vec i, vec f, vec g, vec o, vec limit, vec *c) {
  vec input = 1.0f + MSK_NAME(decay)(i, 1.0f), forget = 1.0f + MSK_NAME(decay)(f, 1.0f);
  vec candidate = MSK_NAME(decay)(g, 2.0f), output = 1.0f + MSK_NAME(decay)(o, 1.0f);
  vec both = input * (1.0f + candidate);
  vec cell = v_fma(*c, both, (1.0f - candidate) * forget) / (forget * both);
  cell = v_clamp(cell, -limit, limit);
  *c = cell;
  vec e = MSK_NAME(decay)(cell, 2.0f);
  return (1.0f - e) / (output * (1.0f + e));
}

static void MSK_NAME(lstm)(float *h, float *c, const float *z, ptrdiff_t units,
                           msk_function activation, msk_function gate, float clip) {
  const bool usual = activation.code == msk_tanh && gate.code == msk_sigmoid;
  const vec limit = v_fill(clip);
  for (ptrdiff_t u = 0; u < units; u += MSK_LANES, z += 4 * MSK_LANES) {
    vec i = v_load(z), f = v_load(z + MSK_LANES), g = v_load(z + 2 * MSK_LANES);
    vec o = v_load(z + 3 * MSK_LANES), cell = v_load(c + u), result;
    if (usual) {
      result = MSK_NAME(usual)(i, f, g, o, limit, &cell);
    } else {
      cell = v_function(gate, f) * cell + v_function(gate, i) * v_function(activation, g);
      cell = v_clamp(cell, -limit, limit);
      result = v_function(gate, o) * v_function(activation, cell);
    }
    v_store(c + u, cell);
    if (units - u >= MSK_LANES) {
      v_store(h + u, result);
    } else {
      v_store_n(h + u, result, units - u);
    }
  }
}

#endif
