// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Tensor {
  /// A constant operand as integers of a type; nil when an element is not finite.
  func quantized(as type: ValueType) -> Tensor? {
    guard let floats, let quantization = type.quantization, let scale = quantization.scale,
      let zeroPoint = quantization.zeroPoint, floats.allSatisfy(\.isFinite)
    else { return nil }
    let integer = { (value: Float, limits: ClosedRange<Float>) in
      min(max((value / scale).rounded() + Float(zeroPoint), limits.lowerBound), limits.upperBound)
    }
    switch type.elementType {
    case .int8:
      return Tensor(
        shape: shape, elements: .int8(floats.map { Int8(integer($0, -128...127)) }),
        quantization: quantization)
    case .int16:
      return Tensor(
        shape: shape, elements: .int16(floats.map { Int16(integer($0, -32768...32767)) }),
        quantization: quantization)
    default:
      return nil
    }
  }

  /// A bias in units of the accumulator, with a scale for each block of equal size.
  ///
  /// - Returns: nil when an element is not finite.
  func quantizedBias(scales: [Float], as elementType: ElementType) -> Tensor? {
    guard let floats, floats.allSatisfy(\.isFinite), !scales.isEmpty else { return nil }
    let size = floats.count / scales.count
    let integers = floats.indices.map { index in
      (Double(floats[index]) / Double(scales[index / max(size, 1)])).rounded()
    }
    let limit = elementType == .int32 ? 0x1p31 - 1 : 0x1p39
    let clamped = integers.map { min(max($0, -limit), limit) }
    return Tensor(
      shape: shape,
      elements: elementType == .int32
        ? .int32(clamped.map { Int32($0) }) : .int64(clamped.map { Int64($0) }),
      quantization: Quantization(
        scales: scales, zeroPoints: [Int64](repeating: 0, count: scales.count)))
  }

  /// The range of the elements; nil when one is not finite or there are none.
  var bounds: Bounds? {
    guard let floats, let lower = floats.min(), let upper = floats.max(),
      floats.allSatisfy(\.isFinite)
    else { return nil }
    return Bounds(lower: lower, upper: upper)
  }
}
