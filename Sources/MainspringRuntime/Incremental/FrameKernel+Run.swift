// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels

extension FrameKernel {
  /// Computes some frames: what the step does, elsewhere and on as many of them.
  ///
  /// - Parameter c: has the weights; its arena is not used.
  @_noAllocation @_noLocks
  func run(_ c: Context, _ o: FrameOperands) {
    switch self {
    case .product(let step): unsafe step.run(c, o.result, o.floats, o.rows(step.shape))
    case .convolution(let step): unsafe step.run(c, o.result, o.floats, o.rows(step.shape))
    case .depthwise(let step): unsafe step.run(c, o.result, o.floats, o.image(step.shape))
    case .pool(let step): unsafe msk_f32_pool(c.isa, o.result, o.floats, o.image(step.shape))
    case .map(let step): unsafe step.run(c, o.result, o.floats, step.count * o.count)
    case .scaleShift(let step): unsafe step.run(c, o.result, o.floats, rows: o.count)
    case .dequantize(let step): unsafe step.run(c, o.result, o.x, step.count * o.count)
    case .binary(let step):
      for row in 0..<o.count {
        let (y, a) = unsafe (o.y + row * o.yStride, o.x + row * o.xStride)
        let b = unsafe o.other(row) ?? c.rawOperand(step.b)
        unsafe step.run(
          c, y.assumingMemoryBound(to: Float.self), a.assumingMemoryBound(to: Float.self),
          b.assumingMemoryBound(to: Float.self))
      }
    case .integerProduct(let step): unsafe step.run(c, o.y, o.x, o.rows(step.shape))
    case .integerConvolution(let step): unsafe step.run(c, o.y, o.x, o.rows(step.shape))
    case .integerDepthwise(let step): unsafe step.run(c, o.y, o.x, o.image(step.shape))
    case .integerPool(let step): unsafe msk_int_pool(c.isa, o.y, o.x, o.image(step.shape))
    case .lookup(let step): unsafe step.run(c, o.y, o.x, step.count * o.count)
    case .rescale(let step): unsafe step.run(c, o.y, o.x, step.count * o.count)
    case .sigmoid(let step): unsafe step.run(c, o.y, o.x, step.count * o.count)
    case .quantize(let step): unsafe step.run(c, o.y, o.floats, step.count * o.count)
    case .integerBinary(let step):
      for row in 0..<o.count {
        let b = unsafe o.other(row) ?? c.rawOperand(step.b)
        unsafe step.run(c, o.y + row * o.yStride, o.x + row * o.xStride, b)
      }
    }
  }
}

/// Shapes of as many frames.
extension FrameOperands {
  @_noAllocation @_noLocks
  fileprivate func rows(_ shape: msk_gemm) -> msk_gemm {
    var shape = shape
    shape.rows = count
    if isGathered { shape.x_stride = shape.length }
    return shape
  }

  @_noAllocation @_noLocks
  fileprivate func rows(_ shape: msk_integer_gemm) -> msk_integer_gemm {
    var shape = shape
    shape.rows = count
    if isGathered { shape.x_stride = shape.length }
    return shape
  }

  @_noAllocation @_noLocks
  fileprivate func image(_ shape: msk_depthwise) -> msk_depthwise {
    var shape = shape
    shape.width = count
    return shape
  }

  @_noAllocation @_noLocks
  fileprivate func image(_ shape: msk_integer_depthwise) -> msk_integer_depthwise {
    var shape = shape
    shape.width = count
    return shape
  }

  @_noAllocation @_noLocks
  fileprivate func image(_ shape: msk_pool) -> msk_pool {
    var shape = shape
    (shape.in_width, shape.out_width, shape.before_width) = (xCount, count, before)
    return shape
  }

  @_noAllocation @_noLocks
  fileprivate func image(_ shape: msk_integer_pool) -> msk_integer_pool {
    var shape = shape
    (shape.in_width, shape.out_width, shape.before_width) = (xCount, count, before)
    return shape
  }

  /// A row of the second operand, where it has frames.
  @_noAllocation @_noLocks
  fileprivate func other(_ row: Int) -> UnsafeRawPointer? {
    unsafe other.map { unsafe $0 + row * otherStride }
  }
}
