// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension LayerCall {
  /// RNN over one cell, or over a stack of them that passes each step on: layers one by one.
  func generalRecurrent() throws(KerasError) -> ValueID {
    guard let cell = layer.value("cell") else { throw layer.failure("cell", "a cell", nil) }
    var cells = [cell]
    let isStack = cell["class_name"]?.string == "StackedRNNCells"
    if isStack { cells = cell["config"]?["cells"]?.array ?? [] }
    guard !cells.isEmpty else { throw layer.failure("cell", "at least 1 cell", cell) }
    var value = try input(rank: 3)
    var counts: [String: Int] = [:]
    for (index, json) in cells.enumerated() {
      guard let kind = json["class_name"]?.string,
        let inner = ["LSTMCell": "LSTM", "GRUCell": "GRU", "SimpleRNNCell": "SimpleRNN"][kind]
      else {
        throw .unsupportedLayer(
          layer: layer.path, kind: json["class_name"]?.string ?? "a cell without a class")
      }
      let config = try recurrentConfig(
        inner, json, isFirst: index == 0, isLast: index == cells.count - 1)
      var scope = scope
      scope.path = config.path
      scope.order.append(index)
      if isStack {
        let key = SnakeCase.name(of: kind)
        let count = counts[key, default: 0]
        counts[key] = count + 1
        scope = scope.part("cell/cells/" + (count == 0 ? key : "\(key)_\(count)"))
      } else {
        scope = scope.part("cell")
      }
      let call = LayerCall(
        assembly: assembly, layer: config, operands: [value], name: "\(name)/\(config.name)",
        scope: scope)
      value = try call.recurrent(cellScope: scope)
    }
    return value
  }

  /// The cell's settings with those of the layer around it.
  private func recurrentConfig(_ kind: String, _ json: JSON, isFirst: Bool, isLast: Bool)
    throws(KerasError) -> LayerConfig
  {
    var settings = json["config"]?.object ?? JSON.Object()
    let name = settings["name"]?.string ?? kind
    let sequences = try layer.flag("return_sequences", default: false)
    // Inside a stack each step is handed on, in processing order.
    settings.set(.bool(!isLast || sequences), for: "return_sequences")
    let backwards = try layer.flag("go_backwards", default: false)
    settings.set(.bool(isFirst && backwards), for: "go_backwards")
    settings.set(.bool(try layer.flag("stateful", default: false)), for: "stateful")
    try layer.require("return_state", isOneOf: [.bool(false)])
    try layer.require("time_major", isOneOf: [.bool(false)])
    return LayerConfig(
      kind: kind, name: name, path: "\(layer.path)/\(name)", settings: settings,
      isOperation: false, isTrainable: layer.isTrainable, buildShape: nil, model: nil)
  }
}
