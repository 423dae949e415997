// SPDX-License-Identifier: Apache-2.0

/// What the shape rules of all recurrent operators share.
struct RecurrentGeometry {
  let name: String
  let gates: Int
  let returnsSequence: Bool

  /// Checks `[gates·units × features]` against `[gates·units × units]`.
  func units(_ input: Tensor, _ recurrent: Tensor) throws(ShapeError) -> Int {
    try ShapeError.require(
      input.shape.rank == 2 && recurrent.shape.rank == 2, name,
      expected: "weights [\(gates)·units, features] and [\(gates)·units, units]",
      found: "\(input.shape) and \(recurrent.shape)")
    let units = recurrent.shape[1]
    try ShapeError.require(
      units >= 1 && recurrent.shape[0] == gates * units && input.shape[0] == gates * units, name,
      expected: "weights [\(gates * units), features] and [\(gates * units), \(units)]",
      found: "\(input.shape) and \(recurrent.shape)")
    return units
  }

  func requireBias(_ bias: Tensor, units: Int) throws(ShapeError) {
    try ShapeError.require(
      bias.shape.extents == [gates * units], name, expected: "bias [\(gates * units)]",
      found: "\(bias.shape)")
  }

  /// `[1 × time × features]` → `[1 × time × units]` or `[1 × units]`
  func output(_ input: Shape, features: Int, units: Int) throws(ShapeError) -> Shape {
    try ShapeError.require(
      input.rank == 3 && input[0] == 1 && input[1] >= 1 && input[2] == features, name,
      expected: "[1, time, \(features)]", found: "\(input)")
    return try Shape(returnsSequence ? [1, input[1], units] : [1, units])
  }
}
