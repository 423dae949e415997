// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

/// What the integers of a value stand for, checked: scale · (q − zero).
struct IntegerType: Equatable {
  let element: msk_integer
  /// Finite and positive.
  let scale: Float
  /// In the element type's range; 0 for int16.
  let zero: Int32

  /// - Throws: `PlanError` when the elements are not int8 or int16, or their scale and zero point
  ///   are none that integers can be computed with.
  init(_ type: ValueType, node: String, role: String) throws(PlanError) {
    switch type.elementType {
    case .int8: element = .s8
    case .int16: element = .s16
    default: throw .elementType(node: node, role: role, type.elementType)
    }
    guard let quantization = type.quantization else {
      throw .quantization(node: node, role: role, expected: "a scale and zero point", found: "none")
    }
    guard quantization.scales.count == 1, quantization.zeroPoints.count == 1 else {
      throw .quantization(
        node: node, role: role, expected: "1 scale and 1 zero point",
        found: "\(quantization.scales.count) and \(quantization.zeroPoints.count)")
    }
    scale = quantization.scales[0]
    try PlanError.requireScale(scale, node: node, role: role)
    let point = quantization.zeroPoints[0]
    let range: ClosedRange<Int64> = element == .s8 ? -128...127 : 0...0
    guard range.contains(point) else {
      throw .quantization(
        node: node, role: role, expected: element == .s8 ? "a zero point of int8" : "zero point 0",
        found: "\(point)")
    }
    zero = Int32(point)
  }

  /// Smallest and largest element.
  var low: Int32 { element == .s8 ? -128 : -32768 }
  var high: Int32 { element == .s8 ? 127 : 32767 }

  /// The integer that stands for a number, within the range.
  func steps(_ x: Float) -> Int32 { msk_quantized(x, element, affine) }

  var affine: msk_affine { msk_affine(scale: scale, zero: zero) }
}

extension PlanError {
  /// - Throws: `PlanError` unless the scale is finite and positive.
  static func requireScale(_ scale: Float, node: String, role: String) throws(PlanError) {
    guard scale.isFinite, scale > 0 else {
      throw .quantization(
        node: node, role: role, expected: "a finite scale above 0",
        found: scale.isFinite ? "0 or less" : "infinity or not a number")
    }
  }
}

extension FusedActivation {
  /// The clamp in the steps of a result: TensorFlow Lite's `CalculateActivationRangeQuantized`.
  func bounds(of type: IntegerType) -> (low: Int32, high: Int32) {
    let (low, high) = bounds
    return (
      low.isFinite ? type.steps(low) : type.low, high.isFinite ? type.steps(high) : type.high
    )
  }
}

extension msk_scale {
  /// TensorFlow Lite's `QuantizeMultiplier`; nil above 2³⁰ and for what is no number of at least 0.
  init?(_ multiplier: Double) {
    guard multiplier >= 0, multiplier < 0x1p30 else { return nil }
    guard multiplier > 0 else {
      self.init(multiplier: 0, shift: 0)
      return
    }
    var shift = multiplier.exponent + 1
    // The fraction is from 2³⁰ up to 2³¹, so that adding a half is exact.
    var fraction = Int64(multiplier.significand * 0x1p30 + 0.5)
    if fraction == 1 << 31 {
      fraction = 1 << 30
      shift += 1
    }
    if shift < -31 {
      self.init(multiplier: 0, shift: 0)
    } else {
      self.init(multiplier: Int32(fraction), shift: Int32(shift))
    }
  }
}

extension Planner {
  /// A scale in fixed point.
  ///
  /// - Throws: `PlanError` when it is above `limit`.
  func scale(
    _ multiplier: Double, of role: String, below limit: Double = 0x1p30, _ job: Job
  ) throws(PlanError) -> msk_scale {
    guard multiplier < limit, let scale = msk_scale(multiplier) else {
      throw .quantization(
        node: job.name, role: role, expected: "scales whose quotient is small enough",
        found: "one of 2^\(limit.exponent) or more")
    }
    return scale
  }
}
