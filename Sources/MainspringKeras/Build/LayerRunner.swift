// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Makes one call of one layer, whatever it is: a layer, a nested model or a recorded function.
struct LayerRunner {
  let assembly: Assembly
  let layer: LayerConfig
  let call: Int
  let model: ModelConfig
  let scope: WeightScope
  let name: String

  func run(_ invocation: Invocation, _ values: [TensorReference: ValueID])
    throws(KerasError) -> [ValueID]
  {
    try assembly.countCall(of: layer)
    if layer.isOperation {
      let result = try OperationCall(
        assembly: assembly, layer: layer, invocation: invocation, values: values, name: name
      ).build()
      assembly.graph.rename(result, to: name)
      return [result]
    }
    let operands = try operands(of: invocation, values)
    if layer.kind == "InputLayer" { return operands }
    if let inner = layer.model {
      return try ModelBuilder(assembly: assembly, model: inner, scope: scope, prefix: name)
        .run(operands)
    }
    let call = LayerCall(
      assembly: assembly, layer: layer, operands: operands, name: name, scope: scope)
    return try call.build(summarised: self.call == 0)
  }

  /// The values of the first argument; further ones must not carry tensors.
  private func operands(
    of invocation: Invocation, _ values: [TensorReference: ValueID]
  ) throws(KerasError) -> [ValueID] {
    for (key, value) in invocation.named {
      guard value.tensors.isEmpty, isInert(key, value) else {
        throw .setting(
          layer: layer.path, key: "call argument '\(key)'", expected: "nothing",
          found: "a value it would compute with")
      }
    }
    for extra in invocation.positional.dropFirst() where !extra.tensors.isEmpty {
      throw .operands(
        layer: layer.path, expected: "1 argument", found: "\(invocation.positional.count)")
    }
    var references = invocation.positional.first?.tensors ?? []
    if case .dictionary(let members) = invocation.positional.first,
      let keys = layer.model?.inputKeys
    {
      references = []
      for key in keys {
        guard let member = members.first(where: { $0.key == key })?.value.tensors.first else {
          throw .operands(layer: layer.path, expected: "a tensor '\(key)'", found: "none")
        }
        references.append(member)
      }
    }
    var operands: [ValueID] = []
    for reference in references {
      guard let value = values[reference] else {
        throw .architecture(
          place: "layer '\(layer.path)'", expected: "a value for \(reference)", found: "none")
      }
      operands.append(value)
    }
    return operands
  }

  /// Arguments that change nothing at inference.
  private func isInert(_ key: String, _ value: Argument) -> Bool {
    if key == "name" { return true }
    guard case .constant(let constant) = value else { return false }
    return constant.isNull || (key == "training" && constant == .bool(false))
  }
}

extension LayerCall {
  /// Builds the layer with everything around it: policy, mask, name, summary.
  func build(summarised: Bool = false) throws(KerasError) -> [ValueID] {
    guard let kind = KerasLayers.kinds[layer.kind] else {
      throw .unsupportedLayer(layer: layer.path, kind: layer.kind)
    }
    try DataTypePolicy.check(layer)
    let source = operands.compactMap { assembly.masks[$0] }.first
    if kind.mask == .uses, let source {
      throw .mask(layer: layer.path, kind: layer.kind, source: source)
    }
    let first = assembly.graph.values.count
    let weightCount = assembly.weights.parameterCount
    let results = try kind.build(self)
    for result in results {
      if result >= first { assembly.graph.rename(result, to: name) }
      if kind.mask == .passes, let source { assembly.masks[result] = source }
    }
    try SettingsCheck.check(layer, in: assembly)
    if summarised, let result = results.first {
      assembly.summaries.append(
        LayerSummary(
          name: layer.path, kind: layer.kind, outputShape: shape(result),
          parameterCount: assembly.weights.parameterCount - weightCount))
    }
    return results
  }
}
