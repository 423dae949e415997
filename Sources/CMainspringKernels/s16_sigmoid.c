// SPDX-License-Identifier: Apache-2.0
#include "fixed_point.h"

/// x in steps of 1/12288, rounded.
MSK_INLINE int32_t sigmoid_input(int16_t x, int32_t multiplier, int32_t shift) {
  const int32_t half = shift > 0 ? 1 << (shift - 1) : 0;
  return (x * multiplier + half) >> shift;
}

void msk_s16_logistic(int16_t *y, const int16_t *x, ptrdiff_t count, int32_t multiplier,
                      int32_t shift, const uint16_t *table) {
  for (ptrdiff_t i = 0; i < count; i++) {
    const int32_t input = sigmoid_input(x[i], multiplier, shift);
    const uint32_t size = (uint32_t)(input < 0 ? -input : input), index = size >> 9;
    uint32_t result = 0x7fffu << 10;
    if (index < 255) {
      const uint32_t low = table[index], high = table[index + 1];
      result = (low << 9) + (size & 0x1ff) * (high - low);
    }
    result = input >= 0 ? result + (1u << 9) : (1u << 25) - result + (1u << 9) - 1;
    y[i] = (int16_t)(result >> 10);
  }
}

void msk_s16_tanh(int16_t *y, const int16_t *x, ptrdiff_t count, int32_t multiplier, int32_t shift,
                  const uint16_t *table) {
  for (ptrdiff_t i = 0; i < count; i++) {
    const int32_t input = sigmoid_input(x[i], multiplier, shift);
    const uint32_t size = (uint32_t)(input < 0 ? -input : input), index = size >> 8;
    int32_t result = 0xffff << 8;
    if (index < 255) {
      const uint32_t low = table[index], high = table[index + 1];
      result = (int32_t)((low << 8) + (size & 0xff) * (high - low));
    }
    result = input >= 0 ? result - (1 << 23) + (1 << 7) : -result + (1 << 23) + (1 << 7) - 1;
    y[i] = (int16_t)(result >> 8);
  }
}
