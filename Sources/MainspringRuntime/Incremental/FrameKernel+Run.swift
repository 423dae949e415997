// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels

extension FrameKernel {
  /// Computes some frames.
  ///
  /// - Parameter c: has the weights; its arena is not used.
  @_noAllocation @_noLocks
  func run(_ c: Context, _ o: FrameOperands) {
    switch self {
    case .product, .convolution, .depthwise, .pool, .map, .scaleShift, .binary, .dequantize:
      runFloats(c, o)
    case .integerProduct, .integerConvolution, .integerDepthwise, .integerPool, .lookup, .rescale,
      .sigmoid, .quantize, .integerBinary:
      runIntegers(c, o)
    }
  }

  @_noAllocation @_noLocks
  private func runFloats(_ c: Context, _ o: FrameOperands) {
    switch self {
    case .product(let step):
      var shape = step.shape
      shape.rows = o.count
      if o.isGathered { shape.x_stride = shape.length }
      unsafe msk_f32_gemm(
        c.isa, o.result, o.floats, c.packed(step.weights), c.floats(step.bias), nil, shape)
    case .convolution(let step):
      var shape = step.shape
      shape.rows = o.count
      if o.isGathered { shape.x_stride = shape.length }
      for group in 0..<step.groups {
        let first = group * shape.columns
        unsafe msk_f32_gemm(
          c.isa, o.result + first, o.floats + group * step.groupChannels,
          c.packed(step.weights) + group * step.weightStride, c.floats(step.bias, from: first),
          c.offsets(step.offsets), shape)
      }
    case .depthwise(let step):
      var shape = step.shape
      shape.width = o.count
      unsafe msk_f32_depthwise(
        c.isa, o.result, o.floats, c.packed(step.weights), c.floats(step.bias), shape)
    case .pool(let step):
      var shape = step.shape
      (shape.in_width, shape.out_width, shape.before_width) = (o.xCount, o.count, o.before)
      unsafe msk_f32_pool(c.isa, o.result, o.floats, shape)
    case .map(let step):
      unsafe msk_f32_map(c.isa, o.result, o.floats, step.count * o.count, step.function)
    case .scaleShift(let step):
      unsafe msk_f32_scale_shift(
        c.isa, o.result, o.floats, c.operand(step.scale), c.operand(step.shift), o.count,
        step.channels)
    case .dequantize(let step):
      unsafe msk_dequantize(
        c.isa, o.result, o.x, step.count * o.count, step.element, step.scale, step.zero)
    case .binary(let step):
      for row in 0..<o.count {
        let b = unsafe o.other.map { unsafe $0 + row * o.otherStride }
        unsafe msk_f32_binary(
          c.isa, (o.y + row * o.yStride).assumingMemoryBound(to: Float.self),
          (o.x + row * o.xStride).assumingMemoryBound(to: Float.self),
          b?.assumingMemoryBound(to: Float.self) ?? c.operand(step.b), step.pair,
          c.axes(step.axes.place), step.axes.count, step.low, step.high)
      }
    default: break
    }
  }

  @_noAllocation @_noLocks
  private func runIntegers(_ c: Context, _ o: FrameOperands) {
    switch self {
    case .integerProduct(let step):
      var shape = step.shape
      shape.rows = o.count
      if o.isGathered { shape.x_stride = shape.length }
      unsafe msk_int_gemm(
        c.isa, o.y, o.x, c.int8Table(step.weights), c.packed(step.bias), c.packed(step.scales),
        nil, shape)
    case .integerConvolution(let step):
      var shape = step.shape
      shape.rows = o.count
      if o.isGathered { shape.x_stride = shape.length }
      for group in 0..<step.groups {
        let column = group * shape.columns
        unsafe msk_int_gemm(
          c.isa, o.y + column * step.resultSize,
          o.x + group * step.groupChannels * step.elementSize,
          c.int8Table(step.weights) + group * step.groupWeights,
          c.packed(step.bias) + column * step.biasSize, c.packed(step.scales) + column * 8,
          c.offsets(step.offsets), shape)
      }
    case .integerDepthwise(let step):
      var shape = step.shape
      shape.width = o.count
      unsafe msk_int_depthwise(
        c.isa, o.y, o.x, c.int8Table(step.weights), c.packed(step.bias), c.packed(step.scales),
        shape)
    case .integerPool(let step):
      var shape = step.shape
      (shape.in_width, shape.out_width, shape.before_width) = (o.xCount, o.count, o.before)
      unsafe msk_int_pool(c.isa, o.y, o.x, shape)
    case .lookup(let step):
      unsafe msk_s8_lookup(
        c.isa, o.y.assumingMemoryBound(to: Int8.self), o.x.assumingMemoryBound(to: Int8.self),
        step.count * o.count, c.int8Table(step.table))
    case .rescale(let step):
      unsafe msk_int_rescale(c.isa, o.y, o.x, step.count * o.count, step.rescaling)
    case .sigmoid(let step): runSigmoid(step, c, o)
    case .quantize(let step):
      unsafe msk_quantize(
        c.isa, o.y, o.floats, step.count * o.count, step.element, step.scale, step.zero)
    case .integerBinary(let step):
      for row in 0..<o.count {
        let b = unsafe o.other.map { unsafe $0 + row * o.otherStride }
        unsafe msk_int_binary(
          c.isa, o.y + row * o.yStride, o.x + row * o.xStride, b ?? c.rawOperand(step.b),
          step.pair, c.axes(step.axes.place), step.axes.count)
      }
    default: break
    }
  }

  @_noAllocation @_noLocks
  private func runSigmoid(_ step: SigmoidStep, _ c: Context, _ o: FrameOperands) {
    let table = unsafe c.packed(step.table).assumingMemoryBound(to: UInt16.self)
    let x = unsafe o.x.assumingMemoryBound(to: Int16.self)
    let y = unsafe o.y.assumingMemoryBound(to: Int16.self)
    let count = step.count * o.count
    if step.isTanh {
      unsafe msk_s16_tanh(y, x, count, step.multiplier, step.shift, table)
    } else {
      unsafe msk_s16_logistic(y, x, count, step.multiplier, step.shift, table)
    }
  }
}
