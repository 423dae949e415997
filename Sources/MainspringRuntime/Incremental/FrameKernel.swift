// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels

/// A step whose result has a frame for each step in time, computed for as many frames as wanted.
///
/// Each frame is computed by the same kernel, in the same order of additions, as in a run of the
/// whole window: it has the same bits.
enum FrameKernel: BitwiseCopyable {
  case product(ProductStep)
  case integerProduct(IntegerProductStep)
  case convolution(ConvolutionStep)
  case integerConvolution(IntegerConvolutionStep)
  case depthwise(DepthwiseStep)
  case integerDepthwise(IntegerDepthwiseStep)
  case pool(PoolStep)
  case integerPool(IntegerPoolStep)
  case map(MapStep)
  case lookup(LookupStep)
  case rescale(RescaleStep)
  case sigmoid(SigmoidStep)
  case quantize(QuantizeStep)
  case dequantize(DequantizeStep)
  case scaleShift(ScaleShiftStep)
  case binary(BinaryStep)
  case integerBinary(IntegerBinaryStep)

  /// nil for a step that does not compute frame by frame.
  init?(_ step: Step) {
    switch step {
    case .product(let step): self = .product(step)
    case .integerProduct(let step): self = .integerProduct(step)
    case .convolution(let step): self = .convolution(step)
    case .integerConvolution(let step): self = .integerConvolution(step)
    case .depthwise(let step): self = .depthwise(step)
    case .integerDepthwise(let step): self = .integerDepthwise(step)
    case .pool(let step): self = .pool(step)
    case .integerPool(let step): self = .integerPool(step)
    case .map(let step): self = .map(step)
    case .lookup(let step): self = .lookup(step)
    case .rescale(let step): self = .rescale(step)
    case .sigmoid(let step): self = .sigmoid(step)
    case .quantize(let step): self = .quantize(step)
    case .dequantize(let step): self = .dequantize(step)
    case .scaleShift(let step): self = .scaleShift(step)
    case .binary(let step): self = .binary(step)
    case .integerBinary(let step): self = .integerBinary(step)
    default: return nil
    }
  }
}

extension FrameKernel {
  /// Bytes that a frame of the result is computed from, where they are in one piece and rows of them
  /// can be put next to each other; else 0.
  var gatheredByteCount: Int {
    switch self {
    case .product(let step): step.shape.length * 4
    case .convolution(let step) where step.groups == 1 && step.shape.segments == 1:
      step.shape.length * 4
    case .integerProduct(let step): step.shape.length * (step.shape.x == .s8 ? 1 : 2)
    case .integerConvolution(let step) where step.groups == 1 && step.shape.segments == 1:
      step.shape.length * step.elementSize
    default: 0
    }
  }
}

/// What a kernel reads and writes for some frames.
@safe struct FrameOperands: BitwiseCopyable {
  let x: UnsafeRawPointer
  /// The second operand, where it has frames too.
  let other: UnsafeRawPointer?
  let y: UnsafeMutableRawPointer
  let count: Int
  /// Bytes of a frame.
  let xStride: Int
  let otherStride: Int
  let yStride: Int
  /// For pools: frames from `x` to the end of the window, and how far the first result starts before
  /// it.
  let xCount: Int
  let before: Int
  /// The frames of each row lie by themselves, and do not overlap with those of the next one.
  let isGathered: Bool

  @_noAllocation @_noLocks
  init(
    x: UnsafeRawPointer, other: UnsafeRawPointer?, y: UnsafeMutableRawPointer, count: Int,
    strides: (x: Int, other: Int, y: Int), xCount: Int, before: Int, isGathered: Bool
  ) {
    unsafe self.x = x
    unsafe self.other = unsafe other
    unsafe self.y = y
    self.count = count
    xStride = strides.x
    otherStride = strides.other
    yStride = strides.y
    self.xCount = xCount
    self.before = before
    self.isGathered = isGathered
  }

  var floats: UnsafePointer<Float> {
    @_noAllocation @_noLocks get { unsafe x.assumingMemoryBound(to: Float.self) }
  }
  var result: UnsafeMutablePointer<Float> {
    @_noAllocation @_noLocks get { unsafe y.assumingMemoryBound(to: Float.self) }
  }
}
