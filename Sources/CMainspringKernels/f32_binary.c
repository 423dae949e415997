// SPDX-License-Identifier: Apache-2.0
#ifndef MSK_VARIANT
#include "kernel.h"

MSK_INLINE float msk_pair_of(msk_pair f, float a, float b) {
  switch (f) {
  case msk_add: return a + b;
  case msk_subtract: return a - b;
  case msk_multiply: return a * b;
  case msk_divide: return a / b;
  case msk_maximum: return a > b || a != a ? a : b;
  case msk_minimum: return a < b || a != a ? a : b;
  case msk_squared_difference: return (a - b) * (a - b);
  case msk_less: return a < b ? 1.0f : 0.0f;
  case msk_less_or_equal: return a <= b ? 1.0f : 0.0f;
  case msk_greater: return a > b ? 1.0f : 0.0f;
  case msk_greater_or_equal: return a >= b ? 1.0f : 0.0f;
  case msk_parametric_relu: return 0.0f > a ? a * b : a;
  }
  return a;
}

static void binary_scalar(float *y, const float *a, const float *b, msk_pair f,
                          const msk_axis *axes, ptrdiff_t axis_count, float low, float high) {
  const msk_axis row = axes[axis_count - 1];
  msk_walk walk;
  msk_walk_start(&walk, axis_count);
  do {
    for (ptrdiff_t i = 0; i < row.extent; i++) {
      float result = msk_pair_of(f, a[walk.a + i * row.a], b[walk.b + i * row.b]);
      y[walk.y + i] = msk_clamped(result, low, high);
    }
  } while (msk_walk_next(&walk, axes, axis_count));
}

#define MSK_SOURCE "f32_binary.c"
#include "variants.h"

void msk_f32_binary(msk_isa isa, float *y, const float *a, const float *b, msk_pair f,
                    const msk_axis *axes, ptrdiff_t axis_count, float low, float high) {
  MSK_DISPATCH(isa, binary, y, a, b, f, axes, axis_count, low, high)
}

#else

MSK_INLINE vec MSK_NAME(pair)(const msk_pair f, vec a, vec b) {
  const vec zero = v_fill(0.0f), one = v_fill(1.0f);
  switch (f) {
  case msk_add: return a + b;
  case msk_subtract: return a - b;
  case msk_multiply: return a * b;
  case msk_divide: return a / b;
  case msk_maximum: return a != a ? a : v_max(a, b);
  case msk_minimum: return a != a ? a : v_min(a, b);
  case msk_squared_difference: return (a - b) * (a - b);
  case msk_less: return a < b ? one : zero;
  case msk_less_or_equal: return a <= b ? one : zero;
  case msk_greater: return a > b ? one : zero;
  case msk_greater_or_equal: return a >= b ? one : zero;
  case msk_parametric_relu: return zero > a ? a * b : a;
  }
  return a;
}

MSK_INLINE vec MSK_NAME(operand)(const float *p, ptrdiff_t i, int32_t stride, ptrdiff_t n) {
  if (stride == 0) return v_fill(*p);
  return n >= MSK_LANES ? v_load(p + i) : v_load_n(p + i, n);
}

MSK_INLINE void MSK_NAME(binary_of)(const msk_pair f, float *y, const float *a, const float *b,
                                    const msk_axis *axes, ptrdiff_t axis_count, float low,
                                    float high) {
  const msk_axis row = axes[axis_count - 1];
  const vec lows = v_fill(low), highs = v_fill(high);
  msk_walk walk;
  msk_walk_start(&walk, axis_count);
  do {
    const float *left = a + walk.a, *right = b + walk.b;
    float *to = y + walk.y;
    ptrdiff_t i = 0;
    for (; i + MSK_LANES <= row.extent; i += MSK_LANES) {
      vec result = MSK_NAME(pair)(f, MSK_NAME(operand)(left, i, row.a, MSK_LANES),
                                  MSK_NAME(operand)(right, i, row.b, MSK_LANES));
      v_store(to + i, v_clamp(result, lows, highs));
    }
    if (i < row.extent) {
      ptrdiff_t n = row.extent - i;
      vec result = MSK_NAME(pair)(f, MSK_NAME(operand)(left, i, row.a, n),
                                  MSK_NAME(operand)(right, i, row.b, n));
      v_store_n(to + i, v_clamp(result, lows, highs), n);
    }
  } while (msk_walk_next(&walk, axes, axis_count));
}

static void MSK_NAME(binary)(float *y, const float *a, const float *b, msk_pair f,
                             const msk_axis *axes, ptrdiff_t axis_count, float low, float high) {
  switch (f) {
#define MSK_CASE(name)                                                         \
  case name:                                                                   \
    MSK_NAME(binary_of)(name, y, a, b, axes, axis_count, low, high);           \
    break;
    MSK_CASE(msk_add)
    MSK_CASE(msk_subtract)
    MSK_CASE(msk_multiply)
    MSK_CASE(msk_divide)
    MSK_CASE(msk_maximum)
    MSK_CASE(msk_minimum)
    MSK_CASE(msk_squared_difference)
    MSK_CASE(msk_less)
    MSK_CASE(msk_less_or_equal)
    MSK_CASE(msk_greater)
    MSK_CASE(msk_greater_or_equal)
    MSK_CASE(msk_parametric_relu)
#undef MSK_CASE
  }
}

#endif
