// SPDX-License-Identifier: Apache-2.0

extension Tensor {
  /// A matrix cut into the rows before `row` and the rest.
  ///
  /// - Precondition: a matrix with at least `row` rows.
  public func split(at row: Int) -> (Tensor, Tensor) {
    (rows(0..<row), rows(row..<shape[0]))
  }

  /// Some rows of a matrix.
  ///
  /// - Precondition: a matrix that has the rows.
  public func rows(_ range: Range<Int>) -> Tensor {
    precondition(shape.rank == 2 && range.upperBound <= shape[0], "rows of a matrix")
    let cells = range.lowerBound * shape[1]..<range.upperBound * shape[1]
    let part: Elements =
      switch elements {
      case .float32(let values): .float32(Array(values[cells]))
      case .float16(let values): .float16(Array(values[cells]))
      case .int8(let values): .int8(Array(values[cells]))
      case .uint8(let values): .uint8(Array(values[cells]))
      case .int16(let values): .int16(Array(values[cells]))
      case .int32(let values): .int32(Array(values[cells]))
      case .int64(let values): .int64(Array(values[cells]))
      case .bool(let values): .bool(Array(values[cells]))
      }
    return Tensor(
      shape: shape.withRows(range.count), elements: part,
      quantization: quantization?.rows(range, of: shape[0]))
  }
}

extension Quantization {
  /// Where each row has a scale, those of some rows.
  fileprivate func rows(_ range: Range<Int>, of count: Int) -> Quantization {
    guard axis == 0, scales.count == count, zeroPoints.count == count else { return self }
    return Quantization(scales: Array(scales[range]), zeroPoints: Array(zeroPoints[range]))
  }
}
