// SPDX-License-Identifier: Apache-2.0
#ifndef MSK_VARIANT
#include "kernel.h"

static void map_scalar(float *y, const float *x, ptrdiff_t count, msk_function f) {
  for (ptrdiff_t i = 0; i < count; i++) y[i] = msk_function_of(f, x[i]);
}

#define MSK_SOURCE "f32_map.c"
#include "variants.h"

void msk_f32_map(msk_isa isa, float *y, const float *x, ptrdiff_t count, msk_function f) {
  MSK_DISPATCH(isa, map, y, x, count, f)
}

#else

static void MSK_NAME(map)(float *y, const float *x, ptrdiff_t count, msk_function f) {
  ptrdiff_t i = 0;
  for (; i + MSK_LANES <= count; i += MSK_LANES) v_store(y + i, v_function(f, v_load(x + i)));
  if (i < count) v_store_n(y + i, v_function(f, v_load_n(x + i, count - i)), count - i);
}

#endif
