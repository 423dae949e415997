// SPDX-License-Identifier: Apache-2.0

import MainspringConvert
import MainspringGraph
import _MainspringTestSupport

extension SplitMix64 {
  /// Floats uniform in `lowest..<highest`.
  mutating func tensor(_ extents: [Int], from lowest: Float = -1, to highest: Float = 1) throws
    -> Tensor
  {
    let shape = try Shape(extents)
    return Tensor(shape: shape, floats: floats(shape.elementCount, from: lowest, to: highest))
  }

  mutating func dense(_ features: Int, _ units: Int, _ activation: FusedActivation = .none) throws
    -> Operator
  {
    .dense(
      Dense(
        weights: try tensor([units, features]), bias: try tensor([units]), activation: activation))
  }

  mutating func convolution(
    _ channels: Int, _ filters: Int, size: Int = 3, groups: Int = 1,
    _ activation: FusedActivation = .none
  ) throws -> Operator {
    .convolution(
      Convolution(
        weights: try tensor([filters, 1, size, channels / groups]), bias: try tensor([filters]),
        padding: .same, groups: groups, activation: activation))
  }

  mutating func lstm(_ features: Int, _ units: Int, sequence: Bool = true, clip: Float = 0) throws
    -> LSTM
  {
    LSTM(
      inputWeights: try tensor([4 * units, features]),
      recurrentWeights: try tensor([4 * units, units]), bias: try tensor([4 * units]),
      cellClip: clip, returnsSequence: sequence)
  }

  mutating func gru(
    _ features: Int, _ units: Int, resetAfter: Bool = true, sequence: Bool = true
  ) throws -> GRU {
    GRU(
      inputWeights: try tensor([3 * units, features]),
      recurrentWeights: try tensor([3 * units, units]), inputBias: try tensor([3 * units]),
      recurrentBias: resetAfter ? try tensor([3 * units]) : nil, returnsSequence: sequence)
  }

  mutating func simpleRNN(_ features: Int, _ units: Int, sequence: Bool = true) throws
    -> SimpleRNN
  {
    SimpleRNN(
      inputWeights: try tensor([units, features]), recurrentWeights: try tensor([units, units]),
      bias: try tensor([units]), returnsSequence: sequence)
  }

  /// Windows for a graph, smooth as a sensor's are.
  mutating func windows(_ graph: Graph, count: Int, magnitude: Float = 2) throws -> WindowSet {
    var windows = WindowSet(for: graph)
    for _ in 0..<count {
      var window: [[Float]] = []
      for input in graph.inputs {
        var value: Float = 0
        window.append(
          (0..<graph.shape(of: input).elementCount).map { _ in
            value = 0.5 * value + float(from: -magnitude, to: magnitude)
            return value
          })
      }
      try windows.append(window)
    }
    return windows
  }

  /// A convolution, a batch normalization that cannot fold, pooling, an LSTM and a softmax.
  mutating func gestureModel() throws -> Graph {
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 1, 16, 4]))
    let first = try graph.add(try convolution(4, 8, .relu), to: x, name: "conv")
    let affine = ScaleShift(
      scale: try tensor([8], from: -2, to: 4), shift: try tensor([8], from: -1, to: 1))
    let normalized = try graph.add(.scaleShift(affine), to: first, name: "norm")
    let pool = Pool(
      kind: .maximum, size: Extent2D(height: 1, width: 2), stride: Extent2D(height: 1, width: 2),
      padding: .valid)
    let pooled = try graph.add(.pool(pool), to: normalized, name: "pool")
    let second = try graph.add(try convolution(8, 8, .relu), to: pooled, name: "conv2")
    let flat = try graph.add(
      .reshape(Reshape(to: try Shape([1, 8, 8]))), to: second, name: "flat")
    let recurrent = try graph.add(
      .lstm(try lstm(8, 6, sequence: false)), to: flat, name: "lstm")
    let scores = try graph.add(try dense(6, 5), to: recurrent, name: "scores")
    try graph.addOutput(try graph.add(.softmax(Softmax()), to: scores, name: "softmax"))
    return graph
  }
}

extension Graph {
  /// The node that computes the value of a name.
  func node(_ name: String) -> Node? {
    nodes.first { values[$0.output].name == name }
  }

  func type(_ name: String) -> ValueType? {
    values.first { $0.name == name }?.type
  }
}

/// A graph quantized with the ranges of some windows.
func quantize(
  _ graph: Graph, _ windows: WindowSet, _ precision: NodePrecision = .int8,
  method: CalibrationMethod = .minMax, ports: QuantizationPlan.Ports = .native
) throws -> QuantizedModel {
  let ranges = try Calibrator(graph).calibrate(windows).ranges(method)
  return try Quantizer(graph, ranges, QuantizationPlan(precision, for: graph, ports: ports)).model()
}
