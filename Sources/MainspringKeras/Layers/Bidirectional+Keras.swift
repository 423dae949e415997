// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension LayerCall {
  /// A recurrent layer over the sequence and one over its reverse, merged.
  func bidirectional() throws(KerasError) -> [ValueID] {
    let reader = ArchitectureReader(generation: generation)
    guard let json = layer.value("layer") else { throw layer.failure("layer", "a layer", nil) }
    let forward = try reader.layer(json, scope: layer.path, trainable: scope.isTrainable)
    let given = try layer.value("backward_layer").map { (json) throws(KerasError) in
      try reader.layer(json, scope: layer.path, trainable: scope.isTrainable)
    }
    let backward = given ?? forward
    for (key, inner) in [("layer", forward), ("backward_layer", backward)]
    where !["LSTM", "GRU", "SimpleRNN", "CuDNNLSTM", "CuDNNGRU"].contains(inner.kind) {
      throw layer.failure(key, "LSTM, GRU or SimpleRNN", .string(inner.kind))
    }
    let a = try direction("forward", forward, reversed: false)
    // Without a layer of its own, the backward copy is the forward layer turned round.
    var b = try direction("backward", backward, reversed: given == nil)
    let sequences = try forward.flag("return_sequences", default: false)
    if sequences { b = try add(.reverse(Reverse(axes: [1])), to: b, "backward/reverse") }
    return try merge(a, b)
  }

  private func direction(_ name: String, _ layer: LayerConfig, reversed: Bool)
    throws(KerasError) -> ValueID
  {
    var scope = scope.part("\(name)_layer")
    scope.direction = name
    scope.path += "/\(name)"
    var inner = layer
    if reversed {
      var settings = layer.settings
      settings.set(.bool(!(try layer.flag("go_backwards", default: false))), for: "go_backwards")
      inner = LayerConfig(
        kind: layer.kind, name: layer.name, path: layer.path, settings: settings,
        isOperation: false, isTrainable: layer.isTrainable, buildShape: nil, model: nil)
    }
    return try self.inner(inner, step: name, scope: scope).build()[0]
  }

  private func merge(_ a: ValueID, _ b: ValueID) throws(KerasError) -> [ValueID] {
    // The setting is always written; null means two results.
    guard layer.settings["merge_mode"] != .null else { return [a, b] }
    switch try layer.text("merge_mode", default: "concat") {
    case "concat":
      return [try add(.concatenate(Concatenate(axis: shape(a).rank - 1)), to: [a, b])]
    case "sum": return [try binary(.add, a, b)]
    case "mul": return [try binary(.multiply, a, b)]
    case "ave":
      return [try binary(.multiply, try binary(.add, a, b, "sum"), scalar(0.5, "half"))]
    default:
      throw layer.failure("merge_mode", "concat, sum, mul or ave", layer.value("merge_mode"))
    }
  }
}
