// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension OperationCall {
  /// Two operands, one of which may be a number.
  func binary(_ function: Binary.Function, swapped: Bool = false) throws(KerasError) -> ValueID {
    var a = argument(0, "x1", "x")
    var b = argument(1, "x2", "y")
    // Two tensors of one Keras 2 call arrive as a list.
    if case .list(let pair) = a, pair.count == 2, b == nil { (a, b) = (pair[0], pair[1]) }
    let left = try operand(a, "x1")
    let right = try operand(b, "x2")
    return try add(.binary(Binary(function)), to: swapped ? [right, left] : [left, right])
  }

  func unary(_ function: Unary.Function) throws(KerasError) -> ValueID {
    try add(.unary(Unary(function)), to: [try tensor(argument(0, "x"), "x")])
  }

  /// An activation under its Keras name.
  func activation(_ activation: String) throws(KerasError) -> ValueID {
    let value = try tensor(argument(0, "x", "features"), "x")
    guard
      case .elementwise(let function) = LayerActivation(
        name: activation, generation: assembly.generation)
    else { throw .unsupportedLayer(layer: layer.path, kind: "the operation \(activation)") }
    return try assembly.add(activation: function, to: value, name: name)
  }

  /// LeakyRelu, Elu, Gelu and ReLU as functions: an activation with a parameter.
  func parametricActivation() throws(KerasError) -> ValueID {
    let value = try tensor(argument(0, "x", "features"), "x")
    let activation: Activation
    switch layer.kind {
    case "LeakyRelu":
      activation = .leakyReLU(slope: try number(1, "negative_slope", default: 0.2))
    case "Elu": activation = .elu(alpha: try number(1, "alpha", default: 1))
    case "Gelu": activation = .gelu(approximate: try flag(1, "approximate"))
    default:
      guard case .elementwise(let function) = try layer.layerActivation(assembly.generation) else {
        throw .unsupportedLayer(layer: layer.path, kind: "the operation \(layer.kind)")
      }
      activation = function
    }
    return try assembly.add(activation: activation, to: value, name: name)
  }

  /// x between two numbers.
  func clip() throws(KerasError) -> ValueID {
    let value = try tensor(argument(0, "x", "t"), "x")
    let low = try operand(argument(1, "x_min", "clip_value_min"), "x_min")
    let high = try operand(argument(2, "x_max", "clip_value_max"), "x_max")
    let above = try add(.binary(Binary(.maximum)), to: [value, low], "above")
    return try add(.binary(Binary(.minimum)), to: [above, high])
  }

  /// x to the power of 2 or of one half.
  func power() throws(KerasError) -> ValueID {
    let value = try tensor(argument(0, "x1", "x"), "x1")
    switch try number(1, "x2", "y", default: .nan) {
    case 2: return try add(.unary(Unary(.square)), to: [value])
    case 0.5: return try add(.unary(Unary(.squareRoot)), to: [value])
    default: throw failure("x2", "2 or 0.5", argument(1, "x2", "y"))
    }
  }

  private func number(_ position: Int, _ names: String..., default fallback: Float)
    throws(KerasError) -> Float
  {
    var found: Argument?
    for name in names where found == nil { found = argument(position, name) }
    guard let found, let json = json(found), !json.isNull else { return fallback }
    return try layer.finite(json, names[0])
  }

  func softmax() throws(KerasError) -> ValueID {
    let value = try tensor(argument(0, "x", "logits"), "x")
    let axes = try integers(1, "axis") ?? [-1]
    guard axes.count == 1, shape(value).normalized(axis: axes[0]) == shape(value).rank - 1 else {
      throw failure("axis", "the last axis", argument(1, "axis"))
    }
    return try add(.softmax(Softmax()), to: [value])
  }
}
