// SPDX-License-Identifier: Apache-2.0

/// Mean, sum or extreme over some axes.
public struct Reduce: Hashable, Sendable {
  public enum Kind: Hashable, Sendable { case mean, sum, maximum, minimum }

  public var kind: Kind
  /// Ascending, each in `0..<rank`.
  public var axes: [Int]
  /// Reduced axes stay as 1, or vanish.
  public var keepsAxes: Bool

  public init(kind: Kind, axes: [Int], keepsAxes: Bool) {
    self.kind = kind
    self.axes = axes
    self.keepsAxes = keepsAxes
  }

  var name: String {
    switch kind {
    case .mean: "Mean"
    case .sum: "Sum"
    case .maximum: "ReduceMax"
    case .minimum: "ReduceMin"
    }
  }

  func outputShape(_ input: Shape) throws(ShapeError) -> Shape {
    var previous = -1
    for axis in axes {
      try ShapeError.require(
        axis > previous && axis < input.rank, name,
        expected: "ascending axes below \(input.rank)", found: "\(axes)")
      try ShapeError.require(
        input[axis] > 0, name, expected: "at least one element on axis \(axis)", found: "\(input)")
      previous = axis
    }
    var extents: [Int] = []
    for axis in 0..<input.rank {
      if !axes.contains(axis) {
        extents.append(input[axis])
      } else if keepsAxes {
        extents.append(1)
      }
    }
    return try Shape(extents)
  }
}
