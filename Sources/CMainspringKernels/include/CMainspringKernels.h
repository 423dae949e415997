// SPDX-License-Identifier: Apache-2.0
//
// Kernels over row-major arrays of float32, int8 or int16. None allocates, locks, sets errno or
// touches a global.
//
// Unless said otherwise: pointers are aligned to an element, results do not overlap operands, counts
// are at least 0, and strides and offsets are in elements. Every kernel has a scalar variant, which
// is its specification; vector variants differ from it by rounding only where floats are computed,
// and not at all where integers are. `isa` must be one the running processor has.
#ifndef MAINSPRING_KERNELS_H
#define MAINSPRING_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What Swift's `@_noAllocation @_noLocks` may rely on.
#if defined(__swift__) || __has_attribute(swift_attr)
#define MSK_REALTIME \
  __attribute__((swift_attr("@_noAllocation"), swift_attr("@_noLocks")))
#else
#define MSK_REALTIME
#endif
#define MSK_CLOSED __attribute__((enum_extensibility(closed)))

/// The instruction set a kernel uses.
typedef enum MSK_CLOSED : int32_t {
  msk_isa_scalar = 0,
  /// AVX2, FMA and F16C: 8 lanes.
  msk_isa_avx2 = 1,
  /// The same with AVX-VNNI, for products of int8.
  msk_isa_avx_vnni = 2,
  /// AVX-512 F, BW, DQ and VL: 16 lanes.
  msk_isa_avx512 = 3,
  /// The same with VNNI, for products of int8.
  msk_isa_avx512_vnni = 4,
  /// Advanced SIMD of 64-bit ARM: 4 lanes.
  msk_isa_neon = 5,
  /// The same with dot products of int8.
  msk_isa_neon_dot = 6,
} msk_isa;

/// What packed weights are made of; halves are IEEE binary16 and are widened in registers. The
/// float kernels take no int8.
typedef enum MSK_CLOSED : int32_t {
  msk_element_f32 = 0,
  msk_element_f16 = 1,
  msk_element_s8 = 2,
} msk_element;

/// Whether this processor and its operating system have it.
bool msk_isa_available(msk_isa isa);

/// Floats in a vector register: 1, 4, 8, 16.
ptrdiff_t msk_lanes(msk_isa isa) MSK_REALTIME;
/// Columns of a block of weights packed for `msk_f32_gemm`; a multiple of the lanes.
ptrdiff_t msk_gemm_width(msk_isa isa) MSK_REALTIME;
/// Columns of a block of weights packed for `msk_f32_gemv`; a multiple of the lanes.
ptrdiff_t msk_gemv_width(msk_isa isa) MSK_REALTIME;

// MARK: Weights

/// Copies a matrix into blocks of `width` columns, each block depth-major:
/// dst[first·depth + k·w + (n − first)] = src[row(n)·row_stride + k·depth_stride] for n < columns,
/// where first = n − n mod width, w = min(width, columns − first), and row(n) is `rows[n]`, or n
/// without `rows`; a negative row, and any from `row_count` on, gives zeros. Elements stay what they
/// are.
void msk_pack(msk_element element, void *_Nonnull dst, const void *_Nonnull src,
              const int32_t *_Nullable rows, ptrdiff_t row_count, ptrdiff_t row_stride,
              ptrdiff_t depth_stride, ptrdiff_t columns, ptrdiff_t depth,
              ptrdiff_t width) MSK_REALTIME;

// MARK: Products

/// A matrix product whose left rows are gathered from `segments` runs of `length` elements:
/// y[r·y_stride + n] =
///   clamp(bias[n] + Σ_s Σ_k x[r·x_stride + offsets[s] + k] · W[s·length + k][n]).
typedef struct {
  ptrdiff_t rows, columns;
  ptrdiff_t segments, length;
  ptrdiff_t x_stride, y_stride;
  /// Bounds of the result; −∞ and ∞ for none.
  float low, high;
  msk_element element;
} msk_gemm;

/// `w` is packed by `msk_pack` with `msk_gemm_width`, columns rounded up to whole lanes and depth
/// segments·length. `offsets` may be null for a single segment at 0, `bias` for zeros.
void msk_f32_gemm(msk_isa isa, float *_Nonnull y, const float *_Nonnull x, const void *_Nonnull w,
                  const float *_Nullable bias, const int32_t *_Nullable offsets,
                  msk_gemm shape) MSK_REALTIME;

/// The same with what often follows: each row becomes row · scale + shift after the clamp, and of
/// each pair of neighbours the larger elements remain, not-a-number if one is; rows are even, and
/// y_stride is between pairs.
void msk_f32_gemm_pooled(msk_isa isa, float *_Nonnull y, const float *_Nonnull x,
                         const void *_Nonnull w, const float *_Nullable bias,
                         const int32_t *_Nullable offsets, const float *_Nonnull scale,
                         const float *_Nonnull shift, msk_gemm shape) MSK_REALTIME;

/// y[n] = clamp(init[n] + Σ_k x[k] · W[k][n]) for n < columns; `init` may be null for zeros or
/// equal `y`. `w` is packed by `msk_pack` with `msk_gemv_width` and columns rounded up to whole
/// lanes.
///
/// `backwards` walks W from its end, which changes the order of the additions only: products that
/// follow one another in turns find in the cache what the one before read last.
void msk_f32_gemv(msk_isa isa, float *_Nonnull y, const float *_Nonnull x, const void *_Nonnull w,
                  const float *_Nullable init, msk_element element, ptrdiff_t depth,
                  ptrdiff_t columns, float low, float high, bool backwards) MSK_REALTIME;

/// Several windows whose operands lie `stride` floats apart; weights they share.
typedef struct {
  ptrdiff_t count, stride;
} msk_batch;

/// The same, forwards, for several windows with the same bits: `y` and `x` are the first one's.
void msk_f32_gemv_batch(msk_isa isa, float *_Nonnull y, const float *_Nonnull x,
                        const void *_Nonnull w, const float *_Nullable init, msk_element element,
                        ptrdiff_t depth, ptrdiff_t columns, float low, float high,
                        msk_batch batch) MSK_REALTIME;

/// A sliding window over one image; both borders of the input exist in memory.
typedef struct {
  /// Extents of the result.
  ptrdiff_t height, width, channels;
  ptrdiff_t kernel_height, kernel_width;
  /// Elements of the input between vertical and horizontal neighbours among windows …
  ptrdiff_t stride_y, stride_x;
  /// … and inside a window.
  ptrdiff_t step_y, step_x;
  float low, high;
  msk_element element;
} msk_depthwise;

/// y[i][j][c] = clamp(bias[c] + Σ_p Σ_q x[i·stride_y + j·stride_x + p·step_y + q·step_x + c] ·
/// w[p·kernel_width + q][c]); `bias` may be null.
void msk_f32_depthwise(msk_isa isa, float *_Nonnull y, const float *_Nonnull x,
                       const void *_Nonnull w, const float *_Nullable bias,
                       msk_depthwise shape) MSK_REALTIME;

/// A transposed convolution after its product, one image.
typedef struct {
  ptrdiff_t in_height, in_width;
  ptrdiff_t out_height, out_width, filters;
  ptrdiff_t kernel_height, kernel_width;
  ptrdiff_t stride_height, stride_width;
  ptrdiff_t before_height, before_width;
  float low, high;
} msk_scatter;

/// y[i·stride − before + p][…][f] += x[i][…][p][q][f], clamped at the end; y starts as `bias`,
/// which may be null. x is `[in_height][in_width][kernel_height][kernel_width][filters]`.
void msk_f32_scatter(msk_isa isa, float *_Nonnull y, const float *_Nonnull x,
                     const float *_Nullable bias, msk_scatter shape) MSK_REALTIME;

// MARK: Recurrent layers, state zero before the first step
//
// Gate columns are interleaved by vectors: unit u of gate g of G is column
// (u / lanes)·G·lanes + g·lanes + u mod lanes, units rounded up to whole lanes ("padded").

/// Codes of the functions of one element; see `msk_function`.
typedef enum MSK_CLOSED : int32_t {
  /// x
  msk_linear,
  /// min(max(x, a), b)
  msk_clamp,
  msk_tanh,
  /// 1 / (1 + e⁻ˣ)
  msk_sigmoid,
  /// min(max(a·x + b, 0), 1)
  msk_hard_sigmoid,
  /// x / (1 + |x|)
  msk_softsign,
  /// log(1 + eˣ)
  msk_softplus,
  /// x ≥ 0: b·x; else a·(eˣ − 1)
  msk_elu,
  /// x · sigmoid(x)
  msk_silu,
  /// x · min(max(x + 3, 0), 6) / 6
  msk_hard_silu,
  /// x/2 · (1 + erf(x/√2))
  msk_gelu,
  /// x/2 · (1 + tanh(√(2/π)·(x + 0.044715·x³)))
  msk_gelu_tanh,
  /// x · tanh(softplus(x))
  msk_mish,
  msk_exp,
  /// max(x, 0) + min(0, a·(e^(x/a) − 1))
  msk_celu,
  /// −log(1 + e⁻ˣ)
  msk_log_sigmoid,
  /// x − tanh(x)
  msk_tanh_shrink,
  /// sign(x) · max(|x| − a, 0)
  msk_soft_shrink,
  /// |x| > a: x; else 0
  msk_hard_shrink,
  /// (x + √(x² + a)) / 2
  msk_squareplus,
  /// x ≤ −1: 0; x ≥ 1: x; else (x + 1)² / 4
  msk_sparse_plus,
  /// x ≥ a: a; x ≥ b: x; else c·(x − b)
  msk_rectified,
  /// x > a: x; else 0
  msk_thresholded,
  msk_log,
  msk_abs,
  msk_negate,
  msk_square,
  msk_square_root,
  msk_reciprocal_square_root,
} msk_code;

/// A function of one element with its parameters. Not-a-number stays not-a-number, except where a
/// comparison in the formula decides for a constant.
typedef struct {
  msk_code code;
  float a, b, c;
} msk_function;

/// Sizes shared by the recurrent kernels.
typedef struct {
  ptrdiff_t time, units;
  /// Whether y is `[time][units]`, or `[units]` of the last step.
  bool sequence;
  msk_element element;
} msk_recurrent;

/// z = xs[t] + U·h; c = clip(f·c + i·g); h = o·activation(c), gates i, f, g, o.
///
/// `xs` is `[time][4·padded]`, the input's share with its bias. `w` is U packed for `msk_f32_gemv`.
/// `scratch` has 5·padded floats, aligned to 64 bytes. `clip` 0 is no clip.
void msk_f32_lstm(msk_isa isa, float *_Nonnull y, const float *_Nonnull xs, const void *_Nonnull w,
                  float *_Nonnull scratch, msk_function activation, msk_function gate, float clip,
                  msk_recurrent shape) MSK_REALTIME;

/// The same for several windows, with the same bits: `y`, `xs` and `scratch` are the first one's, and
/// the stride is a multiple of 16.
void msk_f32_lstm_batch(msk_isa isa, float *_Nonnull y, const float *_Nonnull xs,
                        const void *_Nonnull w, float *_Nonnull scratch, msk_function activation,
                        msk_function gate, float clip, msk_recurrent shape,
                        msk_batch batch) MSK_REALTIME;

/// The same as `msk_f32_lstm`, from the state that the call before ended with: `state` has h and then
/// c, padded floats each, and is zero before the first call. y of the last step is in it afterwards.
void msk_f32_lstm_resume(msk_isa isa, float *_Nonnull y, const float *_Nonnull xs,
                         const void *_Nonnull w, float *_Nonnull state, float *_Nonnull scratch,
                         msk_function activation, msk_function gate, float clip,
                         msk_recurrent shape) MSK_REALTIME;

/// z, r = gate(xs + U·h + d); n = activation(xs_n + r·(U_n·h + d_n)); h = z·h + (1 − z)·n.
///
/// `xs` is `[time][3·padded]`; `w` is U packed for `msk_f32_gemv`; d is `[3·padded]`. `scratch` has
/// 3·padded floats, aligned to 64 bytes.
void msk_f32_gru_after(msk_isa isa, float *_Nonnull y, const float *_Nonnull xs,
                       const void *_Nonnull w, const float *_Nonnull d, float *_Nonnull scratch,
                       msk_function activation, msk_function gate,
                       msk_recurrent shape) MSK_REALTIME;

/// The same from the state that the call before ended with, `[padded]`.
void msk_f32_gru_after_resume(msk_isa isa, float *_Nonnull y, const float *_Nonnull xs,
                              const void *_Nonnull w, const float *_Nonnull d,
                              float *_Nonnull state, float *_Nonnull scratch,
                              msk_function activation, msk_function gate,
                              msk_recurrent shape) MSK_REALTIME;

/// z, r = gate(xs + U·h); n = activation(xs_n + U_n·(r·h)); h = z·h + (1 − z)·n.
///
/// `w` is U of the gates z and r, two interleaved; `wn` is U_n. `scratch` has 4·padded floats.
void msk_f32_gru_before(msk_isa isa, float *_Nonnull y, const float *_Nonnull xs,
                        const void *_Nonnull w, const void *_Nonnull wn, float *_Nonnull scratch,
                        msk_function activation, msk_function gate,
                        msk_recurrent shape) MSK_REALTIME;

/// The same from the state that the call before ended with, `[padded]`.
void msk_f32_gru_before_resume(msk_isa isa, float *_Nonnull y, const float *_Nonnull xs,
                               const void *_Nonnull w, const void *_Nonnull wn,
                               float *_Nonnull state, float *_Nonnull scratch,
                               msk_function activation, msk_function gate,
                               msk_recurrent shape) MSK_REALTIME;

/// h = activation(xs[t] + U·h); `xs` is `[time][padded]`. `scratch` has padded floats.
void msk_f32_rnn(msk_isa isa, float *_Nonnull y, const float *_Nonnull xs, const void *_Nonnull w,
                 float *_Nonnull scratch, msk_function activation,
                 msk_recurrent shape) MSK_REALTIME;

/// The same from the state that the call before ended with, `[padded]`.
void msk_f32_rnn_resume(msk_isa isa, float *_Nonnull y, const float *_Nonnull xs,
                        const void *_Nonnull w, float *_Nonnull state, float *_Nonnull scratch,
                        msk_function activation, msk_recurrent shape) MSK_REALTIME;

// MARK: Element by element

/// y[i] = f(x[i]); `y` may equal `x`.
void msk_f32_map(msk_isa isa, float *_Nonnull y, const float *_Nonnull x, ptrdiff_t count,
                 msk_function f) MSK_REALTIME;

/// y[r][c] = x[r][c] · scale[c] + shift[c]; `y` may equal `x`.
void msk_f32_scale_shift(msk_isa isa, float *_Nonnull y, const float *_Nonnull x,
                         const float *_Nonnull scale, const float *_Nonnull shift, ptrdiff_t rows,
                         ptrdiff_t channels) MSK_REALTIME;

/// One axis of a walk over a result and its operands, outermost first.
typedef struct {
  /// At least 1.
  int32_t extent;
  /// Elements between neighbours: in the result and in up to three operands.
  int32_t y, a, b, c;
} msk_axis;

/// More axes than a tensor of at most 2²⁸ elements has once those of extent 1 are dropped.
#define MSK_MAXIMUM_AXES 32

/// Functions of two elements; conditions give 0 or 1.
typedef enum MSK_CLOSED : int32_t {
  msk_add,
  msk_subtract,
  msk_multiply,
  msk_divide,
  /// Not-a-number if one operand is.
  msk_maximum,
  msk_minimum,
  /// (a − b)²
  msk_squared_difference,
  msk_less,
  msk_less_or_equal,
  msk_greater,
  msk_greater_or_equal,
  /// a ≥ 0: a; else a · b
  msk_parametric_relu,
} msk_pair;

/// y = clamp(f(a, b)) along 1 … `MSK_MAXIMUM_AXES` axes; the innermost strides are 0 or 1 (that of
/// y is 1). `y` may equal an operand that has the same strides.
void msk_f32_binary(msk_isa isa, float *_Nonnull y, const float *_Nonnull a,
                    const float *_Nonnull b, msk_pair f, const msk_axis *_Nonnull axes,
                    ptrdiff_t axis_count, float low, float high) MSK_REALTIME;

// MARK: Matrix products of two values

/// Sizes of one product, and how both operands are read: a[r·a_row + k·a_depth], b[k·b_depth +
/// n·b_column].
typedef struct {
  ptrdiff_t rows, columns, depth;
  ptrdiff_t a_row, a_depth;
  ptrdiff_t b_depth, b_column;
} msk_matmul;

/// y[r][n] = Σ_k a[r][k] · b[k][n] for each matrix along the axes.
///
/// `scratch` has depth · columns rounded up to whole lanes floats, and rows · depth more when
/// `a_depth` is not 1; it is aligned to 64 bytes.
void msk_f32_matmul(msk_isa isa, float *_Nonnull y, const float *_Nonnull a,
                    const float *_Nonnull b, float *_Nonnull scratch, const msk_axis *_Nonnull axes,
                    ptrdiff_t axis_count, msk_matmul shape) MSK_REALTIME;

// MARK: Movement

/// y[i] = value.
void msk_f32_fill(float *_Nonnull y, ptrdiff_t count, float value) MSK_REALTIME;

/// y[i] = the low bytes of `value`; elements of 1, 2, 4 or 8 bytes.
void msk_fill(void *_Nonnull y, ptrdiff_t element_size, ptrdiff_t count,
              uint64_t value) MSK_REALTIME;

/// y = a along 1 … `MSK_MAXIMUM_AXES` axes, elements of 1, 2, 4 or 8 bytes; strides of `a` may be 0
/// or negative.
void msk_copy(void *_Nonnull y, const void *_Nonnull a, ptrdiff_t element_size,
              const msk_axis *_Nonnull axes, ptrdiff_t axis_count) MSK_REALTIME;

/// y = a ≠ 0 ? b : c along 1 … `MSK_MAXIMUM_AXES` axes; b, c and y have elements of 1, 2, 4 or 8
/// bytes.
void msk_select(void *_Nonnull y, const float *_Nonnull a, const void *_Nonnull b,
                const void *_Nonnull c, ptrdiff_t element_size, const msk_axis *_Nonnull axes,
                ptrdiff_t axis_count) MSK_REALTIME;

// MARK: Reductions

typedef enum MSK_CLOSED : int32_t {
  msk_reduce_sum,
  /// Not-a-number if one element is.
  msk_reduce_maximum,
  msk_reduce_minimum,
} msk_reduction;

/// y[…] = f over the axes whose stride in y is 0, divided by `divisor`; the innermost stride of `a`
/// is 1, those of y are 0 or 1 there. `y` has `count` elements.
void msk_f32_reduce(msk_isa isa, float *_Nonnull y, const float *_Nonnull a, msk_reduction f,
                    const msk_axis *_Nonnull axes, ptrdiff_t axis_count, ptrdiff_t count,
                    float divisor) MSK_REALTIME;

/// A pooling window over one image; cells outside do not count.
typedef struct {
  ptrdiff_t in_height, in_width, channels;
  ptrdiff_t out_height, out_width;
  ptrdiff_t size_height, size_width;
  ptrdiff_t stride_height, stride_width;
  ptrdiff_t before_height, before_width;
  bool average;
  float low, high;
} msk_pool;

/// y[i][j][c] = clamp(largest or mean of the cells inside the window); 0 for one without cells.
void msk_f32_pool(msk_isa isa, float *_Nonnull y, const float *_Nonnull x,
                  msk_pool shape) MSK_REALTIME;

/// y[r] = e^(β·x[r] − max β·x[r]), divided by its sum; channels ≥ 1; `y` may equal `x`.
void msk_f32_softmax(msk_isa isa, float *_Nonnull y, const float *_Nonnull x, ptrdiff_t rows,
                     ptrdiff_t channels, float beta) MSK_REALTIME;

/// y[r] = x[r] − max − log Σ e^(x[r] − max); channels ≥ 1; `y` may equal `x`.
void msk_f32_log_softmax(msk_isa isa, float *_Nonnull y, const float *_Nonnull x, ptrdiff_t rows,
                         ptrdiff_t channels) MSK_REALTIME;

// MARK: Integers
//
// An integer q stands for scale · (q − zero). The arithmetic is that of TensorFlow Lite's reference
// kernels, bit for bit; "scaled" means multiplied by an `msk_scale` as fixed_point.h rounds it.

/// What integer elements are.
typedef enum MSK_CLOSED : int32_t {
  msk_integer_s8,
  msk_integer_s16,
  msk_integer_s32,
} msk_integer;

/// multiplier · 2^(shift − 31); multipliers are 0 or from 2³⁰ to 2³¹ − 1, shifts from −31 to 30.
typedef struct {
  int32_t multiplier, shift;
} msk_scale;

/// How sums become results: by an `msk_scale` for each column, or by a double for each.
typedef enum MSK_CLOSED : int32_t {
  msk_scaling_fixed,
  msk_scaling_real,
} msk_scaling;

/// Where results end.
typedef struct {
  msk_integer type;
  msk_scaling scaling;
  /// Sums and biases have 64 bits instead of 32.
  bool wide;
  /// Added after scaling, before the clamp.
  int32_t zero;
  int32_t low, high;
} msk_integer_result;

/// Rows of operands as `msk_gemm` has them, of int8 or int16; weights are int8.
typedef struct {
  ptrdiff_t rows, columns;
  ptrdiff_t segments, length;
  ptrdiff_t x_stride, y_stride;
  msk_integer x;
  msk_integer_result y;
} msk_integer_gemm;

/// Bytes of a matrix of weights for `msk_int_gemm` or `msk_hybrid_product` on operands of a type.
ptrdiff_t msk_int_packed_size(msk_isa isa, msk_integer x, ptrdiff_t columns, ptrdiff_t segments,
                              ptrdiff_t length) MSK_REALTIME;

/// Packs it: column n is row n of src, `[row_count][segments·length]`, or row `rows[n]`, zeros where
/// that is negative.
void msk_int_pack(msk_isa isa, msk_integer x, int8_t *_Nonnull dst, const int8_t *_Nonnull src,
                  const int32_t *_Nullable rows, ptrdiff_t columns, ptrdiff_t segments,
                  ptrdiff_t length) MSK_REALTIME;

/// What operands of int8 are moved by before they are multiplied: the sums of this much of all
/// weights of a column come in addition, and `bias` has to be less by them.
int32_t msk_int_offset(msk_isa isa, msk_integer x) MSK_REALTIME;

/// y[r·y_stride + n] = clamp(zero + scaled(bias[n] +
///   Σ_s Σ_k (x[r·x_stride + offsets[s] + k] + offset) · w[n][s·length + k])).
///
/// `w` is packed by `msk_int_pack`; the offset is `msk_int_offset`. `bias` is less by it and by the
/// zero point of x. `scales` holds what `scaling` says, one for each column; `offsets` may be null
/// for a single segment at 0.
void msk_int_gemm(msk_isa isa, void *_Nonnull y, const void *_Nonnull x, const int8_t *_Nonnull w,
                  const void *_Nonnull bias, const void *_Nonnull scales,
                  const int32_t *_Nullable offsets, msk_integer_gemm shape) MSK_REALTIME;

/// What often follows a product on int8: a factor, bias and scale of each column, as a depthwise
/// convolution of one tap has them; `bias` is less by the zero point of what comes in.
typedef struct {
  const int8_t *_Nonnull w;
  const int32_t *_Nonnull bias;
  const msk_scale *_Nonnull scales;
  msk_integer_result y;
} msk_integer_epilogue;

/// `msk_int_gemm` of int8, fixed-point scales and sums of 32 bits, whose results go through an
/// epilogue of the same; of each pair of neighbouring rows the larger elements remain. Rows are even,
/// and y_stride is between pairs.
void msk_int_gemm_pooled(msk_isa isa, int8_t *_Nonnull y, const int8_t *_Nonnull x,
                         const int8_t *_Nonnull w, const int32_t *_Nonnull bias,
                         const msk_scale *_Nonnull scales, const int32_t *_Nullable offsets,
                         msk_integer_gemm shape, msk_integer_epilogue epilogue) MSK_REALTIME;

/// A window over each channel as `msk_depthwise` has it.
typedef struct {
  ptrdiff_t height, width, channels;
  ptrdiff_t kernel_height, kernel_width;
  ptrdiff_t stride_y, stride_x;
  ptrdiff_t step_y, step_x;
  msk_integer x;
  msk_integer_result y;
} msk_integer_depthwise;

/// y[i][j][c] = clamp(zero + scaled(bias[c] + Σ_p Σ_q x[…] · w[p·kernel_width + q][c])).
void msk_int_depthwise(msk_isa isa, void *_Nonnull y, const void *_Nonnull x,
                       const int8_t *_Nonnull w, const void *_Nonnull bias,
                       const void *_Nonnull scales, msk_integer_depthwise shape) MSK_REALTIME;

/// A transposed convolution of one image.
typedef struct {
  ptrdiff_t in_height, in_width, channels;
  ptrdiff_t out_height, out_width, filters;
  ptrdiff_t kernel_height, kernel_width;
  ptrdiff_t stride_height, stride_width;
  ptrdiff_t before_height, before_width;
  msk_integer x;
  /// Zero point of x.
  int32_t x_zero;
  msk_integer_result y;
} msk_integer_scatter;

/// The sums of y[i·stride − before + p][…][f] += (x[i][…][c] − x_zero) · w[f][p][q][c], which start
/// as `bias`, scaled.
void msk_int_transposed(msk_isa isa, void *_Nonnull y, const void *_Nonnull x,
                        const int8_t *_Nonnull w, const void *_Nonnull bias,
                        const void *_Nonnull scales, msk_integer_scatter shape) MSK_REALTIME;

/// y = clamp(zero + scaled(Σ_k (a[r][k] − a_zero) · (b[k][n] − b_zero))) for each matrix along the
/// axes.
void msk_int_matmul(void *_Nonnull y, const void *_Nonnull a, const void *_Nonnull b,
                    int32_t a_zero, int32_t b_zero, msk_scale scale,
                    const msk_axis *_Nonnull axes, ptrdiff_t axis_count, msk_matmul shape,
                    msk_integer type, msk_integer_result result) MSK_REALTIME;

/// An LSTM on int8 with a cell of int16, gates i, f, g, o one after the other.
typedef struct {
  ptrdiff_t time, units;
  bool sequence;
  /// The state of before the first step: the zero point the recurrent product reads h with.
  int32_t state_zero;
  /// Integer bits of the cell, 0 … 6.
  int32_t cell_bits;
  /// Bound on the cell; 0 for none.
  int32_t cell_clip;
  /// h is o · tanh(c), scaled, plus its zero point.
  msk_scale hidden;
  int32_t hidden_zero;
} msk_integer_recurrent;

/// z = limit(xs[t] + scaled(bias + U·h)); c = limit(f·c + i·g); h = o · tanh(c).
///
/// `xs` is `[time][4·units]`, the input's share with its bias, scaled to 12 fractional bits; `w` is
/// U packed by `msk_int_pack`; `bias`, which has the state's zero point in it and nothing else, and
/// `scales`, the same within a gate, are `[4·units]`; units are at most 2¹³. `scratch` has 4·units
/// int32, then 5·units int16, then units int8.
void msk_s8_lstm(msk_isa isa, int8_t *_Nonnull y, const int16_t *_Nonnull xs,
                 const int8_t *_Nonnull w, const int32_t *_Nonnull bias,
                 const msk_scale *_Nonnull scales, void *_Nonnull scratch,
                 msk_integer_recurrent shape) MSK_REALTIME;

/// The same from the state that the call before ended with: `state` has c, units int16, and then h,
/// units int8; c is 0 and h the state's zero point before the first call.
void msk_s8_lstm_resume(msk_isa isa, int8_t *_Nonnull y, const int16_t *_Nonnull xs,
                        const int8_t *_Nonnull w, const int32_t *_Nonnull bias,
                        const msk_scale *_Nonnull scales, void *_Nonnull state,
                        void *_Nonnull scratch, msk_integer_recurrent shape) MSK_REALTIME;

/// The same for several windows, with the same bits: `y`, `xs` and `scratch` are the first one's, and
/// the stride is a multiple of 16.
void msk_s8_lstm_batch(msk_isa isa, int8_t *_Nonnull y, const int16_t *_Nonnull xs,
                       const int8_t *_Nonnull w, const int32_t *_Nonnull bias,
                       const msk_scale *_Nonnull scales, void *_Nonnull scratch,
                       msk_integer_recurrent shape, msk_batch batch) MSK_REALTIME;

/// The functions of the LSTM's gates and cell: 1 / (1 + e^−x) of numbers with 3 integer bits, and
/// tanh of numbers with 0 … 6; results have none. `y` may equal `x`.
void msk_s16_fixed_logistic(msk_isa isa, int16_t *_Nonnull y, const int16_t *_Nonnull x,
                            ptrdiff_t count) MSK_REALTIME;
void msk_s16_fixed_tanh(msk_isa isa, int16_t *_Nonnull y, const int16_t *_Nonnull x,
                        ptrdiff_t count, int32_t integer_bits) MSK_REALTIME;

/// y[i] = table[128 + x[i]]; `y` may equal `x`.
void msk_s8_lookup(msk_isa isa, int8_t *_Nonnull y, const int8_t *_Nonnull x, ptrdiff_t count,
                   const int8_t *_Nonnull table) MSK_REALTIME;

/// y[i] = clamp(zero + (d ≥ 0 ? d scaled by `positive` : sign · d scaled by `negative`)) with
/// d = x[i] − x_zero.
typedef struct {
  msk_integer x;
  int32_t x_zero;
  msk_integer y;
  int32_t zero, low, high;
  msk_scale positive, negative;
  /// 1 or −1.
  int32_t sign;
} msk_rescaling;

/// See `msk_rescaling`; `y` may equal `x` if the types are of one size.
void msk_int_rescale(msk_isa isa, void *_Nonnull y, const void *_Nonnull x, ptrdiff_t count,
                     msk_rescaling rescaling) MSK_REALTIME;

/// Logistic function, or tanh, of int16 by interpolation in `msk_s16_sigmoid_table`; `y` has the
/// scale 2⁻¹⁵.
///
/// x is multiplied, by at most 32767, and shifted right with rounding to 3·2¹² steps a unit first;
/// `y` may equal `x`.
void msk_s16_logistic(int16_t *_Nonnull y, const int16_t *_Nonnull x, ptrdiff_t count,
                      int32_t multiplier, int32_t shift,
                      const uint16_t *_Nonnull table) MSK_REALTIME;
void msk_s16_tanh(int16_t *_Nonnull y, const int16_t *_Nonnull x, ptrdiff_t count,
                  int32_t multiplier, int32_t shift,
                  const uint16_t *_Nonnull table) MSK_REALTIME;

/// How two integers become one, or a condition, which is 0 or 1 as float.
typedef struct {
  msk_pair pair;
  msk_integer x, y;
  int32_t a_zero, b_zero, zero;
  /// Left shift of both operands before they are scaled.
  int32_t shift;
  msk_scale a, b, result;
  int32_t low, high;
} msk_integer_pair;

/// y = f(a, b) along 1 … `MSK_MAXIMUM_AXES` axes; the innermost strides are 0 or 1 (that of y is 1).
/// `y` may equal an operand that has the same strides and elements of one size.
///
/// Sums, differences and their squares: operands without zero point, shifted and scaled; the result
/// scaled. Products: without zero points, then scaled. Extremes: of the raw values.
void msk_int_binary(msk_isa isa, void *_Nonnull y, const void *_Nonnull a, const void *_Nonnull b,
                    msk_integer_pair f, const msk_axis *_Nonnull axes,
                    ptrdiff_t axis_count) MSK_REALTIME;

/// Σ or the largest or smallest raw value over the axes whose stride in y is 0, into `sums`; sums
/// are of 32 bits and wrap.
void msk_int_reduce(msk_isa isa, int32_t *_Nonnull sums, const void *_Nonnull a,
                    msk_integer type, msk_reduction f, const msk_axis *_Nonnull axes,
                    ptrdiff_t axis_count, ptrdiff_t count) MSK_REALTIME;

/// y[i] = clamp(zero + scaled(x[i] − x_zero)).
void msk_int_finish(msk_isa isa, void *_Nonnull y, const int32_t *_Nonnull sums, ptrdiff_t count,
                    int32_t x_zero, msk_scale scale, msk_integer type,
                    int32_t zero) MSK_REALTIME;

/// As `msk_pool`; means are rounded with ties away from zero. low and high bound the result.
typedef struct {
  ptrdiff_t in_height, in_width, channels;
  ptrdiff_t out_height, out_width;
  ptrdiff_t size_height, size_width;
  ptrdiff_t stride_height, stride_width;
  ptrdiff_t before_height, before_width;
  bool average;
  msk_integer type;
  int32_t low, high;
} msk_integer_pool;

void msk_int_pool(msk_isa isa, void *_Nonnull y, const void *_Nonnull x,
                  msk_integer_pool shape) MSK_REALTIME;

/// Powers of e for softmax, `[256]`: of differences 0, −1, … −255 from the largest element, scaled to
/// 26 fractional bits; those below `lowest` count as −∞.
void msk_s8_softmax_table(int32_t *_Nonnull table, msk_scale scale, int32_t lowest);

/// Softmax of int8 with the result's scale 2⁻⁸ and zero point −128; channels ≥ 1; `y` may equal `x`.
void msk_s8_softmax(msk_isa isa, int8_t *_Nonnull y, const int8_t *_Nonnull x, ptrdiff_t rows,
                    ptrdiff_t channels, const int32_t *_Nonnull table) MSK_REALTIME;

/// The logarithm of it with the result's scale 2⁻⁴ and zero point 127; `reverse` scales back to
/// steps of x.
void msk_s8_log_softmax(int8_t *_Nonnull y, const int8_t *_Nonnull x, ptrdiff_t rows,
                        ptrdiff_t channels, msk_scale scale, msk_scale reverse,
                        int32_t lowest) MSK_REALTIME;

/// Softmax of int16 by interpolation in two tables of 513 numbers, e^x and 1/(1+x), with the
/// result's scale 2⁻¹⁵. channels ≥ 1; `y` may not equal `x`.
void msk_s16_softmax(int16_t *_Nonnull y, const int16_t *_Nonnull x, ptrdiff_t rows,
                     ptrdiff_t channels, msk_scale scale,
                     const int16_t *_Nonnull tables) MSK_REALTIME;

/// y[i] = clamp(x[i] / scale rounded with ties away from zero + zero); infinities saturate, and
/// not-a-number gives the zero point.
void msk_quantize(msk_isa isa, void *_Nonnull y, const float *_Nonnull x, ptrdiff_t count,
                  msk_integer type, float scale, int32_t zero) MSK_REALTIME;

/// y[i] = scale · (x[i] − zero).
void msk_dequantize(msk_isa isa, float *_Nonnull y, const void *_Nonnull x, ptrdiff_t count,
                    msk_integer type, float scale, int32_t zero) MSK_REALTIME;

// MARK: Floats by weights of int8
//
// Operands become int8 with a scale and zero point of their own, found anew for each row or image.

/// Rows of floats as int8: asymmetric ones cover least to largest element and 0 in 255 steps,
/// others the largest magnitude in 127 around zero point 0. Writes a scale and a zero point for
/// each row. Not-a-number counts as 0.
void msk_hybrid_quantize(msk_isa isa, int8_t *_Nonnull y, float *_Nonnull scales,
                         int32_t *_Nonnull zeros, const float *_Nonnull x, ptrdiff_t rows,
                         ptrdiff_t length, bool asymmetric) MSK_REALTIME;

/// Rows that are windows of one sequence of `count` elements with zeros around it: row r starts
/// with element r·stride − before.
typedef struct {
  ptrdiff_t rows, length;
  ptrdiff_t stride, before, count;
  bool asymmetric;
} msk_hybrid_windows;

/// `msk_hybrid_quantize` of windows.
void msk_hybrid_quantize_windows(msk_isa isa, int8_t *_Nonnull y, float *_Nonnull scales,
                                 int32_t *_Nonnull zeros, const float *_Nonnull x,
                                 msk_hybrid_windows windows) MSK_REALTIME;

/// Rows as `msk_gemm` has them.
typedef struct {
  ptrdiff_t rows, columns;
  ptrdiff_t segments, length;
  ptrdiff_t x_stride, y_stride;
  /// Scales and zero points of x between rows; 0 for a single one.
  ptrdiff_t row_step;
  /// Between rows of `init`; 0 for a bias.
  ptrdiff_t init_stride;
  /// Sums are multiplied by the column's scale and then by the row's, instead of by their product.
  bool in_turn;
  float low, high;
} msk_hybrid_gemm;

/// y[r][n] = clamp(init[r][n] + (Σ x[r] · w[n] − zero · sums[n]) · scale · scales[n]).
///
/// `w` is packed by `msk_int_pack`, `sums` are those of its columns; `init` may be null for zeros or
/// equal `y`.
void msk_hybrid_product(msk_isa isa, float *_Nonnull y, const int8_t *_Nonnull x,
                        const float *_Nonnull row_scales, const int32_t *_Nonnull row_zeros,
                        const int8_t *_Nonnull w, const int32_t *_Nonnull sums,
                        const float *_Nonnull scales, const float *_Nullable init,
                        const int32_t *_Nullable offsets, msk_hybrid_gemm shape) MSK_REALTIME;

/// The same of each channel by itself.
typedef struct {
  ptrdiff_t height, width, channels;
  ptrdiff_t kernel_height, kernel_width;
  ptrdiff_t stride_y, stride_x;
  ptrdiff_t step_y, step_x;
  float low, high;
} msk_hybrid_depthwise;

void msk_hybrid_depthwise_product(float *_Nonnull y, const int8_t *_Nonnull x, float scale,
                                  int32_t zero, const int8_t *_Nonnull w,
                                  const float *_Nonnull scales, const float *_Nullable bias,
                                  msk_hybrid_depthwise shape) MSK_REALTIME;

/// `msk_f32_lstm` with int8 weights, packed by `msk_int_pack` in the order of its columns.
///
/// `scratch` has 5·padded floats, then units int8.
///
/// All vectors give the same bits. Plain C rounds the functions of the cell otherwise, by 3e-7 a step:
/// an element of the state that lies on the edge between two of its int8 may go to either there, by
/// which a gate's sum differs by one step of that state, at most 1/127, times scales[n] · w[n].
void msk_hybrid_lstm(msk_isa isa, float *_Nonnull y, const float *_Nonnull xs,
                     const int8_t *_Nonnull w, const int32_t *_Nonnull sums,
                     const float *_Nonnull scales, float *_Nonnull scratch,
                     msk_function activation, msk_function gate, float clip, bool asymmetric,
                     msk_recurrent shape) MSK_REALTIME;

/// The same from the state that the call before ended with, as `msk_f32_lstm_resume` has it.
void msk_hybrid_lstm_resume(msk_isa isa, float *_Nonnull y, const float *_Nonnull xs,
                            const int8_t *_Nonnull w, const int32_t *_Nonnull sums,
                            const float *_Nonnull scales, float *_Nonnull state,
                            float *_Nonnull scratch, msk_function activation, msk_function gate,
                            float clip, bool asymmetric, msk_recurrent shape) MSK_REALTIME;

/// The same for several windows, with the same bits: `y`, `xs` and `scratch` are the first one's, and
/// the stride is a multiple of 16.
void msk_hybrid_lstm_batch(msk_isa isa, float *_Nonnull y, const float *_Nonnull xs,
                           const int8_t *_Nonnull w, const int32_t *_Nonnull sums,
                           const float *_Nonnull scales, float *_Nonnull scratch,
                           msk_function activation, msk_function gate, float clip,
                           bool asymmetric, msk_recurrent shape, msk_batch batch) MSK_REALTIME;

// MARK: Tables, made once

/// A scale and zero point.
typedef struct {
  float scale;
  int32_t zero;
} msk_affine;

/// The int8 or int16 that stands for a number, as `msk_quantize` has it.
int32_t msk_quantized(float x, msk_integer type, msk_affine y);

/// A table of int8, `[256]`, of d ≥ 0 ? d scaled by `positive` : sign · d scaled by `negative`, with
/// the zero points and bounds that `r` has; see `msk_rescaling`.
void msk_s8_rescaling_table(int8_t *_Nonnull table, msk_rescaling r);

/// table[128 + q] = clamp(f(x.scale · (q − x.zero)) / y.scale rounded + y.zero), of int8.
///
/// The functions are tanh, sigmoid, elu, exp, log, gelu and gelu_tanh; others give zeros.
void msk_s8_table(int8_t *_Nonnull table, msk_code f, msk_affine x, msk_affine y);

/// The hard swish of int8 in fixed-point numbers of 16 bits.
void msk_s8_hard_swish_table(int8_t *_Nonnull table, msk_affine x, msk_affine y,
                             msk_scale result, msk_scale rectifier);

/// 1/√x of int8 by Newton's method in integers; what is not positive gives 127.
void msk_s8_reciprocal_square_root_table(int8_t *_Nonnull table, msk_affine x, msk_affine y,
                                         msk_scale scale);

/// 256 numbers for 2¹⁶ · logistic(i / 24), each moved by half the error of linear interpolation.
void msk_s16_sigmoid_table(uint16_t *_Nonnull table);

/// 513 numbers for e^x from −10 to 0, then 513 for 1/(1+x) from 0 to 1.
void msk_s16_softmax_tables(int16_t *_Nonnull tables);

#endif
