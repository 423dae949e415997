// SPDX-License-Identifier: Apache-2.0
#ifndef MSK_VARIANT
#include "kernel.h"

static void gru_after_scalar(float *next, const float *h, const float *x, const float *p,
                             ptrdiff_t units, msk_function activation, msk_function gate) {
  for (ptrdiff_t u = 0; u < units; u++, x += 3, p += 3) {
    float z = msk_function_of(gate, x[0] + p[0]), r = msk_function_of(gate, x[1] + p[1]);
    float n = msk_function_of(activation, x[2] + r * p[2]);
    next[u] = z * (h ? h[u] : 0.0f) + (1.0f - z) * n;
  }
}

/// z into the first of each pair of gates of p, r·h into `reset`.
static void gru_gates_scalar(float *reset, float *p, const float *h, const float *x,
                             ptrdiff_t units, msk_function gate) {
  for (ptrdiff_t u = 0; u < units; u++, x += 3, p += 2) {
    p[0] = msk_function_of(gate, x[0] + p[0]);
    reset[u] = msk_function_of(gate, x[1] + p[1]) * h[u];
  }
}

static void gru_before_scalar(float *next, const float *h, const float *x, const float *p,
                              const float *n, ptrdiff_t units, msk_function activation) {
  for (ptrdiff_t u = 0; u < units; u++, x += 3, p += 2) {
    next[u] = p[0] * h[u] + (1.0f - p[0]) * msk_function_of(activation, x[2] + n[u]);
  }
}

#define MSK_SOURCE "f32_gru.c"
#include "variants.h"

static void after_cell(msk_isa isa, float *next, const float *h, const float *x, const float *p,
                       ptrdiff_t units, msk_function activation, msk_function gate) {
  MSK_DISPATCH(isa, gru_after, next, h, x, p, units, activation, gate)
}

static void gates_cell(msk_isa isa, float *reset, float *p, const float *h, const float *x,
                       ptrdiff_t units, msk_function gate) {
  MSK_DISPATCH(isa, gru_gates, reset, p, h, x, units, gate)
}

static void before_cell(msk_isa isa, float *next, const float *h, const float *x, const float *p,
                        const float *n, ptrdiff_t units, msk_function activation) {
  MSK_DISPATCH(isa, gru_before, next, h, x, p, n, units, activation)
}

/// The recurrence from a state, null for zeros; gives the one behind the last step, which is in y.
static const float *gru_after(msk_isa isa, float *y, const float *xs, const void *w, const float *d,
                              const float *h, float *scratch, msk_function activation,
                              msk_function gate, const msk_recurrent *s) {
  const ptrdiff_t units = s->units, padded = msk_round_up(units, msk_lanes(isa));
  for (ptrdiff_t t = 0; t < s->time; t++, xs += 3 * padded) {
    float *next = s->sequence ? y + t * units : y;
    if (h) {
      msk_f32_gemv(isa, scratch, h, w, d, s->element, units, 3 * padded, -__builtin_inff(),
                   __builtin_inff(), t & 1);
    }
    after_cell(isa, next, h, xs, h ? scratch : d, units, activation, gate);
    h = next;
  }
  return h;
}

static const float *gru_before(msk_isa isa, float *y, const float *xs, const void *w,
                               const void *wn, const float *h, float *scratch,
                               msk_function activation, msk_function gate,
                               const msk_recurrent *s) {
  const ptrdiff_t units = s->units, padded = msk_round_up(units, msk_lanes(isa));
  const float infinity = __builtin_inff();
  float *gates = scratch, *reset = scratch + 2 * padded, *candidate = scratch + 3 * padded;
  // `reset` is zero as long as it stands for the state before the first step.
  msk_f32_fill(scratch, 4 * padded, 0.0f);
  for (ptrdiff_t t = 0; t < s->time; t++, xs += 3 * padded) {
    float *next = s->sequence ? y + t * units : y;
    if (h) {
      msk_f32_gemv(isa, gates, h, w, 0, s->element, units, 2 * padded, -infinity, infinity,
                   t & 1);
    }
    gates_cell(isa, reset, gates, h ? h : reset, xs, units, gate);
    if (h) {
      msk_f32_gemv(isa, candidate, reset, wn, 0, s->element, units, padded, -infinity,
                   infinity, t & 1);
    }
    before_cell(isa, next, h ? h : candidate, xs, gates, candidate, units, activation);
    h = next;
  }
  return h;
}

void msk_f32_gru_after(msk_isa isa, float *y, const float *xs, const void *w, const float *d,
                       float *scratch, msk_function activation, msk_function gate,
                       msk_recurrent shape) {
  gru_after(isa, y, xs, w, d, 0, scratch, activation, gate, &shape);
}

void msk_f32_gru_after_resume(msk_isa isa, float *y, const float *xs, const void *w,
                              const float *d, float *state, float *scratch,
                              msk_function activation, msk_function gate, msk_recurrent shape) {
  const float *h = gru_after(isa, y, xs, w, d, state, scratch, activation, gate, &shape);
  msk_keep_state(state, h, shape.units);
}

void msk_f32_gru_before(msk_isa isa, float *y, const float *xs, const void *w, const void *wn,
                        float *scratch, msk_function activation, msk_function gate,
                        msk_recurrent shape) {
  gru_before(isa, y, xs, w, wn, 0, scratch, activation, gate, &shape);
}

void msk_f32_gru_before_resume(msk_isa isa, float *y, const float *xs, const void *w,
                               const void *wn, float *state, float *scratch,
                               msk_function activation, msk_function gate, msk_recurrent shape) {
  const float *h = gru_before(isa, y, xs, w, wn, state, scratch, activation, gate, &shape);
  msk_keep_state(state, h, shape.units);
}

#else

MSK_INLINE vec MSK_NAME(state)(const float *h, ptrdiff_t n) {
  if (!h) return v_fill(0.0f);
  return n >= MSK_LANES ? v_load(h) : v_load_n(h, n);
}

MSK_INLINE void MSK_NAME(keep)(float *h, vec x, ptrdiff_t n) {
  if (n >= MSK_LANES) {
    v_store(h, x);
  } else {
    v_store_n(h, x, n);
  }
}

static void MSK_NAME(gru_after)(float *next, const float *h, const float *x, const float *p,
                                ptrdiff_t units, msk_function activation, msk_function gate) {
  for (ptrdiff_t u = 0; u < units; u += MSK_LANES, x += 3 * MSK_LANES, p += 3 * MSK_LANES) {
    vec z = v_function(gate, v_load(x) + v_load(p));
    vec r = v_function(gate, v_load(x + MSK_LANES) + v_load(p + MSK_LANES));
    vec n = v_fma(r, v_load(p + 2 * MSK_LANES), v_load(x + 2 * MSK_LANES));
    n = v_function(activation, n);
    vec old = MSK_NAME(state)(h ? h + u : 0, units - u);
    MSK_NAME(keep)(next + u, v_fma(z, old, (1.0f - z) * n), units - u);
  }
}

static void MSK_NAME(gru_gates)(float *reset, float *p, const float *h, const float *x,
                                ptrdiff_t units, msk_function gate) {
  for (ptrdiff_t u = 0; u < units; u += MSK_LANES, x += 3 * MSK_LANES, p += 2 * MSK_LANES) {
    v_store(p, v_function(gate, v_load(x) + v_load(p)));
    vec r = v_function(gate, v_load(x + MSK_LANES) + v_load(p + MSK_LANES));
    v_store(reset + u, r * MSK_NAME(state)(h + u, units - u));
  }
}

static void MSK_NAME(gru_before)(float *next, const float *h, const float *x, const float *p,
                                 const float *n, ptrdiff_t units, msk_function activation) {
  for (ptrdiff_t u = 0; u < units; u += MSK_LANES, x += 3 * MSK_LANES, p += 2 * MSK_LANES) {
    vec z = v_load(p);
    vec c = v_function(activation, v_load(x + 2 * MSK_LANES) + v_load(n + u));
    vec old = MSK_NAME(state)(h + u, units - u);
    MSK_NAME(keep)(next + u, v_fma(z, old, (1.0f - z) * c), units - u);
  }
}

#endif
