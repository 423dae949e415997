// SPDX-License-Identifier: Apache-2.0

extension Graph {
  /// Appends an activation, made of operators every TFLite runtime has.
  ///
  /// Where the textbook formula overflows or cancels (softplus, elu with α ≠ 1), an equal one that
  /// does not is built; the result differs from the formula by rounding only.
  ///
  /// - Parameter name: the result's name; steps on the way are called `name/…`.
  /// - Returns: the activated value; `x` itself for `linear`.
  /// - Throws: ``GraphError`` when `x` does not exist.
  public mutating func add(activation: Activation, to x: ValueID, name: String)
    throws(GraphError) -> ValueID
  {
    if let function = activation.unary {
      return try add(.unary(Unary(function)), to: x, name: name)
    }
    var lowering = ActivationLowering(graph: self, name: name)
    let result = try lowering.lower(activation, x)
    self = lowering.graph
    if result != x { rename(result, to: name) }
    return result
  }
}

extension Activation {
  /// The single operator that computes the activation, where there is one.
  public var unary: Unary.Function? {
    switch self {
    case .relu: .relu
    case .relu6: .relu6
    case .tanh: .tanh
    case .sigmoid: .logistic
    case .elu(alpha: 1): .elu
    case .hardSilu: .hardSwish
    case .gelu(let approximate): .gelu(approximate: approximate)
    case .exponential: .exp
    case .leakyReLU(let slope): .leakyReLU(slope: slope)
    case .hardTanh: .reluN1To1
    case .rectified(nil, threshold: 0, slope: 0): .relu
    case .rectified(6, threshold: 0, slope: 0): .relu6
    case .rectified(nil, threshold: 0, let slope): .leakyReLU(slope: slope)
    default: nil
    }
  }
}

/// Builds activations out of several operators.
private struct ActivationLowering {
  var graph: Graph
  let name: String
  var stepCount = 0

  init(graph: Graph, name: String) {
    self.graph = graph
    self.name = name
  }

  mutating func lower(_ activation: Activation, _ x: ValueID) throws(GraphError) -> ValueID {
    if let function = activation.unary { return try unary(function, x) }
    switch activation {
    case .hardSigmoidKeras2:
      let line = try binary(.add, try binary(.multiply, x, by: 0.2), by: 0.5, .relu)
      return try binary(.minimum, line, by: 1)
    case .hardSigmoid:
      return try binary(.multiply, try binary(.add, x, by: 3, .relu6), by: 1 / 6)
    case .softsign:
      return try binary(.divide, x, try binary(.add, try unary(.abs, x), by: 1))
    case .softplus:
      return try binary(.add, try unary(.relu, x), try logOfOnePlusExpOfMinusAbs(x))
    case .logSigmoid:
      return try binary(.subtract, try binary(.minimum, x, by: 0), try logOfOnePlusExpOfMinusAbs(x))
    case .elu(let alpha):
      return try scaledELU(x, positive: 1, negative: alpha)
    case .selu:
      return try scaledELU(x, positive: 1.0507009873554805, negative: 1.7580993408473766)
    case .celu(let alpha):
      let negative = try binary(
        .minimum, try unary(.elu, try binary(.multiply, x, by: 1 / alpha)), by: 0)
      return try binary(.add, try unary(.relu, x), try binary(.multiply, negative, by: alpha))
    case .silu:
      return try binary(.multiply, x, try unary(.logistic, x))
    case .mish:
      return try binary(.multiply, x, try unary(.tanh, try lower(.softplus, x)))
    case .tanhShrink:
      return try binary(.subtract, x, try unary(.tanh, x))
    case .softShrink(let threshold):
      let above = try binary(.subtract, x, by: threshold, .relu)
      let below = try binary(.subtract, try unary(.negate, x), by: threshold, .relu)
      return try binary(.subtract, above, below)
    case .hardShrink(let threshold):
      let outside = try compare(.greater, try unary(.abs, x), threshold)
      return try select(outside, x, try constant(0))
    case .squareplus(let b):
      let root = try unary(.squareRoot, try binary(.add, try unary(.square, x), by: b))
      return try binary(.multiply, try binary(.add, x, root), by: 0.5)
    case .sparsePlus:
      let bend = try unary(.square, try binary(.add, try unary(.reluN1To1, x), by: 1))
      let line = try binary(.subtract, x, by: 1, .relu)
      return try binary(.add, try binary(.multiply, bend, by: 0.25), line)
    case .sparseSigmoid:
      return try binary(.multiply, try binary(.add, try unary(.reluN1To1, x), by: 1), by: 0.5)
    case .rectified(let maximum, let threshold, let slope):
      return try rectified(x, maximum: maximum, threshold: threshold, slope: slope)
    case .thresholded(let theta):
      return try select(try compare(.greater, x, theta), x, try constant(0))
    case .linear, .relu, .relu6, .tanh, .sigmoid, .hardSilu, .gelu, .exponential, .leakyReLU,
      .hardTanh:
      return x
    }
  }

  /// log(1 + e^−|x|): the part of softplus that cannot overflow.
  private mutating func logOfOnePlusExpOfMinusAbs(_ x: ValueID) throws(GraphError) -> ValueID {
    let decay = try unary(.exp, try unary(.negate, try unary(.abs, x)))
    return try unary(.log, try binary(.add, decay, by: 1))
  }

  /// x ≥ 0: positive·x; else negative·(eˣ − 1)
  private mutating func scaledELU(_ x: ValueID, positive: Float, negative: Float)
    throws(GraphError) -> ValueID
  {
    let below = try binary(.multiply, try binary(.minimum, try unary(.elu, x), by: 0), by: negative)
    var above = try unary(.relu, x)
    if positive != 1 { above = try binary(.multiply, above, by: positive) }
    return try binary(.add, above, below)
  }

  private mutating func rectified(_ x: ValueID, maximum: Float?, threshold: Float, slope: Float)
    throws(GraphError) -> ValueID
  {
    let bent: ValueID
    if threshold == 0 {
      bent = try unary(slope == 0 ? .relu : .leakyReLU(slope: slope), x)
    } else {
      let below =
        slope == 0
        ? try constant(0)
        : try binary(.multiply, try binary(.subtract, x, by: threshold), by: slope)
      bent = try select(try compare(.greaterOrEqual, x, threshold), x, below)
    }
    guard let maximum else { return bent }
    return try binary(.minimum, bent, by: maximum)
  }

  private mutating func step() -> String {
    stepCount += 1
    return "\(name)/\(stepCount)"
  }

  private mutating func constant(_ value: Float) throws(GraphError) -> ValueID {
    graph.addConstant(name: step(), Tensor(scalar: value))
  }

  private mutating func unary(_ function: Unary.Function, _ x: ValueID) throws(GraphError)
    -> ValueID
  {
    try graph.add(.unary(Unary(function)), to: x, name: step())
  }

  private mutating func binary(
    _ function: Binary.Function, _ a: ValueID, _ b: ValueID, _ activation: FusedActivation = .none
  ) throws(GraphError) -> ValueID {
    try graph.add(.binary(Binary(function, activation: activation)), to: [a, b], name: step())
  }

  private mutating func binary(
    _ function: Binary.Function, _ a: ValueID, by b: Float, _ activation: FusedActivation = .none
  ) throws(GraphError) -> ValueID {
    try binary(function, a, try constant(b), activation)
  }

  private mutating func compare(_ condition: Compare.Condition, _ a: ValueID, _ b: Float)
    throws(GraphError) -> ValueID
  {
    try graph.add(.compare(Compare(condition)), to: [a, try constant(b)], name: step())
  }

  private mutating func select(_ condition: ValueID, _ a: ValueID, _ b: ValueID)
    throws(GraphError) -> ValueID
  {
    try graph.add(.select(Select()), to: [condition, a, b], name: step())
  }
}
