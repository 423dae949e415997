// SPDX-License-Identifier: Apache-2.0
#ifndef MSK_VARIANT
#include "fixed_point.h"

void msk_s8_lookup(msk_isa isa, int8_t *y, const int8_t *x, ptrdiff_t count, const int8_t *table) {
  (void)isa;
  for (ptrdiff_t i = 0; i < count; i++) y[i] = table[128 + x[i]];
}

MSK_INLINE void rescale(msk_integer from, msk_integer to, void *y, const void *x, ptrdiff_t count,
                        const msk_rescaling *r) {
  for (ptrdiff_t i = 0; i < count; i++) {
    const int32_t d = msk_integer_at(from, x, i) - r->x_zero;
    const int32_t value = d >= 0 ? msk_scaled(d, r->positive) : r->sign * msk_scaled(d, r->negative);
    msk_set_integer(to, y, i, msk_limited((int64_t)value + r->zero, r->low, r->high));
  }
}

static void rescale_scalar(void *y, const void *x, ptrdiff_t count, const msk_rescaling *s) {
  const msk_rescaling rescaling = *s;
  const bool narrows = rescaling.y == msk_integer_s8;
  if (rescaling.x == msk_integer_s16) {
    if (narrows) {
      rescale(msk_integer_s16, msk_integer_s8, y, x, count, &rescaling);
    } else {
      rescale(msk_integer_s16, msk_integer_s16, y, x, count, &rescaling);
    }
  } else if (narrows) {
    rescale(msk_integer_s8, msk_integer_s8, y, x, count, &rescaling);
  } else {
    rescale(msk_integer_s8, msk_integer_s16, y, x, count, &rescaling);
  }
}

MSK_INLINE void quantize(msk_integer type, void *y, const float *x, ptrdiff_t count, float scale,
                         int32_t zero) {
  for (ptrdiff_t i = 0; i < count; i++) {
    const int32_t value = msk_rounded(x[i] / scale) + zero;
    msk_set_integer(type, y, i, msk_limited(value, msk_lowest(type), msk_highest(type)));
  }
}

static void quantize_scalar(void *y, const float *x, ptrdiff_t count, msk_integer type,
                            float scale, int32_t zero) {
  if (type == msk_integer_s16) {
    quantize(msk_integer_s16, y, x, count, scale, zero);
  } else {
    quantize(msk_integer_s8, y, x, count, scale, zero);
  }
}

MSK_INLINE void dequantize(msk_integer type, float *y, const void *x, ptrdiff_t count, float scale,
                           int32_t zero) {
  for (ptrdiff_t i = 0; i < count; i++) {
    y[i] = scale * (float)(msk_integer_at(type, x, i) - zero);
  }
}

static void dequantize_scalar(float *y, const void *x, ptrdiff_t count, msk_integer type,
                              float scale, int32_t zero) {
  if (type == msk_integer_s16) {
    dequantize(msk_integer_s16, y, x, count, scale, zero);
  } else {
    dequantize(msk_integer_s8, y, x, count, scale, zero);
  }
}

#define MSK_SOURCE "int_map.c"
#define MSK_TOOLS "integer_lanes.h"
#include "variants.h"

void msk_int_rescale(msk_isa isa, void *y, const void *x, ptrdiff_t count,
                     msk_rescaling rescaling) {
  MSK_DISPATCH(isa, rescale, y, x, count, &rescaling)
}

void msk_quantize(msk_isa isa, void *y, const float *x, ptrdiff_t count, msk_integer type,
                  float scale, int32_t zero) {
  MSK_DISPATCH(isa, quantize, y, x, count, type, scale, zero)
}

void msk_dequantize(msk_isa isa, float *y, const void *x, ptrdiff_t count, msk_integer type,
                    float scale, int32_t zero) {
  MSK_DISPATCH(isa, dequantize, y, x, count, type, scale, zero)
}

int32_t msk_quantized(float x, msk_integer type, msk_affine y) {
  int16_t value = 0;
  quantize_scalar(&value, &x, 1, type, y.scale, y.zero);
  return type == msk_integer_s16 ? value : *(const int8_t *)&value;
}

void msk_s8_rescaling_table(int8_t *table, msk_rescaling r) {
  for (int32_t q = -128; q < 128; q++) table[128 + q] = (int8_t)q;
  rescale_scalar(table, table, 256, &r);
}

#else

/// Stores the first n lanes as a type that is not a constant.
MSK_INLINE void MSK_NAME(map_set)(msk_integer type, void *y, ptrdiff_t i, ivec x, ptrdiff_t n) {
  if (type == msk_integer_s8) {
    MSK_NAME(v_set_integers)(msk_integer_s8, y, i, x, n);
  } else {
    MSK_NAME(v_set_integers)(msk_integer_s16, y, i, x, n);
  }
}

MSK_INLINE ivec MSK_NAME(map_load)(msk_integer type, const void *x, ptrdiff_t i, ptrdiff_t n) {
  return type == msk_integer_s8 ? MSK_NAME(v_integers)(msk_integer_s8, x, i, n)
                                : MSK_NAME(v_integers)(msk_integer_s16, x, i, n);
}

/// One scale below 1 for all, of differences that fit 17 bits.
MSK_INLINE void MSK_NAME(rescale_small)(const msk_integer from, const msk_integer to, void *y,
                                        const void *x, ptrdiff_t count, const msk_rescaling *r) {
  const ivec low = (ivec)(r->low - r->zero), high = (ivec)(r->high - r->zero);
  const ivec multiplier = (ivec)r->positive.multiplier, right = (ivec)-r->positive.shift;
  const ivec half = (ivec)1 << (right - 1);
  for (ptrdiff_t i = 0; i < count; i += MSK_LANES) {
    const ptrdiff_t n = count - i;
    const ivec d = MSK_NAME(v_integers)(from, x, i, n) - r->x_zero;
    const ivec product = MSK_NAME(v_small_high_product)(d, multiplier);
    const ivec value = MSK_NAME(v_small_rounded_shift)(product, right, half);
    MSK_NAME(v_set_integers)(to, y, i, MSK_NAME(v_bounded)(value, low, high) + r->zero, n);
  }
}

static void MSK_NAME(rescale)(void *y, const void *x, ptrdiff_t count, const msk_rescaling *r) {
  const bool is_even = r->sign == 1 && r->positive.multiplier == r->negative.multiplier &&
                       r->positive.shift == r->negative.shift;
  if (is_even && r->positive.shift < 0) {
    if (r->x == msk_integer_s16 && r->y == msk_integer_s8) {
      MSK_NAME(rescale_small)(msk_integer_s16, msk_integer_s8, y, x, count, r);
    } else if (r->x == msk_integer_s16) {
      MSK_NAME(rescale_small)(msk_integer_s16, msk_integer_s16, y, x, count, r);
    } else if (r->y == msk_integer_s8) {
      MSK_NAME(rescale_small)(msk_integer_s8, msk_integer_s8, y, x, count, r);
    } else {
      MSK_NAME(rescale_small)(msk_integer_s8, msk_integer_s16, y, x, count, r);
    }
    return;
  }
  const ivec low = (ivec)(r->low - r->zero), high = (ivec)(r->high - r->zero);
  for (ptrdiff_t i = 0; i < count; i += MSK_LANES) {
    const ptrdiff_t n = count - i;
    const ivec d = MSK_NAME(map_load)(r->x, x, i, n) - r->x_zero;
    const ivec above = MSK_NAME(v_scaled_by)(d, r->positive);
    const ivec below = r->sign * MSK_NAME(v_scaled_by)(d, r->negative);
    const ivec value = MSK_NAME(v_bounded)(d >= 0 ? above : below, low, high) + r->zero;
    MSK_NAME(map_set)(r->y, y, i, value, n);
  }
}

#if MSK_LANES == 4

// Of the plain loops compilers make wider vectors than these are.

static void MSK_NAME(quantize)(void *y, const float *x, ptrdiff_t count, msk_integer type,
                               float scale, int32_t zero) {
  quantize_scalar(y, x, count, type, scale, zero);
}

static void MSK_NAME(dequantize)(float *y, const void *x, ptrdiff_t count, msk_integer type,
                                 float scale, int32_t zero) {
  dequantize_scalar(y, x, count, type, scale, zero);
}

#else

static void MSK_NAME(quantize)(void *y, const float *x, ptrdiff_t count, msk_integer type,
                               float scale, int32_t zero) {
  const ivec low = (ivec)(msk_lowest(type) - zero), high = (ivec)(msk_highest(type) - zero);
  for (ptrdiff_t i = 0; i < count; i += MSK_LANES) {
    const ptrdiff_t n = count - i;
    const vec value = (n < MSK_LANES ? v_load_n(x + i, n) : v_load(x + i)) / scale;
    const ivec result = MSK_NAME(v_bounded)(MSK_NAME(v_rounded)(value), low, high) + zero;
    MSK_NAME(map_set)(type, y, i, result, n);
  }
}

static void MSK_NAME(dequantize)(float *y, const void *x, ptrdiff_t count, msk_integer type,
                                 float scale, int32_t zero) {
  for (ptrdiff_t i = 0; i < count; i += MSK_LANES) {
    const ptrdiff_t n = count - i;
    const ivec d = MSK_NAME(map_load)(type, x, i, n) - zero;
    const vec value = scale * __builtin_convertvector(d, vec);
    if (n < MSK_LANES) {
      v_store_n(y + i, value, n);
    } else {
      v_store(y + i, value);
    }
  }
}

#endif

#endif
