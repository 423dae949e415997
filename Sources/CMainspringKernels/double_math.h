// SPDX-License-Identifier: Apache-2.0
//
// Elementary functions in double precision, for tables that must come out the same everywhere: the
// error is a few units in the last place, far below what a rounded table entry shows.
#ifndef MSK_DOUBLE_MATH_H
#define MSK_DOUBLE_MATH_H

#include "kernel.h"

MSK_INLINE double msk_double_from(uint64_t bits) {
  double value;
  __builtin_memcpy(&value, &bits, sizeof value);
  return value;
}

/// e^x − 1 for |x| ≤ 0.4: the Taylor series.
MSK_INLINE double msk_double_expm1_small(double x) {
  double sum = 1.0;
  for (int k = 18; k > 1; k--) sum = 1.0 + sum * x / k;
  return sum * x;
}

MSK_INLINE double msk_double_exp(double x) {
  if (x > 709.0) return __builtin_inf();
  if (x < -708.0) return 0.0;
  const double scaled = x * 1.4426950408889634;
  const int32_t n = (int32_t)(scaled + (scaled < 0 ? -0.5 : 0.5));
  const double r = (x - n * 0.693147180369123816490) - n * 1.90821492927058770002e-10;
  return (1.0 + msk_double_expm1_small(r)) * msk_double_from((uint64_t)(n + 1023) << 52);
}

MSK_INLINE double msk_double_expm1(double x) {
  return x < 0.4 && x > -0.4 ? msk_double_expm1_small(x) : msk_double_exp(x) - 1.0;
}

MSK_INLINE double msk_double_tanh(double x) {
  if (x > 20.0) return 1.0;
  if (x < -20.0) return -1.0;
  const double e = msk_double_expm1(2.0 * x);
  return e / (e + 2.0);
}

/// The natural logarithm of a normal positive number.
MSK_INLINE double msk_double_log(double x) {
  uint64_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  int32_t exponent = (int32_t)(bits >> 52) - 1023;
  double m = msk_double_from((bits & 0xfffffffffffff) | 0x3ff0000000000000);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    exponent++;
  }
  const double s = (m - 1.0) / (m + 1.0), s2 = s * s;
  double sum = 0.0;
  for (int k = 23; k > 0; k -= 2) sum = sum * s2 + 1.0 / k;
  return 2.0 * s * sum + exponent * 0.6931471805599453;
}

/// 1 − erf x: a series for small x, a continued fraction for others.
MSK_INLINE double msk_double_erfc(double x) {
  const double a = x < 0 ? -x : x;
  if (a > 26.0) return x < 0 ? 2.0 : 0.0;
  const double power = msk_double_exp(-a * a);
  double tail;
  if (a < 3.0) {
    double term = a, sum = a;
    for (int k = 1; k < 80; k++) {
      term *= 2.0 * a * a / (2 * k + 1);
      sum += term;
    }
    tail = 1.0 - 1.1283791670955126 * power * sum;
  } else {
    double fraction = a;
    for (int k = 80; k > 0; k--) fraction = a + 0.5 * k / fraction;
    tail = power * 0.5641895835477563 / fraction;
  }
  return x < 0 ? 2.0 - tail : tail;
}

#endif
