// SPDX-License-Identifier: Apache-2.0
#include "fixed_point.h"

/// An operand without its zero point, in the steps both operands share.
MSK_INLINE int32_t pair_term(int32_t x, int32_t zero, int32_t shift, msk_scale scale) {
  return msk_scaled((int32_t)((uint32_t)(x - zero) << shift), scale);
}

/// a / b, scaled, after TensorFlow Lite's DIV: by the reciprocal of b as a fraction of 31 bits. A
/// divisor of 0 counts as one step.
MSK_INLINE int32_t pair_quotient(int32_t a, int32_t b, msk_scale scale) {
  if (b < 0) {
    a = -a;
    b = -b;
  } else if (b == 0) {
    b = 1;
  }
  const int32_t bits = __builtin_clz((uint32_t)b), headroom = __builtin_clrsb(a);
  const int32_t inverse = msk_one_over_one_plus((int32_t)(((uint32_t)b << bits) - (1u << 31)));
  const int32_t quotient = msk_high_product((int32_t)((uint32_t)a << headroom), inverse);
  const int32_t product = msk_high_product(quotient, scale.multiplier);
  const int32_t right = 31 - bits + headroom - scale.shift;
  if (right > 31) return 0;
  return right >= 0 ? msk_rounded_shift(product, right)
                    : msk_saturated_shift(product, right < -31 ? 31 : -right);
}

MSK_INLINE int32_t pair_value(msk_pair pair, const msk_integer_pair *f, int32_t a, int32_t b) {
  switch (pair) {
  case msk_add:
  case msk_subtract:
  case msk_squared_difference: {
    const int32_t left = pair_term(a, f->a_zero, f->shift, f->a);
    const int32_t right = pair_term(b, f->b_zero, f->shift, f->b);
    if (pair == msk_add) return msk_scaled(left + right, f->result);
    const int32_t difference = left - right;
    if (pair == msk_subtract) return msk_scaled(difference, f->result);
    return msk_scaled((int32_t)((uint32_t)difference * (uint32_t)difference), f->result);
  }
  case msk_multiply: return msk_scaled((a - f->a_zero) * (b - f->b_zero), f->result);
  case msk_divide: return pair_quotient(a - f->a_zero, b - f->b_zero, f->result);
  case msk_maximum: return a > b ? a : b;
  case msk_minimum: return a < b ? a : b;
  case msk_parametric_relu: {
    const int32_t d = a - f->a_zero;
    return d >= 0 ? msk_scaled(d, f->a) : msk_scaled(d * (b - f->b_zero), f->b);
  }
  case msk_less:
  case msk_less_or_equal:
  case msk_greater:
  case msk_greater_or_equal: break;
  }
  const int32_t left = pair_term(a, f->a_zero, f->shift, f->a);
  const int32_t right = pair_term(b, f->b_zero, f->shift, f->b);
  return pair == msk_less            ? left < right
         : pair == msk_less_or_equal ? left <= right
         : pair == msk_greater       ? left > right
                                     : left >= right;
}

MSK_INLINE void pair_row(msk_pair pair, msk_integer type, msk_integer b_type, msk_integer to,
                         void *y, const void *a, const void *b, const msk_integer_pair *f,
                         const msk_walk *walk, msk_axis row) {
  const bool is_condition = pair >= msk_less && pair <= msk_greater_or_equal;
  for (ptrdiff_t i = 0; i < row.extent; i++) {
    const int32_t left = msk_integer_at(type, a, walk->a + i * row.a);
    const int32_t right = msk_integer_at(b_type, b, walk->b + i * row.b);
    const int32_t value = pair_value(pair, f, left, right);
    if (is_condition) {
      ((float *)y)[walk->y + i] = (float)value;
    } else {
      msk_set_integer(to, y, walk->y + i,
                      msk_limited((int64_t)value + f->zero, f->low, f->high));
    }
  }
}

MSK_INLINE void pair_rows(msk_pair pair, void *y, const void *a, const void *b,
                          const msk_integer_pair *f, const msk_axis *axes, ptrdiff_t axis_count) {
  const msk_axis row = axes[axis_count - 1];
  msk_walk walk;
  msk_walk_start(&walk, axis_count);
  do {
    if (f->x == msk_integer_s8) {
      pair_row(pair, msk_integer_s8, msk_integer_s8, msk_integer_s8, y, a, b, f, &walk, row);
    } else if (pair == msk_parametric_relu) {
      pair_row(pair, msk_integer_s16, msk_integer_s8, msk_integer_s16, y, a, b, f, &walk, row);
    } else {
      pair_row(pair, msk_integer_s16, msk_integer_s16, msk_integer_s16, y, a, b, f, &walk, row);
    }
  } while (msk_walk_next(&walk, axes, axis_count));
}

void msk_int_binary(void *y, const void *a, const void *b, msk_integer_pair f,
                    const msk_axis *axes, ptrdiff_t axis_count) {
  switch (f.pair) {
#define MSK_CASE(pair) \
  case pair: pair_rows(pair, y, a, b, &f, axes, axis_count); break;
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
