// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import _MainspringTestSupport

/// Makes graphs with seeded weights, a few words for each operator.
struct ModelMaker {
  var graph = Graph()
  var random: SplitMix64
  private var count = 0

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  mutating func input(_ extents: [Int], name: String = "x") throws -> ValueID {
    graph.addInput(name: name, shape: try Shape(extents))
  }

  mutating func weights(_ extents: [Int], _ scale: Float = 0.5) throws -> Tensor {
    let shape = try Shape(extents)
    return Tensor(
      shape: shape, floats: random.floats(shape.elementCount, from: -scale, to: scale))
  }

  mutating func positive(_ extents: [Int]) throws -> Tensor {
    let shape = try Shape(extents)
    return Tensor(shape: shape, floats: random.floats(shape.elementCount, from: 0.5, to: 1.5))
  }

  mutating func constant(_ tensor: Tensor) -> ValueID {
    graph.addConstant(name: name("constant"), tensor)
  }

  mutating func add(_ operation: Operator, _ operands: ValueID...) throws -> ValueID {
    try graph.add(operation, to: operands, name: name(operation.name.lowercased()))
  }

  mutating func unary(_ function: Unary.Function, _ x: ValueID) throws -> ValueID {
    try add(.unary(Unary(function)), x)
  }

  mutating func binary(
    _ function: Binary.Function, _ a: ValueID, _ b: ValueID, _ activation: FusedActivation = .none
  ) throws -> ValueID {
    try add(.binary(Binary(function, activation: activation)), a, b)
  }

  mutating func reshape(_ x: ValueID, _ extents: [Int]) throws -> ValueID {
    try add(.reshape(Reshape(to: Shape(extents))), x)
  }

  mutating func dense(
    _ units: Int, _ x: ValueID, _ activation: FusedActivation = .none, hasBias: Bool = true
  ) throws -> ValueID {
    let features = graph.shape(of: x).channels
    let dense = Dense(
      weights: try weights([units, features]), bias: hasBias ? try weights([units]) : nil,
      activation: activation)
    return try add(.dense(dense), x)
  }

  mutating func convolution(
    _ filters: Int, _ size: Extent2D, _ x: ValueID, groups: Int = 1, stride: Extent2D = .one,
    dilation: Extent2D = .one, padding: Padding = .valid, activation: FusedActivation = .none,
    hasBias: Bool = true
  ) throws -> ValueID {
    let channels = graph.shape(of: x).channels / groups
    let convolution = Convolution(
      weights: try weights([filters, size.height, size.width, channels]),
      bias: hasBias ? try weights([filters]) : nil, stride: stride, dilation: dilation,
      padding: padding, groups: groups, activation: activation)
    return try add(.convolution(convolution), x)
  }

  mutating func lstm(
    _ units: Int, _ x: ValueID, returnsSequence: Bool, activation: Activation = .tanh,
    recurrentActivation: Activation = .sigmoid, cellClip: Float = 0
  ) throws -> ValueID {
    let features = graph.shape(of: x).channels
    let lstm = LSTM(
      inputWeights: try weights([4 * units, features]),
      recurrentWeights: try weights([4 * units, units]), bias: try weights([4 * units]),
      activation: activation, recurrentActivation: recurrentActivation, cellClip: cellClip,
      returnsSequence: returnsSequence)
    return try add(.lstm(lstm), x)
  }

  mutating func gru(
    _ units: Int, _ x: ValueID, resetsAfterProduct: Bool, returnsSequence: Bool,
    recurrentActivation: Activation = .sigmoid
  ) throws -> ValueID {
    let features = graph.shape(of: x).channels
    let gru = GRU(
      inputWeights: try weights([3 * units, features]),
      recurrentWeights: try weights([3 * units, units]), inputBias: try weights([3 * units]),
      recurrentBias: resetsAfterProduct ? try weights([3 * units]) : nil,
      recurrentActivation: recurrentActivation, returnsSequence: returnsSequence)
    return try add(.gru(gru), x)
  }

  mutating func simpleRNN(
    _ units: Int, _ x: ValueID, activation: Activation, returnsSequence: Bool
  ) throws -> ValueID {
    let features = graph.shape(of: x).channels
    let rnn = SimpleRNN(
      inputWeights: try weights([units, features]),
      recurrentWeights: try weights([units, units], 0.3), bias: try weights([units]),
      activation: activation, returnsSequence: returnsSequence)
    return try add(.simpleRNN(rnn), x)
  }

  /// The graph with these results.
  mutating func finish(_ outputs: ValueID...) throws -> Graph {
    for output in outputs { try graph.addOutput(output) }
    return graph
  }

  private mutating func name(_ kind: String) -> String {
    count += 1
    return "\(kind)_\(count)"
  }
}
