// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Runs the calls of a model in the order of their dependencies.
struct ModelBuilder {
  let assembly: Assembly
  let model: ModelConfig
  /// Where the weights of the model's layers are; nil for the outermost model.
  let scope: WeightScope?
  /// Names of the models around, joined by `/`; empty for the outermost.
  let prefix: String

  /// One call of one layer, by position in the model.
  struct Task: Hashable {
    let layer: Int
    let call: Int
  }

  /// - Parameter inputs: one value for each input of the model, in its order.
  /// - Returns: the model's outputs.
  func run(_ inputs: [ValueID]) throws(KerasError) -> [ValueID] {
    guard inputs.count == model.inputs.count else {
      throw .operands(
        layer: place, expected: "\(model.inputs.count) tensors", found: "\(inputs.count)")
    }
    var values: [TensorReference: ValueID] = [:]
    for (reference, value) in zip(model.inputs, inputs) {
      try InputShape.check(value, against: layer(reference), in: assembly)
      values[reference] = value
    }
    let directories = assembly.weights.directories(of: model, in: scope)
    let calls = try liveCalls()
    var waiting = waitingTasks(calls, values)
    var order = readyTasks(waiting, values)
    var next = 0
    while next < order.count {
      let task = order[next]
      next += 1
      let layer = model.layers[task.layer]
      let results = try LayerRunner(
        assembly: assembly, layer: layer, call: task.call, model: model,
        scope: weightScope(task.layer, directories), name: valueName(layer, task.call)
      ).run(calls[task.layer][task.call] ?? layer.calls[task.call], values)
      for (index, value) in results.enumerated() {
        let reference = TensorReference(layer: layer.name, call: task.call, result: index)
        values[reference] = value
        for user in waiting.users[reference] ?? [] {
          waiting.missing[user, default: 0] -= 1
          if waiting.missing[user] == 0 { order.append(user) }
        }
      }
    }
    var outputs: [ValueID] = []
    for reference in model.outputs {
      guard let value = values[reference] else { throw missing(reference) }
      outputs.append(value)
    }
    return outputs
  }

  private var place: String { prefix.isEmpty ? model.name : prefix }

  private func layer(_ reference: TensorReference) -> LayerConfig? {
    model.layers.first { $0.name == reference.layer }
  }

  private func missing(_ reference: TensorReference) -> KerasError {
    .architecture(
      place: "model '\(place)'", expected: "\(reference) to come from the inputs",
      found: layer(reference) == nil ? "no such layer" : "that it does not")
  }

  private func valueName(_ layer: LayerConfig, _ call: Int) -> String {
    let name = prefix.isEmpty ? layer.name : "\(prefix)/\(layer.name)"
    return call == 0 ? name : "\(name):\(call)"
  }

  private func weightScope(_ position: Int, _ directories: [String: String]) -> WeightScope {
    let layer = model.layers[position]
    guard let outer = scope else {
      return WeightScope(
        group: layer.name, names: [], directory: directories[layer.name] ?? "", direction: nil,
        order: [position], isTrainable: layer.isTrainable, path: layer.path)
    }
    return WeightScope(
      group: outer.group, names: outer.names + [layer.name],
      directory: directories[layer.name] ?? "", direction: outer.direction,
      order: outer.order + [position], isTrainable: layer.isTrainable, path: layer.path)
  }
}

extension WeightBook {
  /// Directories by layer name, in files arranged as a tree; empty for others.
  func directories(of model: ModelConfig, in scope: WeightScope?) -> [String: String] {
    guard table.kind.isTree else { return [:] }
    let tree = WeightTree(table: table)
    return tree.directories(of: model, at: scope?.directory ?? tree.root())
  }
}
