// SPDX-License-Identifier: Apache-2.0

/// e^(β(x − max)) / Σ e^(β(x − max)) over the last axis.
public struct Softmax: Hashable, Sendable {
  public var beta: Float

  public init(beta: Float = 1) { self.beta = beta }

  func outputShape(_ input: Shape) throws(ShapeError) -> Shape {
    try ShapeError.require(
      input.rank >= 1 && input.channels >= 1, "Softmax", expected: "at least one element per row",
      found: "\(input)")
    return input
  }
}

/// x − max − log Σ e^(x − max) over the last axis.
public struct LogSoftmax: Hashable, Sendable {
  public init() {}

  func outputShape(_ input: Shape) throws(ShapeError) -> Shape {
    try ShapeError.require(
      input.rank >= 1 && input.channels >= 1, "LogSoftmax",
      expected: "at least one element per row", found: "\(input)")
    return input
  }
}
