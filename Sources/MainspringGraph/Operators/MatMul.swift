// SPDX-License-Identifier: Apache-2.0

/// Matrix products of two values over leading batch axes; either may be read transposed.
public struct MatMul: Hashable, Sendable {
  public var transposesLeft: Bool
  public var transposesRight: Bool

  public init(transposesLeft: Bool = false, transposesRight: Bool = false) {
    self.transposesLeft = transposesLeft
    self.transposesRight = transposesRight
  }

  /// Length of the inner product.
  func depth(_ inputs: [Shape]) -> Int {
    inputs[0][inputs[0].rank - (transposesLeft ? 2 : 1)]
  }

  func outputShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    try ShapeError.require(
      inputs.count == 2, "MatMul", expected: "2 operands", found: "\(inputs.count)")
    let (a, b) = (inputs[0], inputs[1])
    try ShapeError.require(
      a.rank >= 2 && b.rank >= 2, "MatMul", expected: "matrices", found: "\(a) and \(b)")
    let rows = a[a.rank - (transposesLeft ? 1 : 2)]
    let columns = b[b.rank - (transposesRight ? 2 : 1)]
    let inner = b[b.rank - (transposesRight ? 1 : 2)]
    try ShapeError.require(
      depth(inputs) == inner, "MatMul", expected: "equal inner extents", found: "\(a) and \(b)")
    let batch = try Shape(Array(a.extents.dropLast(2))).broadcast(
      with: try Shape(Array(b.extents.dropLast(2))), operation: "MatMul")
    return try Shape(batch.extents + [rows, columns])
  }
}
