// SPDX-License-Identifier: Apache-2.0

import Mainspring
import _MainspringTestSupport

/// Models of layers as people stack them, and some as nobody would.
struct RandomModel {
  private var random: SplitMix64
  private var graph = Graph()
  private var value: ValueID
  private var names = 0
  private(set) var description: String

  /// - Parameter seed: of all there is about the model.
  static func graph(seed: UInt64) throws -> (graph: Graph, description: String) {
    var model = try RandomModel(seed: seed)
    try model.build()
    return (model.graph, "seed \(seed): \(model.description)")
  }

  private init(seed: UInt64) throws {
    random = SplitMix64(seed: seed)
    let time = 8 + random.index(below: 53)
    let channels = 1 + random.index(below: 9)
    value = graph.addInput(name: "x", shape: try Shape([1, time, channels]))
    description = "[\(time), \(channels)]"
  }

  private var shape: Shape { graph.shape(of: value) }
  private var time: Int { shape[shape.rank - 2] }

  private mutating func tensor(_ extents: Int..., scale: Float = 0.5) throws -> Tensor {
    let shape = try Shape(extents)
    return Tensor(
      shape: shape, floats: random.floats(shape.elementCount, from: -scale, to: scale))
  }

  private mutating func add(_ operation: Operator, _ others: [ValueID] = []) throws {
    names += 1
    value = try graph.add(operation, to: [value] + others, name: "\(operation.name)\(names)")
    description += " \(operation.name)\(shape)"
  }

  private mutating func reshape(_ extents: [Int]) throws {
    if shape.extents != extents { try add(.reshape(Reshape(to: try Shape(extents)))) }
  }

  private mutating func build() throws {
    for _ in 0..<1 + random.index(below: 5) {
      switch random.index(below: 10) {
      case 0...3: try convolution()
      case 4, 5: try pool()
      case 6: try rowwise()
      case 7: try dense()
      case 8: try residual()
      default: try depthwise()
      }
    }
    try end()
    try graph.addOutput(value)
  }

  private mutating func image() throws { try reshape([1, 1, time, shape.channels]) }

  private mutating func convolution() throws {
    try image()
    let size = 1 + random.index(below: min(5, time))
    let dilation = size > 1 && (size - 1) * 2 < time ? 1 + random.index(below: 2) : 1
    let stride = random.index(below: 4) == 0 ? 2 : 1
    let filters = 1 + random.index(below: 40)
    try add(
      .convolution(
        Convolution(
          weights: try tensor(filters, 1, size, shape.channels), bias: try tensor(filters),
          stride: Extent2D(height: 1, width: stride),
          dilation: Extent2D(height: 1, width: dilation),
          padding: random.index(below: 3) == 0 ? .valid : .same,
          activation: random.index(below: 2) == 0 ? .relu : .none)))
  }

  private mutating func depthwise() throws {
    try image()
    let channels = shape.channels
    guard channels > 1 else { return try convolution() }
    let size = 1 + random.index(below: min(4, time))
    try add(
      .convolution(
        Convolution(
          weights: try tensor(channels, 1, size, 1), bias: try tensor(channels), padding: .same,
          groups: channels)))
  }

  private mutating func pool() throws {
    guard time >= 4 else { return try rowwise() }
    try image()
    let (size, stride) = (1 + random.index(below: 3), 1 + random.index(below: 3))
    try add(
      .pool(
        Pool(
          kind: random.index(below: 2) == 0 ? .maximum : .average,
          size: Extent2D(height: 1, width: size), stride: Extent2D(height: 1, width: stride),
          padding: random.index(below: 2) == 0 ? .valid : .same)))
  }

  private mutating func rowwise() throws {
    let channels = shape.channels
    switch random.index(below: 4) {
    case 0:
      try add(.scaleShift(ScaleShift(scale: try tensor(channels), shift: try tensor(channels))))
    case 1: try add(.unary(Unary([.tanh, .logistic, .elu, .hardSwish][random.index(below: 4)])))
    case 2: try add(.parametricReLU(ParametricReLU(slope: try tensor(channels))))
    default:
      let constant = graph.addConstant(name: "c", try tensor(channels))
      try add(.binary(Binary(.multiply)), [constant])
    }
  }

  private mutating func dense() throws {
    try reshape([1, time, shape.channels])
    let units = 1 + random.index(below: 33)
    try add(
      .dense(Dense(weights: try tensor(units, shape.channels), bias: try tensor(units))))
  }

  private mutating func residual() throws {
    let before = value
    try image()
    let shortcut = value
    let channels = shape.channels
    try add(
      .convolution(
        Convolution(
          weights: try tensor(channels, 1, min(3, time), channels), bias: nil, padding: .same)))
    try add(.binary(Binary(.add, activation: .relu)), [shortcut])
    _ = before
  }

  private mutating func end() throws {
    try reshape([1, time, shape.channels])
    switch random.index(below: 6) {
    case 0: try recurrent(.lstm(try lstm(sequence: false)))
    case 1:
      try recurrent(.lstm(try lstm(sequence: true)))
      try recurrent(.lstm(try lstm(sequence: false)))
    case 2:
      let units = 1 + random.index(below: 20)
      try recurrent(
        .gru(
          GRU(
            inputWeights: try tensor(3 * units, shape.channels),
            recurrentWeights: try tensor(3 * units, units), inputBias: try tensor(3 * units),
            recurrentBias: random.index(below: 2) == 0 ? nil : try tensor(3 * units),
            returnsSequence: false)))
    case 3:
      let units = 1 + random.index(below: 20)
      try recurrent(
        .simpleRNN(
          SimpleRNN(
            inputWeights: try tensor(units, shape.channels),
            recurrentWeights: try tensor(units, units), bias: try tensor(units),
            returnsSequence: false)))
    case 4:
      try add(
        .reduce(
          Reduce(
            kind: [.mean, .maximum, .sum][random.index(below: 3)], axes: [1], keepsAxes: false)))
    default: try reshape([1, time * shape.channels])
    }
    let classes = 2 + random.index(below: 5)
    try add(
      .dense(Dense(weights: try tensor(classes, shape.channels), bias: try tensor(classes))))
    try add(.softmax(Softmax()))
  }

  private mutating func recurrent(_ operation: Operator) throws { try add(operation) }

  private mutating func lstm(sequence: Bool) throws -> LSTM {
    let units = 1 + random.index(below: 20)
    return LSTM(
      inputWeights: try tensor(4 * units, shape.channels),
      recurrentWeights: try tensor(4 * units, units), bias: try tensor(4 * units),
      returnsSequence: sequence)
  }
}
