// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Settings that LSTM, GRU and SimpleRNN share.
struct RecurrentSettings {
  let units: Int
  let activation: Activation
  let usesBias: Bool
  let returnsSequence: Bool
  let goesBackwards: Bool
  let isStateful: Bool

  init(_ layer: LayerConfig, _ generation: KerasGeneration) throws(KerasError) {
    units = try layer.integer("units")
    guard units >= 1 else { throw layer.failure("units", "at least 1", layer.value("units")) }
    activation = try layer.elementwise("activation", default: "tanh", generation)
    usesBias = try layer.flag("use_bias", default: true)
    returnsSequence = try layer.flag("return_sequences", default: false)
    goesBackwards = try layer.flag("go_backwards", default: false)
    isStateful = try layer.flag("stateful", default: false)
    try layer.require("return_state", isOneOf: [.bool(false)])
    try layer.require("time_major", isOneOf: [.bool(false)])
  }
}

extension LayerCall {
  /// LSTM, GRU or SimpleRNN, forwards or backwards; results stay in processing order.
  ///
  /// - Parameter cellScope: where the weights are, for a cell inside another layer.
  func recurrent(cellScope: WeightScope? = nil) throws(KerasError) -> ValueID {
    let settings = try RecurrentSettings(layer, generation)
    guard operands.count == 1 else {
      throw layer.failure("initial_state", "nothing", .string("a tensor"))
    }
    var value = try input(rank: 3)
    if settings.goesBackwards {
      value = try add(.reverse(Reverse(axes: [1])), to: value, "reverse")
    }
    let features = shape(value).channels
    var cell = self
    // In a tree of objects, weights belong to the cell.
    cell.scope = cellScope ?? scope.part("cell")
    switch layer.kind {
    case "LSTM", "CuDNNLSTM": return try add(.lstm(try cell.lstm(settings, features)), to: value)
    case "GRU", "CuDNNGRU": return try add(.gru(try cell.gru(settings, features)), to: value)
    default: return try add(.simpleRNN(try cell.simpleRNN(settings, features)), to: value)
    }
  }

  private func simpleRNN(_ settings: RecurrentSettings, _ features: Int)
    throws(KerasError) -> SimpleRNN
  {
    let units = settings.units
    let kernel = try weight("kernel", [features, units], aliases: ["_W"])
    let recurrent = try weight("recurrent_kernel", [units, units], aliases: ["_U"])
    var bias = try zeros(units)
    if let stored = try self.bias(units) { bias = stored }
    return SimpleRNN(
      inputWeights: try kernel.transposed(), recurrentWeights: try recurrent.transposed(),
      bias: bias, activation: settings.activation,
      returnsSequence: settings.returnsSequence)
  }

  /// A bias of nothing.
  func zeros(_ count: Int) throws(KerasError) -> Tensor {
    Tensor(shape: try makeShape([count]), floats: Array(repeating: 0, count: count))
  }
}
