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
  private var warned: Set<String> = []

  init(generation: KerasGeneration, options: KerasOptions, weights: WeightBook) {
    self.generation = generation
    self.options = options
    self.weights = weights
  }

  /// Says something once.
  func warn(_ text: String) {
    if warned.insert(text).inserted { warnings.append(text) }
  }

  func add(_ operation: Operator, to operands: [ValueID], name: String)
    throws(KerasError) -> ValueID
  {
    do throws(GraphError) {
      return try graph.add(operation, to: operands, name: name)
    } catch {
      throw .graph(error)
    }
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
