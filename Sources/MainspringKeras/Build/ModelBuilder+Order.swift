// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension ModelBuilder {
  /// The calls to make, without masks that change nothing; recorded functions that nothing then
  /// needs any more are left out.
  ///
  /// Keras 3 records how a mask is computed as functions of tensors, and hands the result over
  /// in a call's argument `mask`.
  func liveCalls() throws(KerasError) -> [[Int: Invocation]] {
    var calls: [[Int: Invocation]] = []
    for layer in model.layers {
      var own: [Int: Invocation] = [:]
      for (index, call) in layer.calls.enumerated() {
        own[index] = try withoutMask(call, of: layer)
      }
      calls.append(own)
    }
    let positions = Dictionary(
      model.layers.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    var needed = Set(model.outputs.map { Task(layer: positions[$0.layer] ?? -1, call: $0.call) })
    for (position, layer) in model.layers.enumerated() where !layer.isOperation {
      for call in layer.calls.indices { needed.insert(Task(layer: position, call: call)) }
    }
    var pending = Array(needed)
    while let task = pending.popLast() {
      guard model.layers.indices.contains(task.layer) else { continue }
      for reference in calls[task.layer][task.call]?.tensors ?? [] {
        let source = Task(layer: positions[reference.layer] ?? -1, call: reference.call)
        if needed.insert(source).inserted { pending.append(source) }
      }
    }
    for (position, layer) in model.layers.enumerated() where layer.isOperation {
      for call in layer.calls.indices where !needed.contains(Task(layer: position, call: call)) {
        calls[position][call] = nil
      }
    }
    return calls
  }

  private func withoutMask(_ call: Invocation, of layer: LayerConfig) throws(KerasError)
    -> Invocation
  {
    guard let source = call.named("mask")?.tensors.first else { return call }
    let usesMask = layer.model != nil || KerasLayers.kinds[layer.kind]?.mask == .uses
    if usesMask,
      !assembly.options.assumesNoPadding
    {
      throw .mask(layer: layer.path, kind: layer.kind, source: source.layer)
    }
    var call = call
    call.named.removeAll { $0.key == "mask" }
    return call
  }

  struct Waiting {
    var users: [TensorReference: [Task]] = [:]
    /// Operands a task still waits for.
    var missing: [Task: Int] = [:]
  }

  func waitingTasks(
    _ calls: [[Int: Invocation]], _ values: [TensorReference: ValueID]
  ) -> Waiting {
    var waiting = Waiting()
    for position in model.layers.indices {
      for (call, invocation) in calls[position].sorted(by: { $0.key < $1.key }) {
        let task = Task(layer: position, call: call)
        let needed = Set(invocation.tensors).filter { values[$0] == nil }
        waiting.missing[task] = needed.count
        for reference in needed { waiting.users[reference, default: []].append(task) }
      }
    }
    return waiting
  }

  func readyTasks(_ waiting: Waiting, _ values: [TensorReference: ValueID]) -> [Task] {
    var ready: [Task] = []
    for (position, layer) in model.layers.enumerated() {
      for call in layer.calls.indices {
        let task = Task(layer: position, call: call)
        let reference = TensorReference(layer: layer.name, call: call, result: 0)
        if waiting.missing[task] == 0, values[reference] == nil { ready.append(task) }
      }
    }
    return ready
  }
}
