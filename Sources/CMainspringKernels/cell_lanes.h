// SPDX-License-Identifier: Apache-2.0
//
// The cell of an LSTM with its usual functions on vectors of floats; included once for each
// instruction set by the kernel files of the LSTM.

/// 2^f for |f| ≤ ½, by Chebyshev interpolation.
MSK_INLINE vec MSK_NAME(exp2_reduced)(vec f) {
  vec p = v_fma(v_fill(0.000154614475f), f, v_fill(0.00133908674f));
  p = v_fma(p, f, v_fill(0.00961805667f));
  p = v_fma(p, f, v_fill(0.055503571f));
  p = v_fma(p, f, v_fill(0.240226509f));
  p = v_fma(p, f, v_fill(0.693147188f));
  return v_fma(p, f, v_fill(1.0f));
}

#if MSK_LANES == 16

/// 2^t for t ≤ 40.
MSK_INLINE vec MSK_NAME(exp2)(vec t) {
  vec n = (vec)_mm512_roundscale_ps((__m512)t, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  return (vec)_mm512_scalef_ps((__m512)MSK_NAME(exp2_reduced)(t - n), (__m512)n);
}

/// e^−x · k, bounded so that the product of three of them is finite; k is 1 or 2.
MSK_INLINE vec MSK_NAME(decay)(vec x, float k) {
  return MSK_NAME(exp2)(v_min(v_fill(40.0f), x * (-MSK_LOG2E * k)));
}

#else

/// 2^t for |t| ≤ 126.
MSK_INLINE vec MSK_NAME(exp2)(vec t) {
  vec shifted = t + MSK_ROUNDER;
  vec p = MSK_NAME(exp2_reduced)(t - (shifted - MSK_ROUNDER));
  return p * v_scale((ivec)shifted - (ivec)v_fill(MSK_ROUNDER));
}

/// e^−x · k, bounded so that the product of three of them is finite; k is 1 or 2.
MSK_INLINE vec MSK_NAME(decay)(vec x, float k) {
  vec t = x * (-MSK_LOG2E * k);
  return MSK_NAME(exp2)(v_clamp(t, v_fill(-40.0f), v_fill(40.0f)));
}

#endif

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
