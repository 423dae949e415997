// SPDX-License-Identifier: Apache-2.0
//
// From sums to results.
#ifndef MSK_INTEGER_RESULT_H
#define MSK_INTEGER_RESULT_H

#include "fixed_point.h"

/// The sum of column n, scaled, moved to the zero point, clamped.
MSK_INLINE int32_t msk_finished(msk_integer_result result, int64_t sum, const void *scales,
                                ptrdiff_t n) {
  int32_t value;
  if (result.scaling == msk_scaling_real) {
    value = msk_scaled_real(sum, ((const double *)scales)[n]);
  } else if (result.wide) {
    value = msk_scaled_wide(sum, ((const msk_scale *)scales)[n]);
  } else {
    value = msk_scaled((int32_t)sum, ((const msk_scale *)scales)[n]);
  }
  return msk_limited((int64_t)value + result.zero, result.low, result.high);
}

/// Stores it as element i.
MSK_INLINE void msk_finish(msk_integer_result result, void *y, ptrdiff_t i, int64_t sum,
                           const void *scales, ptrdiff_t n) {
  msk_set_integer(result.type, y, i, msk_finished(result, sum, scales, n));
}

#endif
