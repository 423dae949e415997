// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// What grows while a model is built; one for the whole model, however deep it nests.
final class Assembly {
  let generation: KerasGeneration
  let options: KerasOptions
  let weights: WeightBook
  var graph = Graph()
  /// Layers in the order they were first called.
  var summaries: [LayerSummary] = []
  private(set) var warnings: [String] = []
  /// Values with masked time steps, and the layer that masked them.
  var masks: [ValueID: String] = [:]
  private var callCount = 0
  private var warned: Set<String> = []

  init(generation: KerasGeneration, options: KerasOptions, weights: WeightBook) {
    self.generation = generation
    self.options = options
    self.weights = weights
  }

  /// Shared nested models can multiply the calls of a small file without end.
  private static let maximumCallCount = 50_000
  /// 64 MiB for one value: no window leads to as much, some settings do.
  private static let maximumElementCount = 1 << 24

  /// Counts the call of a layer.
  func countCall(of layer: LayerConfig) throws(KerasError) {
    callCount += 1
    guard callCount <= Assembly.maximumCallCount else {
      throw .architecture(
        place: "layer '\(layer.path)'", expected: "at most \(Assembly.maximumCallCount) calls",
        found: "more")
    }
  }

  /// Refuses a value too large for any device.
  func checkSize(_ value: ValueID) throws(KerasError) {
    let shape = graph.shape(of: value)
    guard shape.elementCount <= Assembly.maximumElementCount else {
      throw .operands(
        layer: graph.values[value].name,
        expected: "at most \(Assembly.maximumElementCount) elements per tensor", found: "\(shape)")
    }
  }

  /// Says something once.
  func warn(_ text: String) {
    if warned.insert(text).inserted { warnings.append(text) }
  }

  func add(_ operation: Operator, to operands: [ValueID], name: String)
    throws(KerasError) -> ValueID
  {
    let value: ValueID
    do throws(GraphError) {
      value = try graph.add(operation, to: operands, name: name)
    } catch {
      throw .graph(error)
    }
    try checkSize(value)
    return value
  }

  func add(activation: Activation, to operand: ValueID, name: String)
    throws(KerasError) -> ValueID
  {
    do throws(GraphError) {
      return try graph.add(activation: activation, to: operand, name: name)
    } catch {
      throw .graph(error)
    }
  }
}
