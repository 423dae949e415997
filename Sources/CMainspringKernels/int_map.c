// SPDX-License-Identifier: Apache-2.0
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

void msk_int_rescale(void *y, const void *x, ptrdiff_t count, msk_rescaling rescaling) {
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

void msk_quantize(void *y, const float *x, ptrdiff_t count, msk_integer type, float scale,
                  int32_t zero) {
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

void msk_dequantize(float *y, const void *x, ptrdiff_t count, msk_integer type, float scale,
                    int32_t zero) {
  if (type == msk_integer_s16) {
    dequantize(msk_integer_s16, y, x, count, scale, zero);
  } else {
    dequantize(msk_integer_s8, y, x, count, scale, zero);
  }
}

int32_t msk_quantized(float x, msk_integer type, msk_affine y) {
  int16_t value = 0;
  msk_quantize(&value, &x, 1, type, y.scale, y.zero);
  return type == msk_integer_s16 ? value : *(const int8_t *)&value;
}

void msk_s8_rescaling_table(int8_t *table, msk_rescaling r) {
  for (int32_t q = -128; q < 128; q++) table[128 + q] = (int8_t)q;
  msk_int_rescale(table, table, 256, r);
}
