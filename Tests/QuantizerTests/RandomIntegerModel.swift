// SPDX-License-Identifier: Apache-2.0

import MainspringConvert
import MainspringGraph
import _MainspringTestSupport

/// Small models of layers that follow each other at random.
struct RandomIntegerModel {
  private(set) var graph = Graph()
  private var random: SplitMix64
  private var value: ValueID
  private var length: Int
  private var channels: Int

  private init(seed: UInt64) throws {
    random = SplitMix64(seed: seed)
    length = 8 + 4 * random.index(below: 3)
    channels = 2 + random.index(below: 4)
    value = graph.addInput(name: "x", shape: try Shape([1, 1, length, channels]))
  }

  /// Images of one row first, then a sequence, then a vector: as models of sensor windows are.
  static func make(seed: Int) throws -> Graph {
    var model = try RandomIntegerModel(seed: 5000 + UInt64(seed))
    for layer in 0..<1 + model.random.index(below: 3) { try model.addImageLayer("image\(layer)") }
    try model.addReshape([1, model.length, model.channels], "sequence")
    try model.addSequenceLayers(hasGRU: seed % 10 == 9)
    try model.addEnd()
    return try model.graph.integerForm()
  }

  private mutating func add(_ operation: Operator, _ name: String) throws {
    value = try graph.add(operation, to: value, name: name)
  }

  private mutating func addReshape(_ extents: [Int], _ name: String) throws {
    try add(.reshape(Reshape(to: try Shape(extents))), name)
  }

  /// The same beginning and end around layers that are written as loops.
  static func makeStepped(seed: Int) throws -> Graph {
    var model = try RandomIntegerModel(seed: 9000 + UInt64(seed))
    for layer in 0..<model.random.index(below: 3) { try model.addImageLayer("image\(layer)") }
    try model.addReshape([1, model.length, model.channels], "sequence")
    if seed % 4 == 3 { try model.add(model.random.dense(model.channels, model.channels), "each") }
    try model.addStepped(seed)
    try model.addEnd()
    return try model.graph.integerForm()
  }

  /// One or two GRUs or simple recurrent layers, forward, backward, or in both directions with any
  /// way to merge them.
  private mutating func addStepped(_ seed: Int) throws {
    let count = 1 + seed / 3 % 2
    for layer in 0..<count {
      let units = 1 + random.index(below: 12)
      let isLast = layer == count - 1
      switch seed % 5 {
      case 0, 1:
        try add(try stepped(seed, units, sequence: !isLast), "forward\(layer)")
        channels = units
      case 2:
        try add(.reverse(Reverse(axes: [1])), "reversed\(layer)")
        try add(try stepped(seed, units, sequence: !isLast), "backward\(layer)")
        channels = units
      default: try addBoth(seed, units: units, isLast: isLast, "\(layer)")
      }
    }
  }

  private mutating func addBoth(_ seed: Int, units: Int, isLast: Bool, _ name: String) throws {
    let input = value
    let forward = try graph.add(
      try stepped(seed, units, sequence: !isLast), to: input, name: "forward" + name)
    try add(.reverse(Reverse(axes: [1])), "reversed" + name)
    try add(try stepped(seed, units, sequence: !isLast), "backward" + name)
    if !isLast { try add(.reverse(Reverse(axes: [1])), "turned" + name) }
    let axis = isLast ? 1 : 2
    let kind = seed / 5 % 4
    let merge: Operator =
      kind == 0
      ? .concatenate(Concatenate(axis: axis))
      : .binary(Binary(kind == 1 ? .multiply : .add))
    value = try graph.add(merge, to: [forward, value], name: "both" + name)
    if kind == 3 {
      let half = graph.addConstant(name: "half", Tensor(scalar: 0.5))
      value = try graph.add(.binary(Binary(.multiply)), to: [value, half], name: "mean" + name)
    }
    channels = kind == 0 ? 2 * units : units
  }

  private mutating func stepped(_ seed: Int, _ units: Int, sequence: Bool) throws -> Operator {
    seed % 3 == 2
      ? .simpleRNN(try random.simpleRNN(channels, units, sequence: sequence))
      : .gru(
        try random.gru(channels, units, resetAfter: seed % 3 == 0, sequence: sequence))
  }

  private mutating func addImageLayer(_ name: String) throws {
    let activations: [FusedActivation] = [.none, .relu, .relu6]
    let activation = activations[random.index(below: 3)]
    switch random.index(below: 7) {
    case 0, 1:
      let filters = 2 + random.index(below: 20)
      let convolution = Convolution(
        weights: try random.tensor([filters, 1, 1 + random.index(below: 4), channels]),
        bias: try random.tensor([filters]),
        stride: Extent2D(height: 1, width: 1 + random.index(below: 2)), padding: .same,
        activation: activation)
      try add(.convolution(convolution), name)
      channels = filters
      length = graph.shape(of: value)[2]
    case 2:
      try add(try random.convolution(channels, channels, groups: channels, activation), name)
    case 3:
      let affine = ScaleShift(
        scale: try random.tensor([channels], from: -2, to: 2), shift: try random.tensor([channels]))
      try add(.scaleShift(affine), name)
    case 4:
      let size = Extent2D(height: 1, width: 2 + random.index(below: 2))
      let kind: Pool.Kind = random.index(below: 2) == 0 ? .maximum : .average
      let padding: Padding = random.index(below: 2) == 0 ? .same : .valid
      try add(.pool(Pool(kind: kind, size: size, stride: size, padding: padding)), name)
      length = graph.shape(of: value)[2]
    case 5:
      let functions: [Unary.Function] = [.relu, .tanh, .logistic, .relu6]
      let first = value
      let function = functions[random.index(below: functions.count)]
      try add(.unary(Unary(function)), name + "/bent")
      let merges: [Binary.Function] = [.add, .subtract, .multiply, .maximum, .minimum]
      let merge = merges[random.index(below: merges.count)]
      value = try graph.add(.binary(Binary(merge)), to: [first, value], name: name)
    default:
      let first = value
      try add(try random.convolution(channels, 3, activation), name + "/branch")
      value = try graph.add(
        .concatenate(Concatenate(axis: 3)), to: [first, value], name: name)
      channels += 3
    }
  }

  private mutating func addSequenceLayers(hasGRU: Bool) throws {
    if hasGRU {
      let units = 2 + random.index(below: 6)
      try add(.gru(try random.gru(channels, units)), "gru")
      channels = units
      return
    }
    switch random.index(below: 5) {
    case 0:
      let units = 2 + random.index(below: 10)
      try add(.lstm(try random.lstm(channels, units)), "lstm1")
      try add(.lstm(try random.lstm(units, units, sequence: false)), "lstm2")
      channels = units
    case 1:
      let units = 2 + random.index(below: 10)
      try add(.lstm(try random.lstm(channels, units, sequence: false)), "lstm")
      channels = units
    case 2:
      try addBidirectional(units: 2 + random.index(below: 6))
    case 3:
      try add(.reduce(Reduce(kind: .mean, axes: [1], keepsAxes: false)), "mean")
    default:
      let units = 2 + random.index(below: 6)
      try add(try random.dense(channels, units, .relu), "each")
      channels = units * length
      try addReshape([1, channels], "flat")
    }
  }

  private mutating func addBidirectional(units: Int) throws {
    let input = value
    let forward = try graph.add(
      .lstm(try random.lstm(channels, units)), to: input, name: "forward")
    try add(.reverse(Reverse(axes: [1])), "reversed")
    try add(.lstm(try random.lstm(channels, units)), "backward")
    try add(.reverse(Reverse(axes: [1])), "turned")
    let merges: [Operator] = [
      .concatenate(Concatenate(axis: 2)), .binary(Binary(.add)), .binary(Binary(.multiply)),
    ]
    let merge = random.index(below: merges.count)
    value = try graph.add(merges[merge], to: [forward, value], name: "both")
    channels = merge == 0 ? 2 * units : units
    let last = Slice(begin: [0, length - 1, 0], count: [1, 1, channels], stride: [1, 1, 1])
    try add(.slice(last), "last")
    try addReshape([1, channels], "vector")
  }

  private mutating func addEnd() throws {
    let units = 3 + random.index(below: 4)
    try add(try random.dense(channels, units), "dense")
    if random.index(below: 2) == 0 { try add(.softmax(Softmax()), "softmax") }
    try graph.addOutput(value)
  }
}
