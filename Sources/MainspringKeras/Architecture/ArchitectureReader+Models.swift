// SPDX-License-Identifier: Apache-2.0

extension ArchitectureReader {
  /// The chain of calls a Sequential model stands for, with an input in front.
  func sequential(
    name: String, layers: [LayerConfig], config: JSON, json: JSON, scope: String
  ) -> ModelConfig {
    var chain = layers
    if layers[0].kind != "InputLayer" {
      chain.insert(impliedInput(layers[0], config: config, json: json, scope: scope), at: 0)
    }
    for index in 1..<max(chain.count, 1) {
      let before = TensorReference(layer: chain[index - 1].name, call: 0, result: 0)
      chain[index].calls = [Invocation(positional: [.tensor(before)], named: [])]
    }
    return ModelConfig(
      form: .sequential, name: name, layers: chain,
      inputs: [TensorReference(layer: chain[0].name, call: 0, result: 0)], inputKeys: nil,
      outputs: [TensorReference(layer: chain[chain.count - 1].name, call: 0, result: 0)])
  }

  /// An input of the shape that the first layer, or what was saved of its building, tells.
  private func impliedInput(
    _ first: LayerConfig, config: JSON, json: JSON, scope: String
  ) -> LayerConfig {
    let name = "\(first.name)_input"
    var settings = JSON.Object()
    settings.set(.string(name), for: "name")
    let shape =
      first.settings["batch_input_shape"] ?? first.settings["batch_shape"]
      ?? config["build_input_shape"] ?? json["build_config"]?["input_shape"] ?? first.buildShape
      ?? innerShape(first)
    if let shape { settings.set(shape, for: "batch_shape") }
    return LayerConfig(
      kind: "InputLayer", name: name, path: scope.isEmpty ? name : "\(scope)/\(name)",
      settings: settings, isOperation: false, isTrainable: true, buildShape: nil, model: nil)
  }

  /// What the first layer takes when it is itself a model with one input.
  private func innerShape(_ first: LayerConfig) -> JSON? {
    guard let model = first.model, model.inputs.count == 1,
      let input = model.layers.first(where: { $0.name == model.inputs[0].layer })
    else { return nil }
    return input.settings["batch_shape"] ?? input.settings["batch_input_shape"]
  }

  func functional(name: String, layers: [LayerConfig], config: JSON, scope: String)
    throws(KerasError) -> ModelConfig
  {
    let place = scope.isEmpty ? "model '\(name)'" : "model '\(scope)'"
    let (inputs, inputKeys) = try references(config["input_layers"], "input_layers of \(place)")
    let (outputs, _) = try references(config["output_layers"], "output_layers of \(place)")
    guard !inputs.isEmpty, !outputs.isEmpty else {
      throw .architecture(
        place: place, expected: "inputs and outputs",
        found: "\(inputs.count) inputs and \(outputs.count) outputs")
    }
    // Keras 2 counts the construction of a nested model as its first call.
    let every = outputs + layers.flatMap { $0.calls.flatMap { $0.tensors } }
    var shifted: Set<String> = []
    let nested = Dictionary(
      layers.filter { $0.model != nil }.map { ($0.name, $0.calls.count) },
      uniquingKeysWith: { first, _ in first })
    if generation < .three {
      for reference in every {
        if let count = nested[reference.layer], reference.call >= count {
          shifted.insert(reference.layer)
        }
      }
    }
    let shift = { (reference: TensorReference) -> TensorReference in
      guard shifted.contains(reference.layer) else { return reference }
      // A call of −1 is found missing when the calls are resolved.
      return TensorReference(
        layer: reference.layer, call: reference.call - 1, result: reference.result)
    }
    for layer in layers { layer.calls = layer.calls.map { $0.mapTensors(shift) } }
    return ModelConfig(
      form: .functional, name: name, layers: layers, inputs: inputs, inputKeys: inputKeys,
      outputs: outputs.map(shift))
  }

  /// `["in", 0, 0]`, a list of those, or a dictionary of those.
  private func references(_ json: JSON?, _ place: String)
    throws(KerasError) -> ([TensorReference], keys: [String]?)
  {
    guard let json else { throw .architecture(place: place, expected: "a list", found: "nothing") }
    if let reference = TensorReference(json) { return ([reference], nil) }
    var elements = json.array ?? []
    var keys: [String]?
    if let object = json.object {
      // Keras flattens dictionaries in the order of their sorted keys.
      let sorted = object.keys.sorted()
      elements = sorted.map { object[$0] ?? .null }
      keys = sorted
    }
    var result: [TensorReference] = []
    for element in elements {
      guard let reference = TensorReference(element) else {
        throw .architecture(
          place: place, expected: "[layer, node, tensor]", found: "\(element)")
      }
      result.append(reference)
    }
    return (result, keys)
  }
}
