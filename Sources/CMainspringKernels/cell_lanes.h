// SPDX-License-Identifier: Apache-2.0
//
// The cell of an LSTM with its usual functions on vectors of floats; included once for each
// instruction set by the kernel files of the LSTM.
//
// A cell is one long chain of operations, and so several vectors take each of them in turn.

/// Most vectors that go through an exponential side by side.
#define MSK_DECAYS 8

/// 2^f for |f| ≤ ½, by Chebyshev interpolation; pairs of terms do not wait for each other.
MSK_INLINE void MSK_NAME(exp2_reduced)(const int count, vec *f) {
  vec square[MSK_DECAYS], low[MSK_DECAYS], middle[MSK_DECAYS], high[MSK_DECAYS];
  MSK_UNROLL for (int i = 0; i < count; i++) square[i] = f[i] * f[i];
  MSK_UNROLL for (int i = 0; i < count; i++) {
    high[i] = v_fma(v_fill(0.00133908674f), f[i], v_fill(0.00961805667f));
  }
  MSK_UNROLL for (int i = 0; i < count; i++) {
    middle[i] = v_fma(v_fill(0.055503571f), f[i], v_fill(0.240226509f));
  }
  MSK_UNROLL for (int i = 0; i < count; i++) {
    high[i] = v_fma(v_fill(0.000154614475f), square[i], high[i]);
  }
  MSK_UNROLL for (int i = 0; i < count; i++) {
    low[i] = v_fma(v_fill(0.693147188f), f[i], v_fill(1.0f));
  }
  MSK_UNROLL for (int i = 0; i < count; i++) middle[i] = v_fma(high[i], square[i], middle[i]);
  MSK_UNROLL for (int i = 0; i < count; i++) f[i] = v_fma(middle[i], square[i], low[i]);
}

/// e^−x of some vectors, or its square for each third of four; bounded so that the product of three
/// of them is finite.
MSK_INLINE void MSK_NAME(decay)(const int count, const bool squared, vec *x) {
  vec n[MSK_DECAYS];
  MSK_UNROLL for (int i = 0; i < count; i++) {
    x[i] *= -MSK_LOG2E * (squared || i % 4 == 2 ? 2.0f : 1.0f);
  }
#if MSK_LANES == 16
  MSK_UNROLL for (int i = 0; i < count; i++) x[i] = v_min(v_fill(40.0f), x[i]);
  MSK_UNROLL for (int i = 0; i < count; i++) {
    n[i] = (vec)_mm512_roundscale_ps((__m512)x[i], _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  }
  MSK_UNROLL for (int i = 0; i < count; i++) x[i] -= n[i];
  MSK_NAME(exp2_reduced)(count, x);
  MSK_UNROLL for (int i = 0; i < count; i++) {
    x[i] = (vec)_mm512_scalef_ps((__m512)x[i], (__m512)n[i]);
  }
#else
  MSK_UNROLL for (int i = 0; i < count; i++) x[i] = v_clamp(x[i], v_fill(-40.0f), v_fill(40.0f));
  MSK_UNROLL for (int i = 0; i < count; i++) n[i] = x[i] + MSK_ROUNDER;
  MSK_UNROLL for (int i = 0; i < count; i++) x[i] -= n[i] - MSK_ROUNDER;
  MSK_NAME(exp2_reduced)(count, x);
  MSK_UNROLL for (int i = 0; i < count; i++) {
    x[i] *= v_scale((ivec)n[i] - (ivec)v_fill(MSK_ROUNDER));
  }
#endif
}

/// The usual cell of one, two or four vectors, sigmoid gates and tanh: all of it with two
/// divisions, over common denominators. `z` has the four gates of a vector, then those of the next.
///
/// With I = 1 + e^−i and so on: c' = (c·I·G + (1 − e^−2g)·F) / (F·I·G), G = 1 + e^−2g.
MSK_INLINE void MSK_NAME(usual_cells)(const int count, vec *z, vec limit, vec *c, vec *h) {
  vec output[4];
  MSK_UNROLL for (int v = 0; v < count; v += 2) {
    MSK_NAME(decay)(count > 1 ? MSK_DECAYS : 4, false, z + 4 * v);
  }
  MSK_UNROLL for (int v = 0; v < count; v++) {
    const vec input = 1.0f + z[4 * v], forget = 1.0f + z[4 * v + 1], candidate = z[4 * v + 2];
    const vec both = input * (1.0f + candidate);
    output[v] = 1.0f + z[4 * v + 3];
    c[v] = v_fma(c[v], both, (1.0f - candidate) * forget) / (forget * both);
  }
  MSK_UNROLL for (int v = 0; v < count; v++) c[v] = v_clamp(c[v], -limit, limit);
  MSK_UNROLL for (int v = 0; v < count; v++) h[v] = c[v];
  MSK_NAME(decay)(count, true, h);
  MSK_UNROLL for (int v = 0; v < count; v++) {
    h[v] = (1.0f - h[v]) / (output[v] * (1.0f + h[v]));
  }
}

/// The same of one vector; gives the state.
MSK_INLINE vec MSK_NAME(usual)(vec i, vec f, vec g, vec o, vec limit, vec *c) {
  vec z[4] = {i, f, g, o}, h;
  MSK_NAME(usual_cells)(1, z, limit, c, &h);
  return h;
}

#undef MSK_DECAYS
