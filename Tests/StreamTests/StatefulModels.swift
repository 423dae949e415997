// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringConvert
import _MainspringTestSupport

/// Models of recurrent layers all steps of which come out, `[1, time, 3]` to `[1, time, units]`.
struct StatefulModels {
  enum Layer: CaseIterable { case lstm, gruAfter, gruBefore, simpleRNN }

  private var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  private mutating func tensor(_ extents: [Int]) throws -> Tensor {
    let shape = try Shape(extents)
    return Tensor(shape: shape, floats: random.floats(shape.elementCount, from: -0.6, to: 0.6))
  }

  private mutating func layer(
    _ layer: Layer, _ features: Int, _ units: Int, sequence: Bool
  ) throws -> Operator {
    switch layer {
    case .lstm:
      .lstm(
        LSTM(
          inputWeights: try tensor([4 * units, features]),
          recurrentWeights: try tensor([4 * units, units]), bias: try tensor([4 * units]),
          returnsSequence: sequence))
    case .gruAfter, .gruBefore:
      .gru(
        GRU(
          inputWeights: try tensor([3 * units, features]),
          recurrentWeights: try tensor([3 * units, units]), inputBias: try tensor([3 * units]),
          recurrentBias: layer == .gruAfter ? try tensor([3 * units]) : nil,
          returnsSequence: sequence))
    case .simpleRNN:
      .simpleRNN(
        SimpleRNN(
          inputWeights: try tensor([units, features]),
          recurrentWeights: try tensor([units, units]), bias: try tensor([units]),
          returnsSequence: sequence))
    }
  }

  /// A dense layer, which stays floats where first ones do, and two layers of a kind.
  mutating func graph(
    _ kind: Layer, time: Int, units: Int, sequence: Bool = true
  ) throws -> Graph {
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, time, 3]))
    let dense = Dense(weights: try tensor([6, 3]), bias: try tensor([6]))
    let front = try graph.add(.dense(dense), to: x, name: "front")
    let first = try graph.add(
      try layer(kind, 6, units, sequence: true), to: front, name: "first")
    let second = try graph.add(
      try layer(kind, units, 5, sequence: sequence), to: first, name: "second")
    try graph.addOutput(second)
    return graph
  }

  /// The graph in another precision, calibrated on windows of its own.
  mutating func quantized(_ graph: Graph, _ precision: NodePrecision) throws -> Graph {
    if precision == .float32 { return graph }
    if precision == .dynamic {
      var plan = QuantizationPlan(.dynamic, for: graph)
      plan.smallestDynamicWeight = 1
      return try graph.dynamicRange(plan).graph
    }
    var windows = WindowSet(for: graph)
    let count = graph.shape(of: graph.inputs[0]).elementCount
    for _ in 0..<8 { try windows.append([random.floats(count, from: -2, to: 2)]) }
    let form = try graph.integerForm()
    let ranges = try Calibrator(form).calibrate(windows).ranges(.minMax)
    return try Quantizer(form, ranges, QuantizationPlan(precision, for: form)).quantized()
  }

  /// The same layers on longer windows.
  static func stretched(_ graph: Graph, time: Int) throws -> Graph {
    var result = Graph()
    var copies: [Int: Int] = [:]
    for id in graph.inputs {
      let value = graph.values[id]
      copies[id] = result.addInput(
        name: value.name, shape: try Shape([1, time, value.shape.channels]),
        elementType: value.elementType, quantization: value.quantization)
    }
    for node in graph.nodes {
      let value = graph.values[node.output]
      let operands = node.inputs.compactMap { copies[$0] }
      copies[node.output] = try result.add(
        node.operation, to: operands, name: value.name, type: value.type)
    }
    for id in graph.outputs { if let copy = copies[id] { try result.addOutput(copy) } }
    return result
  }
}
