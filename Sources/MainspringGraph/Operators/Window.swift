// SPDX-License-Identifier: Apache-2.0

/// How a window treats the border, as TFLite's `Padding`.
public enum Padding: Hashable, Sendable {
  /// ⌈n / stride⌉ results; zeros before ⌊total/2⌋, the rest after.
  case same
  /// Whole windows only.
  case valid
}

/// Height and width of something that slides over an image; 1-D data has height 1.
public struct Extent2D: Hashable, Sendable {
  public let height: Int
  public let width: Int

  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  public static let one: Extent2D = Extent2D(height: 1, width: 1)
}

/// One axis of a sliding window: where it starts, how often it fits.
///
/// Arithmetic as in Keras and TFLite (documentation of `tf.nn.convolution`).
public struct WindowAxis: Hashable, Sendable {
  /// Number of results.
  public let output: Int
  /// Border cells before the first element.
  public let before: Int
  /// Border cells after the last element.
  public let after: Int

  /// Both axes of a window that slides over an image.
  ///
  /// - Throws: `ShapeError` when the input is not NHWC or the window does not fit.
  static func both(
    over input: Shape, size: Extent2D, stride: Extent2D, dilation: Extent2D = .one,
    padding: Padding, operation: String
  ) throws(ShapeError) -> (height: WindowAxis, width: WindowAxis) {
    try ShapeError.require(
      input.rank == 4, operation, expected: "[batch, height, width, channels]", found: "\(input)")
    let height = try WindowAxis(
      input: input[1], size: size.height, stride: stride.height, dilation: dilation.height,
      padding: padding, operation: operation)
    let width = try WindowAxis(
      input: input[2], size: size.width, stride: stride.width, dilation: dilation.width,
      padding: padding, operation: operation)
    return (height, width)
  }

  var hasNoBorder: Bool { before == 0 && after == 0 }

  /// - Throws: `ShapeError` when a setting is not positive or the window does not fit.
  public init(
    input: Int, size: Int, stride: Int, dilation: Int, padding: Padding, operation: String
  ) throws(ShapeError) {
    let limit = 1 << 24
    let inRange = [size, stride, dilation].allSatisfy { $0 >= 1 && $0 <= limit }
    try ShapeError.require(
      inRange, operation, expected: "size, stride and dilation from 1 to \(limit)",
      found: "\(size), \(stride), \(dilation)")
    let (reach, overflow) = (size - 1).multipliedReportingOverflow(by: dilation)
    try ShapeError.require(
      !overflow && reach < limit && input <= Shape.maximumElementCount, operation,
      expected: "a window of at most \(limit)", found: "\(size) dilated by \(dilation)")
    let effective = reach + 1
    switch padding {
    case .valid:
      try ShapeError.require(
        input >= effective, operation, expected: "at least \(effective) elements on the axis",
        found: "\(input)")
      output = (input - effective) / stride + 1
      before = 0
      after = 0
    case .same:
      output = (input + stride - 1) / stride
      let total = max((output - 1) * stride + effective - input, 0)
      before = total / 2
      after = total - before
    }
  }
}
