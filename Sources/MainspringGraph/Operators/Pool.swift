// SPDX-License-Identifier: Apache-2.0

/// Largest or mean value of a sliding window, in NHWC; border cells do not count.
public struct Pool: Hashable, Sendable {
  public enum Kind: Hashable, Sendable { case maximum, average }

  public var kind: Kind
  public var size: Extent2D
  public var stride: Extent2D
  public var padding: Padding
  public var activation: FusedActivation

  public init(
    kind: Kind, size: Extent2D, stride: Extent2D, padding: Padding,
    activation: FusedActivation = .none
  ) {
    self.kind = kind
    self.size = size
    self.stride = stride
    self.padding = padding
    self.activation = activation
  }

  var name: String { kind == .maximum ? "MaxPool" : "AveragePool" }

  /// Both axes of the sliding window.
  ///
  /// - Throws: `ShapeError` when the input is not NHWC or the window does not fit.
  public func window(over input: Shape) throws(ShapeError) -> (
    height: WindowAxis, width: WindowAxis
  ) {
    try WindowAxis.both(
      over: input, size: size, stride: stride, padding: padding, operation: name)
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

  func outputShape(_ input: Shape) throws(ShapeError) -> Shape {
    let (height, width) = try window(over: input)
    return try Shape([input[0], height.output, width.output, input[3]])
  }
}
