// SPDX-License-Identifier: Apache-2.0
#include "kernel.h"

#define MSK_PACK(type)                                                                     \
  static void pack_##type(type *dst, const type *src, const int32_t *rows,                 \
                          ptrdiff_t row_count, ptrdiff_t row_stride, ptrdiff_t depth_stride, \
                          ptrdiff_t columns, ptrdiff_t depth, ptrdiff_t width) {           \
    for (ptrdiff_t first = 0; first < columns; first += width) {                           \
      ptrdiff_t w = msk_minimum_of(width, columns - first);                                \
      type *block = dst + first * depth;                                                   \
      for (ptrdiff_t n = 0; n < w; n++) {                                                  \
        ptrdiff_t row = rows ? rows[first + n] : first + n;                                \
        bool present = row >= 0 && row < row_count;                                        \
        const type *from = src + (present ? row * row_stride : 0);                         \
        for (ptrdiff_t k = 0; k < depth; k++) {                                            \
          block[k * w + n] = present ? from[k * depth_stride] : 0;                         \
        }                                                                                  \
      }                                                                                    \
    }                                                                                      \
  }

MSK_PACK(uint32_t)
MSK_PACK(uint16_t)
MSK_PACK(uint8_t)

void msk_pack(msk_element element, void *dst, const void *src, const int32_t *rows,
              ptrdiff_t row_count, ptrdiff_t row_stride, ptrdiff_t depth_stride, ptrdiff_t columns,
              ptrdiff_t depth, ptrdiff_t width) {
  switch (element) {
  case msk_element_f32:
    pack_uint32_t(dst, src, rows, row_count, row_stride, depth_stride, columns, depth, width);
    break;
  case msk_element_f16:
    pack_uint16_t(dst, src, rows, row_count, row_stride, depth_stride, columns, depth, width);
    break;
  case msk_element_s8:
    pack_uint8_t(dst, src, rows, row_count, row_stride, depth_stride, columns, depth, width);
    break;
  }
}
