// SPDX-License-Identifier: Apache-2.0

/// y = activation(x · Wᵀ + b) over the last axis.
public struct Dense: Hashable, Sendable {
  /// `[units × features]`
  public var weights: Tensor
  /// `[units]`
  public var bias: Tensor?
  public var activation: FusedActivation
  /// With integer weights and float operands: operands are quantized with a zero point, or
  /// around zero.
  public var asymmetricInputs: Bool

  public init(
    weights: Tensor, bias: Tensor?, activation: FusedActivation = .none,
    asymmetricInputs: Bool = false
  ) {
    self.weights = weights
    self.bias = bias
    self.activation = activation
    self.asymmetricInputs = asymmetricInputs
  }

  var name: String { "Dense" }
  var weightTensors: [Tensor] { [weights] + (bias.map { [$0] } ?? []) }

  /// `[… × features]` → `[… × units]`
  func outputShape(_ input: Shape) throws(ShapeError) -> Shape {
    try ShapeError.require(
      weights.shape.rank == 2, name, expected: "weights [units, features]",
      found: "\(weights.shape)")
    let units = weights.shape[0]
    try ShapeError.require(
      bias.map { $0.shape.extents == [units] } ?? true, name, expected: "bias [\(units)]",
      found: "\(bias?.shape.description ?? "")")
    try ShapeError.require(
      input.rank >= 1 && input.channels == weights.shape[1], name,
      expected: "\(weights.shape[1]) features on the last axis", found: "\(input)")
    return try Shape(input.extents.dropLast() + [units])
  }
}
