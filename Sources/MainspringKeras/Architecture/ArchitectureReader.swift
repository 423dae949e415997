// SPDX-License-Identifier: Apache-2.0

/// Turns the JSON of a model into layers with calls.
struct ArchitectureReader {
  let generation: KerasGeneration
  /// Names of the groups of weights; the only place that names a nested Sequential of Keras 2.1.
  var groups: [String] = []

  /// The classes a model itself can have.
  static func isModel(_ kind: String) -> Bool {
    kind == "Sequential" || kind == "Functional" || kind == "Model"
  }

  /// - Parameter json: `{"class_name": …, "config": …}`.
  /// - Throws: ``KerasError`` when it is no model or contradicts itself.
  func model(_ json: JSON) throws(KerasError) -> ModelConfig {
    guard let kind = json["class_name"]?.string else {
      throw .architecture(
        place: "architecture", expected: "an object with 'class_name'", found: "\(json)")
    }
    guard ArchitectureReader.isModel(kind) else {
      throw .unsupportedLayer(layer: json["config"]?["name"]?.string ?? "model", kind: kind)
    }
    return try model(kind: kind, config: json["config"] ?? .null, json, scope: "", trainable: true)
  }

  private func model(
    kind: String, config: JSON, _ json: JSON, scope: String, trainable: Bool
  ) throws(KerasError) -> ModelConfig {
    let name = config["name"]?.string ?? json["name"]?.string ?? ""
    // Keras 1 and early Keras 2 wrote a bare list of layers for Sequential.
    let list = config.array ?? config["layers"]?.array
    guard let list, !list.isEmpty else {
      throw .architecture(
        place: scope.isEmpty ? "model" : "model '\(scope)'", expected: "a list of layers",
        found: "\(config)")
    }
    var layers: [LayerConfig] = []
    var names: Set<String> = []
    var unnamed = scope.isEmpty ? groupsWithoutLayer(list)[...] : []
    for element in list {
      let isUnnamed = element["config"]?.array != nil && element["name"] == nil
      let layer = try layer(
        element, scope: scope, trainable: trainable, named: isUnnamed ? unnamed.popFirst() : nil)
      guard names.insert(layer.name).inserted else {
        throw .architecture(
          place: "layer '\(layer.path)'", expected: "a name of its own", found: "two of it")
      }
      layers.append(layer)
    }
    if kind == "Sequential" {
      return sequential(name: name, layers: layers, config: config, json: json, scope: scope)
    }
    for (layer, element) in zip(layers, list) {
      layer.calls = try InboundNodes(layer: layer.path, layerNames: names)
        .calls(element["inbound_nodes"])
    }
    return try functional(name: name, layers: layers, config: config, scope: scope)
  }

  /// One layer, with what is inside it when it is a model.
  ///
  /// - Parameter given: its name where the file has none.
  func layer(_ json: JSON, scope: String, trainable: Bool, named given: String? = nil)
    throws(KerasError) -> LayerConfig
  {
    guard let kind = json["class_name"]?.string, let config = json["config"] else {
      throw .architecture(
        place: scope.isEmpty ? "a layer" : "a layer of '\(scope)'",
        expected: "an object with 'class_name' and 'config'", found: "\(json)")
    }
    guard
      let name = config["name"]?.string ?? json["name"]?.string ?? given ?? bareName(kind, config)
    else {
      throw .architecture(
        place: scope.isEmpty ? "a layer" : "a layer of '\(scope)'", expected: "a name",
        found: "\(json)")
    }
    let path = scope.isEmpty ? name : "\(scope)/\(name)"
    if let registered = json["registered_name"]?.string, let end = registered.firstIndex(of: ">"),
      !registered[..<end].lowercased().hasPrefix("keras")
    {
      throw .unsupportedLayer(layer: path, kind: "the custom class \(registered)")
    }
    let own = config["trainable"]?.bool ?? true
    var settings = config.object ?? JSON.Object()
    var nested: ModelConfig?
    if ArchitectureReader.isModel(kind) {
      nested = try model(
        kind: kind, config: config, json, scope: path, trainable: trainable && own)
    }
    var modern = kind
    if generation == .one {
      (modern, settings) = try KerasOne.modernised(kind: kind, settings: settings, layer: path)
    }
    return LayerConfig(
      kind: modern, name: name, path: path, settings: settings,
      isOperation: isOperation(kind, json, config), isTrainable: trainable && own,
      buildShape: json["build_config"]?["input_shape"], model: nested)
  }

  /// Groups of weights that are none of the named layers', in order.
  private func groupsWithoutLayer(_ layers: [JSON]) -> [String] {
    let names = Set(layers.compactMap { $0["config"]?["name"]?.string ?? $0["name"]?.string })
    return groups.filter { !names.contains($0) }
  }

  /// A nested Sequential of Keras 2.1 and before is a bare list, without a name.
  private func bareName(_ kind: String, _ config: JSON) -> String? {
    config.array == nil ? nil : SnakeCase.name(of: kind)
  }

  /// Recorded functions have neither `trainable` nor `dtype`; `.keras` files name the module too.
  private func isOperation(_ kind: String, _ json: JSON, _ config: JSON) -> Bool {
    if kind == "TFOpLambda" || kind == "SlicingOpLambda" { return true }
    if let module = json["module"]?.string, module.hasPrefix("keras.src.ops") { return true }
    return generation == .three && kind != "InputLayer" && !ArchitectureReader.isModel(kind)
      && config["trainable"] == nil && config["dtype"] == nil
  }
}
