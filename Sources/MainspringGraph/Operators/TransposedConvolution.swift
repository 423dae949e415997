// SPDX-License-Identifier: Apache-2.0

/// The gradient of a convolution as an operator of its own: scatters each input over a window.
///
/// y[i·stride − before + j] += x[i] · W[j]; `before` as TFLite's TRANSPOSE_CONV computes it.
public struct TransposedConvolution: Hashable, Sendable {
  /// `[filters × height × width × channels]`
  public var weights: Tensor
  /// `[filters]`
  public var bias: Tensor?
  public var stride: Extent2D
  public var padding: Padding
  /// The result's height and width, which the stride alone does not determine.
  public var outputSize: Extent2D
  public var activation: FusedActivation

  public init(
    weights: Tensor, bias: Tensor?, stride: Extent2D, padding: Padding, outputSize: Extent2D,
    activation: FusedActivation = .none
  ) {
    self.weights = weights
    self.bias = bias
    self.stride = stride
    self.padding = padding
    self.outputSize = outputSize
    self.activation = activation
  }

  var name: String { "TransposedConvolution" }
  var weightTensors: [Tensor] { [weights] + (bias.map { [$0] } ?? []) }

  /// The convolution whose gradient this is must map the output's extents to the input's.
  ///
  /// - Returns: border cells before the first element, by axis.
  public func before(over input: Shape) throws(ShapeError) -> Extent2D {
    let height = try WindowAxis(
      input: outputSize.height, size: weights.shape[1], stride: stride.height, dilation: 1,
      padding: padding, operation: name)
    let width = try WindowAxis(
      input: outputSize.width, size: weights.shape[2], stride: stride.width, dilation: 1,
      padding: padding, operation: name)
    try ShapeError.require(
      height.output == input[1] && width.output == input[2], name,
      expected: "[batch, \(height.output), \(width.output), channels]", found: "\(input)")
    return Extent2D(height: height.before, width: width.before)
  }

  func outputShape(_ input: Shape) throws(ShapeError) -> Shape {
    try ShapeError.require(
      weights.shape.rank == 4, name, expected: "weights [filters, height, width, channels]",
      found: "\(weights.shape)")
    try ShapeError.require(
      input.rank == 4 && input.channels == weights.shape[3], name,
      expected: "[batch, height, width, \(weights.shape[3])]", found: "\(input)")
    try ShapeError.require(
      bias.map { $0.shape.extents == [weights.shape[0]] } ?? true, name,
      expected: "bias [\(weights.shape[0])]", found: "\(bias?.shape.description ?? "")")
    _ = try before(over: input)
    return try Shape([input[0], outputSize.height, outputSize.width, weights.shape[0]])
  }
}
