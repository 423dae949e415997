// SPDX-License-Identifier: Apache-2.0
//
// The functions of fixed_point.h on vectors of 16 bits; included once for each instruction set by
// kernel files of the LSTM, whose tests compare them with the scalar ones on all 65,536 numbers.

/// Numbers of 16 bits fill a register twice as many at a time, and as many of 32 bits two of them.
#define MSK_SHORTS (2 * MSK_LANES)
typedef int16_t MSK_NAME(hvec) __attribute__((ext_vector_type(MSK_SHORTS)));
typedef uint16_t MSK_NAME(uvec) __attribute__((ext_vector_type(MSK_SHORTS)));
typedef int32_t MSK_NAME(wvec) __attribute__((ext_vector_type(MSK_SHORTS)));
#define hvec MSK_NAME(hvec)
#define MSK_SIDE_BY_SIDE 4
#define wvec MSK_NAME(wvec)

/// The first n elements, then zeros; all for n beyond them.
MSK_INLINE hvec MSK_NAME(h_load)(const int16_t *p, ptrdiff_t n) {
  hvec x = 0;
  if (n >= MSK_SHORTS) {
    __builtin_memcpy(&x, p, sizeof x);
    return x;
  }
#if MSK_LANES == 16
  return (hvec)_mm512_maskz_loadu_epi16((__mmask32)((1u << n) - 1), p);
#else
  MSK_NAME(svec) half = 0;
  if (n >= MSK_LANES) {
    __builtin_memcpy(&x, p, sizeof half);
    if (n > MSK_LANES) half = MSK_NAME(v_part_16)(p + MSK_LANES, n - MSK_LANES);
    __builtin_memcpy((char *)&x + sizeof half, &half, sizeof half);
  } else {
    half = MSK_NAME(v_part_16)(p, n);
    __builtin_memcpy(&x, &half, sizeof half);
  }
  return x;
#endif
}

MSK_INLINE void MSK_NAME(h_store)(int16_t *p, hvec x, ptrdiff_t n) {
  if (n >= MSK_SHORTS) {
    __builtin_memcpy(p, &x, sizeof x);
    return;
  }
#if MSK_LANES == 16
  _mm512_mask_storeu_epi16(p, (__mmask32)((1u << n) - 1), (__m512i)x);
#else
  MSK_NAME(svec) half[2];
  __builtin_memcpy(half, &x, sizeof x);
  if (n >= MSK_LANES) {
    __builtin_memcpy(p, half, sizeof half[0]);
    if (n > MSK_LANES) MSK_NAME(v_set_part_16)(p + MSK_LANES, half[1], n - MSK_LANES);
  } else {
    MSK_NAME(v_set_part_16)(p, half[0], n);
  }
#endif
}

// `msk_high_product_16`, without its overflow: that of −1 and −1 does not come up here.
MSK_INLINE hvec MSK_NAME(h_product)(hvec a, hvec b) {
#if MSK_LANES == 4
  return (hvec)vqrdmulhq_s16((int16x8_t)a, (int16x8_t)b);
#elif MSK_LANES == 16
  return (hvec)_mm512_mulhrs_epi16((__m512i)a, (__m512i)b);
#else
  return (hvec)_mm256_mulhrs_epi16((__m256i)a, (__m256i)b);
#endif
}

/// 2x, saturated.
MSK_INLINE hvec MSK_NAME(h_twice)(hvec x) { return __builtin_elementwise_add_sat(x, x); }

/// Where a bit of `bits` is set: x times a factor.
MSK_INLINE hvec MSK_NAME(h_times_if)(hvec x, hvec bits, int16_t bit, int16_t factor) {
#if MSK_LANES == 16
  const __mmask32 is_set = _mm512_test_epi16_mask((__m512i)bits, _mm512_set1_epi16(bit));
  // Compilers make a product and a choice of the intrinsic, which takes longer.
  __asm__("vpmulhrsw %2, %0, %0%{%1%}" : "+v"(x) : "Yk"(is_set), "v"((hvec)factor));
  return x;
#else
  return (bits & bit) != 0 ? MSK_NAME(h_product)(x, (hvec)factor) : x;
#endif
}

/// x where a is 0, else y.
MSK_INLINE hvec MSK_NAME(h_at_zero)(hvec a, hvec y, int16_t x) {
#if MSK_LANES == 16
  const __mmask32 is_zero = _mm512_testn_epi16_mask((__m512i)a, (__m512i)a);
  return (hvec)_mm512_mask_mov_epi16((__m512i)y, is_zero, _mm512_set1_epi16(x));
#else
  return a == 0 ? (hvec)x : y;
#endif
}

// Each of the functions is a chain of some forty operations, more than a processor looks ahead of
// several times. So n of them take every step together.
#define MSK_EACH MSK_UNROLL for (int i = 0; i < n; i++)

/// A vector register that is read and written.
#if MSK_ARM64
#define MSK_REGISTER "+w"
#else
#define MSK_REGISTER "+v"
#endif

/// Keeps the compiler from doing one of them after the other all the same; n is 1, 2 or 4.
MSK_INLINE void MSK_NAME(h_together)(const int n, hvec *x) {
  if (n == 2) __asm__("" : MSK_REGISTER(x[0]), MSK_REGISTER(x[1]));
  if (n == 4) {
    __asm__("" : MSK_REGISTER(x[0]), MSK_REGISTER(x[1]), MSK_REGISTER(x[2]), MSK_REGISTER(x[3]));
  }
}
#undef MSK_REGISTER

/// `msk_exp_quarter_16`. Its second and fourth powers are not negative and neither is what is shifted
/// in the end, so that adding a half rounds as it does.
MSK_INLINE void MSK_NAME(h_exp_quarter)(const int n, hvec *x) {
  const hvec c = (int16_t)28918;
  hvec square[MSK_SIDE_BY_SIDE], cube[MSK_SIDE_BY_SIDE], sum[MSK_SIDE_BY_SIDE];
  MSK_EACH x[i] += (int16_t)(1 << 12);
  MSK_EACH square[i] = MSK_NAME(h_product)(x[i], x[i]);
  MSK_NAME(h_together)(n, square);
  MSK_EACH cube[i] = MSK_NAME(h_product)(square[i], x[i]);
  MSK_EACH sum[i] = MSK_NAME(h_product)(square[i], square[i]) + (int16_t)2;
  MSK_EACH sum[i] = (sum[i] >> (int16_t)2) + cube[i];
  MSK_EACH sum[i] = MSK_NAME(h_product)(sum[i], (hvec)(int16_t)10923);
  MSK_NAME(h_together)(n, sum);
  MSK_EACH sum[i] += square[i] + (int16_t)1;
  MSK_EACH x[i] += sum[i] >> (int16_t)1;
  MSK_EACH x[i] = MSK_NAME(h_product)(c, x[i]);
  MSK_EACH x[i] = __builtin_elementwise_add_sat(c, x[i]);
  MSK_NAME(h_together)(n, x);
}

/// `msk_exp_negative_16` of −|a|, but for a = 0, of which something else comes.
MSK_INLINE void MSK_NAME(h_exp)(const int n, hvec *y, const hvec *a, const int *integer_bits) {
  static const int16_t factor[7] = {25520, 19875, 12055, 4435, 600, 11, 0};
  hvec size[MSK_SIDE_BY_SIDE], rest[MSK_SIDE_BY_SIDE];
  MSK_EACH size[i] = __builtin_elementwise_min(a[i], -a[i]);
  MSK_EACH {
    const hvec part = size[i] | (int16_t) - (1 << (13 - integer_bits[i]));
    rest[i] = part - size[i];
    y[i] = part << (int16_t)integer_bits[i];
  }
  MSK_NAME(h_exp_quarter)(n, y);
  MSK_UNROLL for (int b = 0; b < 7; b++) {
    MSK_EACH {
      if (integer_bits[i] <= b - 2) continue;
      const int16_t bit = (int16_t)(1 << (13 - integer_bits[i] + b));
      y[i] = MSK_NAME(h_times_if)(y[i], rest[i], bit, factor[b]);
    }
    MSK_NAME(h_together)(n, y);
  }
  MSK_EACH {
    if (integer_bits[i] <= 5) continue;
    y[i] = size[i] < (int16_t) - (1 << (20 - integer_bits[i])) ? (hvec)0 : y[i];
  }
}

/// `msk_reciprocal_16` for x ≥ 0. The first estimate is off by 1/17 at most: nothing saturates.
MSK_INLINE void MSK_NAME(h_reciprocal)(const int n, hvec *x) {
  const hvec one = (int16_t)(1 << 13);
  hvec half[MSK_SIDE_BY_SIDE], error[MSK_SIDE_BY_SIDE];
  MSK_EACH half[i] = (hvec)((MSK_NAME(uvec))x[i] >> (uint16_t)1) + (int16_t)(1 << 14);
  MSK_EACH x[i] = (int16_t)23130 + MSK_NAME(h_product)(half[i], (hvec)(int16_t)-15420);
  MSK_UNROLL for (int round = 0; round < 3; round++) {
    MSK_EACH error[i] = one - MSK_NAME(h_product)(half[i], x[i]);
    MSK_NAME(h_together)(n, error);
    MSK_EACH error[i] = MSK_NAME(h_product)(x[i], error[i]);
    MSK_EACH x[i] += error[i] << (int16_t)2;
    MSK_NAME(h_together)(n, x);
  }
}

/// From the reciprocal to the logistic function of a.
MSK_INLINE hvec MSK_NAME(h_to_logistic)(hvec a, hvec reciprocal) {
  const hvec p = MSK_NAME(h_twice)(reciprocal), sign = a >> (int16_t)15;
  // p is not negative: flipped bits are what remains to the largest number.
  return MSK_NAME(h_at_zero)(a, p ^ (sign & (int16_t)0x7fff), 1 << 14);
}

/// From the reciprocal to tanh a.
MSK_INLINE hvec MSK_NAME(h_to_tanh)(hvec a, hvec reciprocal) {
  const hvec d = reciprocal - (int16_t)(1 << 13), sign = a >> (int16_t)15;
  const hvec t = MSK_NAME(h_twice)(MSK_NAME(h_twice)(d));
  return MSK_NAME(h_at_zero)(a, (t ^ sign) - sign, 0);
}

/// 1 / (1 + e^−x) of numbers with 3 integer bits.
MSK_INLINE void MSK_NAME(h_logistic)(const int n, hvec *y, const hvec *x) {
  const int bits[MSK_SIDE_BY_SIDE] = {3, 3, 3, 3};
  MSK_NAME(h_exp)(n, y, x, bits);
  MSK_NAME(h_reciprocal)(n, y);
  MSK_EACH y[i] = MSK_NAME(h_to_logistic)(x[i], y[i]);
}

/// tanh of numbers with as many integer bits.
MSK_INLINE void MSK_NAME(h_tanh)(const int n, hvec *y, const hvec *x, int integer_bits) {
  // The exponent 2x is x itself, read with one more integer bit.
  const int more = integer_bits + 1, bits[MSK_SIDE_BY_SIDE] = {more, more, more, more};
  MSK_NAME(h_exp)(n, y, x, bits);
  MSK_NAME(h_reciprocal)(n, y);
  MSK_EACH y[i] = MSK_NAME(h_to_tanh)(x[i], y[i]);
}

/// All four gates: i, f, g, o.
MSK_INLINE void MSK_NAME(h_gates)(hvec *y, const hvec *x) {
  const int bits[4] = {3, 3, 4, 3};
  MSK_NAME(h_exp)(4, y, x, bits);
  MSK_NAME(h_reciprocal)(4, y);
  y[0] = MSK_NAME(h_to_logistic)(x[0], y[0]);
  y[1] = MSK_NAME(h_to_logistic)(x[1], y[1]);
  y[2] = MSK_NAME(h_to_tanh)(x[2], y[2]);
  y[3] = MSK_NAME(h_to_logistic)(x[3], y[3]);
}

#undef MSK_EACH
