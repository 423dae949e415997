// SPDX-License-Identifier: Apache-2.0
#ifndef MSK_VARIANT
#include "integer_result.h"

MSK_INLINE void depthwise_of(msk_integer type, void *y, const void *x, const int8_t *w,
                             const void *bias, const void *scales,
                             const msk_integer_depthwise *s) {
  for (ptrdiff_t i = 0; i < s->height; i++) {
    for (ptrdiff_t j = 0; j < s->width; j++) {
      const ptrdiff_t first = i * s->stride_y + j * s->stride_x;
      for (ptrdiff_t c = 0; c < s->channels; c++) {
        int64_t sum = s->y.wide ? ((const int64_t *)bias)[c] : ((const int32_t *)bias)[c];
        for (ptrdiff_t p = 0; p < s->kernel_height; p++) {
          for (ptrdiff_t q = 0; q < s->kernel_width; q++) {
            const ptrdiff_t at = first + p * s->step_y + q * s->step_x + c;
            sum += msk_integer_at(type, x, at) * w[(p * s->kernel_width + q) * s->channels + c];
          }
        }
        // A sum of 32 bits wraps; the conversion does it.
        if (!s->y.wide) sum = (int32_t)(uint32_t)(uint64_t)sum;
        msk_finish(s->y, y, (i * s->width + j) * s->channels + c, sum, scales, c);
      }
    }
  }
}

static void depthwise_scalar(void *y, const void *x, const int8_t *w, const void *bias,
                             const void *scales, const msk_integer_depthwise *s) {
  if (s->x == msk_integer_s16) {
    depthwise_of(msk_integer_s16, y, x, w, bias, scales, s);
  } else {
    depthwise_of(msk_integer_s8, y, x, w, bias, scales, s);
  }
}

#define MSK_SOURCE "int_depthwise.c"
#define MSK_TOOLS "integer_lanes.h"
#include "variants.h"

void msk_int_depthwise(msk_isa isa, void *y, const void *x, const int8_t *w, const void *bias,
                       const void *scales, msk_integer_depthwise shape) {
  MSK_DISPATCH(isa, depthwise, y, x, w, bias, scales, &shape)
}

#else

#define lvec MSK_NAME(lvec)

/// One vector of channels from c on, n of them.
MSK_INLINE void MSK_NAME(depthwise_channels)(msk_integer type, bool is_wide, void *y,
                                             const void *x, const int8_t *w, const void *bias,
                                             const void *scales,
                                             const msk_integer_depthwise *shape, ptrdiff_t c,
                                             ptrdiff_t n) {
  // A copy of its own: results of bytes might else change the shape.
  const msk_integer_depthwise own = *shape, *s = &own;
  ivec start = 0;
  lvec wide_start = 0;
  if (is_wide) {
    wide_start = MSK_NAME(v_wide)(bias, c, n);
  } else {
    start = MSK_NAME(v_integers)(msk_integer_s32, bias, c, n);
  }
  const bool are_small = type == msk_integer_s8 && s->y.scaling == msk_scaling_fixed &&
                         MSK_NAME(v_are_small)(start, s->kernel_height * s->kernel_width);
  const MSK_NAME(v_columns) columns =
      MSK_NAME(v_load_columns)(s->y, scales, c, n, are_small);
  for (ptrdiff_t i = 0; i < s->height; i++) {
    for (ptrdiff_t j = 0; j < s->width; j++) {
      const ptrdiff_t first = i * s->stride_y + j * s->stride_x;
      ivec sum = start;
      lvec wide = wide_start;
      for (ptrdiff_t p = 0; p < s->kernel_height; p++) {
        for (ptrdiff_t q = 0; q < s->kernel_width; q++) {
          const ptrdiff_t at = first + p * s->step_y + q * s->step_x + c;
          const ptrdiff_t tap = (p * s->kernel_width + q) * s->channels + c;
          const ivec product = MSK_NAME(v_integers)(type, x, at, n) *
                               MSK_NAME(v_integers)(msk_integer_s8, w, tap, n);
          if (is_wide) {
            wide += __builtin_convertvector(product, lvec);
          } else {
            sum += product;
          }
        }
      }
      const ivec result = type == msk_integer_s8 && columns.is_small
                              ? MSK_NAME(v_finished_small)(&columns, sum)
                              : MSK_NAME(v_finished)(s->y, &columns, sum, wide);
      const ptrdiff_t to = (i * s->width + j) * s->channels + c;
      if (s->y.type == msk_integer_s16) {
        MSK_NAME(v_set_integers)(msk_integer_s16, y, to, result, n);
      } else {
        MSK_NAME(v_set_integers)(msk_integer_s8, y, to, result, n);
      }
    }
  }
}

MSK_INLINE void MSK_NAME(depthwise_of)(msk_integer type, bool is_wide, void *y, const void *x,
                                       const int8_t *w, const void *bias, const void *scales,
                                       const msk_integer_depthwise *s) {
  ptrdiff_t c = 0;
  for (; c + MSK_LANES <= s->channels; c += MSK_LANES) {
    MSK_NAME(depthwise_channels)(type, is_wide, y, x, w, bias, scales, s, c, MSK_LANES);
  }
  if (c < s->channels) {
    MSK_NAME(depthwise_channels)(type, is_wide, y, x, w, bias, scales, s, c, s->channels - c);
  }
}

static void MSK_NAME(depthwise)(void *y, const void *x, const int8_t *w, const void *bias,
                                const void *scales, const msk_integer_depthwise *s) {
  if (s->x == msk_integer_s8) {
    MSK_NAME(depthwise_of)(msk_integer_s8, false, y, x, w, bias, scales, s);
  } else if (s->y.wide) {
    MSK_NAME(depthwise_of)(msk_integer_s16, true, y, x, w, bias, scales, s);
  } else {
    MSK_NAME(depthwise_of)(msk_integer_s16, false, y, x, w, bias, scales, s);
  }
}

#undef lvec
#endif
