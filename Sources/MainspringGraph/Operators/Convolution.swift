// SPDX-License-Identifier: Apache-2.0

/// A 2-D convolution in NHWC; 1-D data has height 1, depthwise has one group per channel.
public struct Convolution: Hashable, Sendable {
  /// `[filters × height × width × channels/groups]`
  public var weights: Tensor
  /// `[filters]`
  public var bias: Tensor?
  public var stride: Extent2D
  public var dilation: Extent2D
  public var padding: Padding
  /// Channels are split into this many groups; filter `f` sees group `f / (filters/groups)`.
  public var groups: Int
  public var activation: FusedActivation

  public init(
    weights: Tensor, bias: Tensor?, stride: Extent2D = .one, dilation: Extent2D = .one,
    padding: Padding = .valid, groups: Int = 1, activation: FusedActivation = .none
  ) {
    self.weights = weights
    self.bias = bias
    self.stride = stride
    self.dilation = dilation
    self.padding = padding
    self.groups = groups
    self.activation = activation
  }

  var name: String { isDepthwise ? "DepthwiseConvolution" : "Convolution" }
  var weightTensors: [Tensor] { [weights] + (bias.map { [$0] } ?? []) }

  public var filters: Int { weights.shape[0] }
  public var size: Extent2D { Extent2D(height: weights.shape[1], width: weights.shape[2]) }

  /// One group for each input channel; TFLite has an operator of its own for it.
  public var isDepthwise: Bool {
    groups > 1 && weights.shape.rank == 4 && weights.shape[3] == 1
  }

  /// Both axes of the sliding window.
  ///
  /// - Throws: `ShapeError` when the input is not NHWC or the window does not fit.
  public func window(over input: Shape) throws(ShapeError) -> (
    height: WindowAxis, width: WindowAxis
  ) {
    try WindowAxis.both(
      over: input, size: size, stride: stride, dilation: dilation, padding: padding, operation: name
    )
  }

  /// Whether no window reaches beyond an input; false when the input does not fit.
  package func hasNoBorder(over input: Shape) -> Bool {
    do throws(ShapeError) {
      let (height, width) = try window(over: input)
      return height.hasNoBorder && width.hasNoBorder
    } catch {
      return false
    }
  }

  /// `[batch × height × width × channels]` → `[batch × height' × width' × filters]`
  func outputShape(_ input: Shape) throws(ShapeError) -> Shape {
    try ShapeError.require(
      weights.shape.rank == 4, name, expected: "weights [filters, height, width, channels]",
      found: "\(weights.shape)")
    try ShapeError.require(
      groups >= 1 && filters % groups == 0, name, expected: "filters divisible by groups",
      found: "\(filters) filters, \(groups) groups")
    let (channels, overflow) = weights.shape[3].multipliedReportingOverflow(by: groups)
    try ShapeError.require(
      !overflow && input.rank == 4 && input.channels == channels, name,
      expected: "[batch, height, width, \(overflow ? "" : "\(channels)")]", found: "\(input)")
    try ShapeError.require(
      bias.map { $0.shape.extents == [filters] } ?? true, name, expected: "bias [\(filters)]",
      found: "\(bias?.shape.description ?? "")")
    let (height, width) = try window(over: input)
    return try Shape([input[0], height.output, width.output, filters])
  }
}
