// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// One call of one layer: its settings, operands, weights, and the graph to add to.
struct LayerCall {
  let assembly: Assembly
  let layer: LayerConfig
  let operands: [ValueID]
  /// What the result is called; inner steps are `name/step`.
  let name: String
  var scope: WeightScope

  var generation: KerasGeneration { assembly.generation }

  /// The only operand.
  func input() throws(KerasError) -> ValueID {
    guard operands.count == 1 else {
      throw operandFailure("1 tensor", "\(operands.count)")
    }
    return operands[0]
  }

  /// The only operand, if it has this many axes, the batch among them.
  func input(rank: Int) throws(KerasError) -> ValueID {
    let value = try input()
    guard shape(value).rank == rank else {
      throw operandFailure("\(rank) axes", "\(shape(value))")
    }
    return value
  }

  func operandFailure(_ expected: String, _ found: String) -> KerasError {
    .operands(layer: layer.path, expected: expected, found: found)
  }

  func shape(_ value: ValueID) -> Shape { assembly.graph.shape(of: value) }

  /// A shape from extents a configuration implies.
  func makeShape(_ extents: [Int]) throws(KerasError) -> Shape {
    do throws(ShapeError) {
      return try Shape(extents)
    } catch {
      throw .graph(.shape(node: name, error))
    }
  }

  // MARK: Graph

  func add(_ operation: Operator, to operands: [ValueID], _ step: String = "")
    throws(KerasError) -> ValueID
  {
    try assembly.add(operation, to: operands, name: stepName(step))
  }

  func add(_ operation: Operator, to operand: ValueID, _ step: String = "")
    throws(KerasError) -> ValueID
  {
    try assembly.add(operation, to: [operand], name: stepName(step))
  }

  func add(_ activation: Activation, to operand: ValueID, _ step: String = "")
    throws(KerasError) -> ValueID
  {
    try assembly.add(activation: activation, to: operand, name: stepName(step))
  }

  func binary(
    _ function: Binary.Function, _ a: ValueID, _ b: ValueID, _ step: String = ""
  ) throws(KerasError) -> ValueID {
    try add(.binary(Binary(function)), to: [a, b], step)
  }

  func reshape(_ value: ValueID, to extents: [Int], _ step: String = "reshape")
    throws(KerasError) -> ValueID
  {
    try add(.reshape(Reshape(to: try makeShape(extents))), to: value, step)
  }

  func constant(_ tensor: Tensor, _ step: String) -> ValueID {
    assembly.graph.addConstant(name: stepName(step), tensor)
  }

  func scalar(_ value: Float, _ step: String) -> ValueID { constant(Tensor(scalar: value), step) }

  private func stepName(_ step: String) -> String { step.isEmpty ? name : "\(name)/\(step)" }

  // MARK: Weights

  /// An array of the layer, of exactly this shape.
  func weight(
    _ variable: String, _ shape: [Int], aliases: [String] = [], trainable: Bool = true
  ) throws(KerasError) -> Tensor {
    let known = try makeShape(shape)
    let floats = try assembly.weights.floats(
      variable, shape, aliases: aliases, trainable: trainable, in: scope)
    guard floats.count == known.elementCount else {
      throw .weights(
        layer: layer.path, expected: "\(known.elementCount) elements of '\(variable)'",
        found: "\(floats.count)")
    }
    return Tensor(shape: known, floats: floats)
  }

  /// An array that is stored but means nothing to a prediction.
  func skipWeight(_ variable: String, _ shape: [Int]) throws(KerasError) {
    _ = try assembly.weights.floats(
      variable, shape, trainable: false, read: false, in: scope)
  }

  /// The same call for a layer or a part inside this one.
  func inner(
    _ layer: LayerConfig? = nil, operands: [ValueID]? = nil, step: String, scope: WeightScope
  ) -> LayerCall {
    LayerCall(
      assembly: assembly, layer: layer ?? self.layer, operands: operands ?? self.operands,
      name: stepName(step), scope: scope)
  }
}
