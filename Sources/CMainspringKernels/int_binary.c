// SPDX-License-Identifier: Apache-2.0
#ifndef MSK_VARIANT
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

MSK_INLINE bool pair_is_condition(msk_pair pair) {
  return pair >= msk_less && pair <= msk_greater_or_equal;
}

/// Elements of the operands from `i` on, at strides 0 or 1.
typedef struct {
  void *y;
  const void *a, *b;
  ptrdiff_t a_step, b_step, count;
} pair_operands;

MSK_INLINE void pair_row_scalar(msk_pair pair, msk_integer type, msk_integer b_type,
                                const msk_integer_pair *f, const pair_operands *row) {
  for (ptrdiff_t i = 0; i < row->count; i++) {
    const int32_t left = msk_integer_at(type, row->a, i * row->a_step);
    const int32_t right = msk_integer_at(b_type, row->b, i * row->b_step);
    const int32_t value = pair_value(pair, f, left, right);
    if (pair_is_condition(pair)) {
      ((float *)row->y)[i] = (float)value;
    } else {
      msk_set_integer(type, row->y, i, msk_limited((int64_t)value + f->zero, f->low, f->high));
    }
  }
}

/// Calls `name` for each row, with the pair and the types as constants.
#define MSK_PAIR_ROWS(name)                                                                  \
  const msk_axis axis = axes[axis_count - 1];                                                \
  const ptrdiff_t size = msk_integer_size(f->x);                                             \
  const ptrdiff_t b_size = f->pair == msk_parametric_relu ? 1 : size;                        \
  const ptrdiff_t y_size = pair_is_condition(f->pair) ? 4 : size;                            \
  msk_walk walk;                                                                             \
  msk_walk_start(&walk, axis_count);                                                         \
  do {                                                                                       \
    const pair_operands row = {.y = (char *)y + walk.y * y_size,                             \
                               .a = (const char *)a + walk.a * size,                         \
                               .b = (const char *)b + walk.b * b_size,                       \
                               .a_step = axis.a, .b_step = axis.b, .count = axis.extent};    \
    switch (f->pair) {                                                                       \
      MSK_PAIR_CASE(name, msk_add)                                                           \
      MSK_PAIR_CASE(name, msk_subtract)                                                      \
      MSK_PAIR_CASE(name, msk_multiply)                                                      \
      MSK_PAIR_CASE(name, msk_maximum)                                                       \
      MSK_PAIR_CASE(name, msk_minimum)                                                       \
      MSK_PAIR_CASE(name, msk_squared_difference)                                            \
      MSK_PAIR_CASE(name, msk_less)                                                          \
      MSK_PAIR_CASE(name, msk_less_or_equal)                                                 \
      MSK_PAIR_CASE(name, msk_greater)                                                       \
      MSK_PAIR_CASE(name, msk_greater_or_equal)                                              \
    case msk_divide:                                                                         \
      if (f->x == msk_integer_s8) {                                                          \
        pair_row_scalar(msk_divide, msk_integer_s8, msk_integer_s8, f, &row);                \
      } else {                                                                               \
        pair_row_scalar(msk_divide, msk_integer_s16, msk_integer_s16, f, &row);              \
      }                                                                                      \
      break;                                                                                 \
    case msk_parametric_relu:                                                                \
      if (f->x == msk_integer_s8) {                                                          \
        name(msk_parametric_relu, msk_integer_s8, msk_integer_s8, f, &row);                  \
      } else {                                                                               \
        name(msk_parametric_relu, msk_integer_s16, msk_integer_s8, f, &row);                 \
      }                                                                                      \
      break;                                                                                 \
    }                                                                                        \
  } while (msk_walk_next(&walk, axes, axis_count));

#define MSK_PAIR_CASE(name, pair)                     \
  case pair:                                          \
    if (f->x == msk_integer_s8) {                     \
      name(pair, msk_integer_s8, msk_integer_s8, f, &row);   \
    } else {                                          \
      name(pair, msk_integer_s16, msk_integer_s16, f, &row); \
    }                                                 \
    break;

static void pairs_scalar(void *y, const void *a, const void *b, const msk_integer_pair *f,
                         const msk_axis *axes, ptrdiff_t axis_count) {
  MSK_PAIR_ROWS(pair_row_scalar)
}

#define MSK_SOURCE "int_binary.c"
#define MSK_TOOLS "integer_lanes.h"
#include "variants.h"

void msk_int_binary(msk_isa isa, void *y, const void *a, const void *b, msk_integer_pair f,
                    const msk_axis *axes, ptrdiff_t axis_count) {
  MSK_DISPATCH(isa, pairs, y, a, b, &f, axes, axis_count)
}

#else

/// An operand without its zero point, in the steps both operands share.
MSK_INLINE ivec MSK_NAME(pair_term)(ivec x, int32_t zero, int32_t shift, msk_scale scale) {
  return MSK_NAME(v_scaled_by)((x - zero) << shift, scale);
}

MSK_INLINE ivec MSK_NAME(pair_value)(msk_pair pair, const msk_integer_pair *f, ivec a, ivec b) {
  switch (pair) {
  case msk_multiply: return MSK_NAME(v_scaled_by)((a - f->a_zero) * (b - f->b_zero), f->result);
  case msk_maximum: return __builtin_elementwise_max(a, b);
  case msk_minimum: return __builtin_elementwise_min(a, b);
  case msk_parametric_relu: {
    const ivec d = a - f->a_zero;
    const ivec negative = MSK_NAME(v_scaled_by)(d * (b - f->b_zero), f->b);
    return d >= 0 ? MSK_NAME(v_scaled_by)(d, f->a) : negative;
  }
  default: break;
  }
  const ivec left = MSK_NAME(pair_term)(a, f->a_zero, f->shift, f->a);
  const ivec right = MSK_NAME(pair_term)(b, f->b_zero, f->shift, f->b);
  const ivec difference = left - right;
  switch (pair) {
  case msk_add: return MSK_NAME(v_scaled_by)(left + right, f->result);
  case msk_subtract: return MSK_NAME(v_scaled_by)(difference, f->result);
  case msk_squared_difference: return MSK_NAME(v_scaled_by)(difference * difference, f->result);
  case msk_less: return -(left < right);
  case msk_less_or_equal: return -(left <= right);
  case msk_greater: return -(left > right);
  default: return -(left >= right);
  }
}

MSK_INLINE ivec MSK_NAME(pair_load)(msk_integer type, const void *p, ptrdiff_t i, ptrdiff_t step,
                                    ptrdiff_t n) {
  return step ? MSK_NAME(v_integers)(type, p, i, n) : (ivec)msk_integer_at(type, p, 0);
}

MSK_INLINE void MSK_NAME(pair_row)(msk_pair pair, msk_integer type, msk_integer b_type,
                                   const msk_integer_pair *f, const pair_operands *row) {
  const int32_t low = msk_limited((int64_t)f->low - f->zero, INT32_MIN, INT32_MAX);
  const int32_t high = msk_limited((int64_t)f->high - f->zero, INT32_MIN, INT32_MAX);
  for (ptrdiff_t i = 0; i < row->count; i += MSK_LANES) {
    const ptrdiff_t n = row->count - i;
    const ivec a = MSK_NAME(pair_load)(type, row->a, i, row->a_step, n);
    const ivec b = MSK_NAME(pair_load)(b_type, row->b, i, row->b_step, n);
    const ivec value = MSK_NAME(pair_value)(pair, f, a, b);
    if (pair_is_condition(pair)) {
      const vec result = __builtin_convertvector(value, vec);
      if (n >= MSK_LANES) {
        v_store((float *)row->y + i, result);
      } else {
        v_store_n((float *)row->y + i, result, n);
      }
    } else {
      const ivec result = MSK_NAME(v_bounded)(value, (ivec)low, (ivec)high) + f->zero;
      MSK_NAME(v_set_integers)(type, row->y, i, result, n);
    }
  }
}

static void MSK_NAME(pairs)(void *y, const void *a, const void *b, const msk_integer_pair *f,
                            const msk_axis *axes, ptrdiff_t axis_count) {
  MSK_PAIR_ROWS(MSK_NAME(pair_row))
}

#endif
