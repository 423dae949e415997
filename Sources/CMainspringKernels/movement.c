// SPDX-License-Identifier: Apache-2.0
//
// Copies and selections are bound by memory: what the compiler makes of the plain loops will do.
#include "kernel.h"

// Elements of any type are moved as integers of their size.
typedef uint8_t bits8;
typedef uint16_t bits16 __attribute__((may_alias));
typedef uint32_t bits32 __attribute__((may_alias));
typedef uint64_t bits64 __attribute__((may_alias));

void msk_f32_fill(float *y, ptrdiff_t count, float value) {
  for (ptrdiff_t i = 0; i < count; i++) y[i] = value;
}

#define MSK_MOVEMENT(type)                                                                   \
  static void fill_##type(type *y, ptrdiff_t count, type value) {                            \
    for (ptrdiff_t i = 0; i < count; i++) y[i] = value;                                      \
  }                                                                                          \
                                                                                             \
  static void copy_##type(type *y, const type *a, const msk_axis *axes, ptrdiff_t count) {   \
    const msk_axis row = axes[count - 1];                                                    \
    msk_walk walk;                                                                           \
    msk_walk_start(&walk, count);                                                            \
    do {                                                                                     \
      type *to = y + walk.y;                                                                 \
      const type *from = a + walk.a;                                                         \
      if (row.y == 1 && row.a == 1 && row.extent >= 64) {                                    \
        __builtin_memmove(to, from, (size_t)row.extent * sizeof(type));                      \
      } else if (row.y == 1 && row.a == 1) {                                                 \
        for (ptrdiff_t i = 0; i < row.extent; i++) to[i] = from[i];                          \
      } else {                                                                               \
        for (ptrdiff_t i = 0; i < row.extent; i++) to[i * row.y] = from[i * row.a];          \
      }                                                                                      \
    } while (msk_walk_next(&walk, axes, count));                                             \
  }                                                                                          \
                                                                                             \
  static void select_##type(type *y, const float *a, const type *b, const type *c,           \
                            const msk_axis *axes, ptrdiff_t count) {                         \
    const msk_axis row = axes[count - 1];                                                    \
    msk_walk walk;                                                                           \
    msk_walk_start(&walk, count);                                                            \
    do {                                                                                     \
      for (ptrdiff_t i = 0; i < row.extent; i++) {                                           \
        bool condition = a[walk.a + i * row.a] != 0.0f;                                      \
        y[walk.y + i * row.y] = condition ? b[walk.b + i * row.b] : c[walk.c + i * row.c];   \
      }                                                                                      \
    } while (msk_walk_next(&walk, axes, count));                                             \
  }

MSK_MOVEMENT(bits8)
MSK_MOVEMENT(bits16)
MSK_MOVEMENT(bits32)
MSK_MOVEMENT(bits64)

/// Calls the variant of `name` for elements of `size` bytes.
#define MSK_BY_SIZE(size, name, ...)                \
  switch (size) {                                   \
  case 1: name##_bits8(__VA_ARGS__); break;       \
  case 2: name##_bits16(__VA_ARGS__); break;      \
  case 4: name##_bits32(__VA_ARGS__); break;      \
  default: name##_bits64(__VA_ARGS__); break;     \
  }

void msk_fill(void *y, ptrdiff_t element_size, ptrdiff_t count, uint64_t value) {
  switch (element_size) {
  case 1: fill_bits8(y, count, (bits8)value); break;
  case 2: fill_bits16(y, count, (bits16)value); break;
  case 4: fill_bits32(y, count, (bits32)value); break;
  default: fill_bits64(y, count, value); break;
  }
}

void msk_copy(void *y, const void *a, ptrdiff_t element_size, const msk_axis *axes,
              ptrdiff_t axis_count) {
  MSK_BY_SIZE(element_size, copy, y, a, axes, axis_count)
}

void msk_select(void *y, const float *a, const void *b, const void *c, ptrdiff_t element_size,
                const msk_axis *axes, ptrdiff_t axis_count) {
  MSK_BY_SIZE(element_size, select, y, a, b, c, axes, axis_count)
}
