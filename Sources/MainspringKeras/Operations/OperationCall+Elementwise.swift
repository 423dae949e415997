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

  func softmax() throws(KerasError) -> ValueID {
    let value = try tensor(argument(0, "x", "logits"), "x")
    let axes = try integers(1, "axis") ?? [-1]
    guard axes.count == 1, shape(value).normalized(axis: axes[0]) == shape(value).rank - 1 else {
      throw failure("axis", "the last axis", argument(1, "axis"))
    }
    return try add(.softmax(Softmax()), to: [value])
  }
}
