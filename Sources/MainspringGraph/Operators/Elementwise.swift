// SPDX-License-Identifier: Apache-2.0

/// A function of each element by itself.
public struct Unary: Hashable, Sendable {
  /// The functions TFLite has an operator for.
  public enum Function: Hashable, Sendable {
    case relu, relu6, reluN1To1, tanh, logistic, elu, exp, log, abs, negate, square, squareRoot
    case reciprocalSquareRoot, hardSwish
    case leakyReLU(slope: Float)
    case gelu(approximate: Bool)
  }

  public var function: Function

  public init(_ function: Function) { self.function = function }

  var name: String {
    switch function {
    case .relu: "ReLU"
    case .relu6: "ReLU6"
    case .reluN1To1: "ReLUN1To1"
    case .tanh: "Tanh"
    case .logistic: "Logistic"
    case .elu: "ELU"
    case .exp: "Exp"
    case .log: "Log"
    case .abs: "Abs"
    case .negate: "Negate"
    case .square: "Square"
    case .squareRoot: "SquareRoot"
    case .reciprocalSquareRoot: "ReciprocalSquareRoot"
    case .hardSwish: "HardSwish"
    case .leakyReLU: "LeakyReLU"
    case .gelu: "GELU"
    }
  }
}

/// A function of two elements, under broadcasting.
public struct Binary: Hashable, Sendable {
  public enum Function: Hashable, Sendable {
    case add, subtract, multiply, divide, maximum, minimum, squaredDifference
  }

  public var function: Function
  public var activation: FusedActivation

  public init(_ function: Function, activation: FusedActivation = .none) {
    self.function = function
    self.activation = activation
  }

  var name: String {
    switch function {
    case .add: "Add"
    case .subtract: "Subtract"
    case .multiply: "Multiply"
    case .divide: "Divide"
    case .maximum: "Maximum"
    case .minimum: "Minimum"
    case .squaredDifference: "SquaredDifference"
    }
  }
}

/// A condition on two elements, under broadcasting; the result is boolean.
public struct Compare: Hashable, Sendable {
  public enum Condition: Hashable, Sendable { case less, lessOrEqual, greater, greaterOrEqual }

  public var condition: Condition

  public init(_ condition: Condition) { self.condition = condition }

  var name: String {
    switch condition {
    case .less: "Less"
    case .lessOrEqual: "LessOrEqual"
    case .greater: "Greater"
    case .greaterOrEqual: "GreaterOrEqual"
    }
  }
}

/// condition ? a : b, under broadcasting; operands condition, a, b.
public struct Select: Hashable, Sendable {
  public init() {}

  func outputShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    try ShapeError.require(
      inputs.count == 3, "Select", expected: "3 operands", found: "\(inputs.count)")
    let branches = try inputs[1].broadcast(with: inputs[2], operation: "Select")
    return try inputs[0].broadcast(with: branches, operation: "Select")
  }
}

/// x ≥ 0: x; else slope·x, with a slope for each element.
public struct ParametricReLU: Hashable, Sendable {
  /// Broadcasts against the input.
  public var slope: Tensor

  public init(slope: Tensor) { self.slope = slope }

  func outputShape(_ input: Shape) throws(ShapeError) -> Shape {
    let shape = try input.broadcast(with: slope.shape, operation: "PReLU")
    try ShapeError.require(
      shape == input, "PReLU", expected: "a slope that broadcasts to \(input)",
      found: "\(slope.shape)")
    return shape
  }
}

/// x · scale + shift for each channel: a batch normalization at inference.
public struct ScaleShift: Hashable, Sendable {
  /// `[channels]`
  public var scale: Tensor
  /// `[channels]`
  public var shift: Tensor

  public init(scale: Tensor, shift: Tensor) {
    self.scale = scale
    self.shift = shift
  }

  func outputShape(_ input: Shape) throws(ShapeError) -> Shape {
    for tensor in [scale, shift] {
      try ShapeError.require(
        input.rank >= 1 && tensor.shape.extents == [input.channels], "ScaleShift",
        expected: "[\(input.channels)]", found: "\(tensor.shape)")
    }
    return input
  }
}
