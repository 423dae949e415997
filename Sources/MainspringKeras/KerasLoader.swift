// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Puts an architecture and stored weights together.
struct KerasLoader {
  let table: WeightTable
  /// The model's JSON, and what to call it in errors.
  let architecture: String
  let architectureName: String
  /// The version the file gives; the JSON may carry one itself.
  let version: String?
  let backend: String?
  let options: KerasOptions

  /// - Throws: ``KerasError`` when the two do not fit each other or something is not supported.
  func load() throws(KerasError) -> KerasModel {
    let json = try JSONParser.parse(architecture, document: architectureName)
    let version = version ?? json["keras_version"]?.string
    let generation = try KerasGeneration.of(version: version, model: json)
    let book = WeightBook(table: table)
    // The first time over finds out what is needed, the second builds with it.
    let needs = Assembly(generation: generation, options: options, weights: book)
    let reader = ArchitectureReader(generation: generation, groups: book.groupNames)
    let model = try reader.model(json)
    try build(model, needs)
    try book.bind(model)
    let assembly = Assembly(generation: generation, options: options, weights: book)
    try build(try reader.model(json), assembly)
    return KerasModel(
      graph: assembly.graph, kerasVersion: version,
      backend: backend ?? json["backend"]?.string, kind: kind, name: model.name,
      layers: needs.summaries, warnings: assembly.warnings)
  }

  private func build(_ model: ModelConfig, _ assembly: Assembly) throws(KerasError) {
    let layers = try inputLayers(of: model)
    if let length = options.windowLength { try InputShape.check(windowLength: length, of: layers) }
    var inputs: [ValueID] = []
    for layer in layers {
      let extents = try InputShape.extents(of: layer, options: options)
      let input = assembly.graph.addInput(name: layer.path, shape: try Shape.keras(extents))
      try assembly.checkSize(input)
      inputs.append(input)
    }
    let outputs = try ModelBuilder(assembly: assembly, model: model, scope: nil, prefix: "")
      .run(inputs)
    for output in outputs {
      do throws(GraphError) {
        try assembly.graph.addOutput(output)
      } catch {
        throw .graph(error)
      }
    }
  }

  private func inputLayers(of model: ModelConfig) throws(KerasError) -> [LayerConfig] {
    var layers: [LayerConfig] = []
    for reference in model.inputs {
      guard let layer = model.layers.first(where: { $0.name == reference.layer }),
        layer.kind == "InputLayer"
      else {
        throw .architecture(
          place: "input_layers", expected: "inputs of the model", found: "\(reference)")
      }
      layers.append(layer)
    }
    return layers
  }

  private var kind: KerasModel.Kind {
    switch table.kind {
    case .legacyModel: .legacyModel
    case .legacyWeights: .legacyWeights
    case .weightsV3: .weightsV3
    case .kerasArchive: .kerasArchive
    }
  }
}
