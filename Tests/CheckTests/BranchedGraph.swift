// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import _MainspringTestSupport

/// Small graphs whose branches may be listed in any order.
struct BranchedGraph {
  /// Names of the same layers in several files.
  enum Naming {
    case keras
    /// As TensorFlow makes them of a model of Keras 3: every layer gets another number.
    case tensorFlow
    /// Nothing in common, and others' names.
    case numbered
  }

  private var graph = Graph()
  private let naming: Naming
  private let seed: UInt64
  private var number = 0

  private init(_ naming: Naming, seed: UInt64) {
    self.naming = naming
    self.seed = seed
  }

  private mutating func name(_ keras: String) -> String {
    number += 1
    switch naming {
    case .keras: return keras
    case .tensorFlow:
      // `conv` becomes `conv_1`, which another layer is called in Keras.
      return "model_1/\(keras)_1/\(keras.hasPrefix("conv") ? "convolution" : "op")"
    case .numbered: return "value\(number)"
    }
  }

  private mutating func add(_ operation: Operator, to values: [ValueID], _ keras: String) throws
    -> ValueID
  {
    let name = name(keras)
    return try graph.add(operation, to: values, name: name)
  }

  /// Weights are those of the layer's own name.
  private mutating func convolution(
    _ x: ValueID, _ keras: String, activation: FusedActivation = .none, width: Int = 3
  ) throws -> ValueID {
    var random = SplitMix64(seed: keras.utf8.reduce(seed) { $0 &* 31 &+ UInt64($1) })
    let channels = graph.shape(of: x).channels
    let weights = (0..<(4 * width * channels)).map { _ in
      Float(random.next() % 2001) / 1000 - 1
    }
    let operation = Convolution(
      weights: Tensor(shape: try Shape([4, 1, width, channels]), floats: weights),
      bias: Tensor(shape: try Shape([4]), floats: [0.1, -0.2, 0.3, 0.2]), padding: .same,
      activation: activation)
    return try add(.convolution(operation), to: [x], keras)
  }

  /// Two residual blocks, whose branches are as wide as each other.
  static func residual(
    _ naming: Naming = .keras, shortcutFirst: Bool = true, seed: UInt64 = 7
  ) throws -> Graph {
    var build = BranchedGraph(naming, seed: seed)
    var value = build.graph.addInput(name: "x", shape: try Shape([1, 1, 8, 4]))
    for block in ["", "_1"] {
      var (short, long) = (value, value)
      if shortcutFirst { short = try build.convolution(value, "conv\(block)") }
      long = try build.convolution(long, "conv_2\(block)", activation: .relu)
      long = try build.convolution(long, "conv_3\(block)")
      if !shortcutFirst { short = try build.convolution(value, "conv\(block)") }
      let operands = shortcutFirst ? [short, long] : [long, short]
      value = try build.add(.binary(Binary(.add)), to: operands, "sum\(block)")
      value = try build.add(.unary(Unary(.tanh)), to: [value], "tanh\(block)")
    }
    try build.graph.addOutput(value)
    return build.graph
  }

  /// Branches of one layer each, and of one that has no weights, listed in some order.
  static func inception(
    _ naming: Naming = .keras, order: [Int] = [0, 1, 2, 3], seed: UInt64 = 7
  ) throws -> Graph {
    var build = BranchedGraph(naming, seed: seed)
    let x = build.graph.addInput(name: "x", shape: try Shape([1, 1, 8, 4]))
    let stem = try build.convolution(x, "conv", activation: .relu)
    var branches = [stem, stem, stem, stem]
    for branch in order {
      if branch == 3 {
        let pool = Pool(
          kind: .maximum, size: Extent2D(height: 1, width: 3), stride: .one, padding: .same)
        branches[3] = try build.add(.pool(pool), to: [stem], "pool")
        branches[3] = try build.convolution(branches[3], "conv_4", width: 1)
      } else {
        branches[branch] = try build.convolution(stem, "conv_\(branch + 1)", width: 3)
      }
    }
    var value = try build.add(.concatenate(Concatenate(axis: 3)), to: branches, "join")
    value = try build.add(.unary(Unary(.tanh)), to: [value], "tanh")
    try build.graph.addOutput(value)
    return build.graph
  }

  /// Branches of the same layers without weights, told apart by what follows them.
  static func weightless(_ naming: Naming = .keras, isSwapped: Bool = false) throws -> Graph {
    var build = BranchedGraph(naming, seed: 7)
    let x = build.graph.addInput(name: "x", shape: try Shape([1, 1, 8, 4]))
    var branches = [x, x]
    for branch in isSwapped ? [1, 0] : [0, 1] {
      let pool = Pool(
        kind: .maximum, size: Extent2D(height: 1, width: branch == 0 ? 3 : 5), stride: .one,
        padding: .same)
      var value = try build.add(.pool(pool), to: [x], "pool_\(branch)")
      value = try build.add(.unary(Unary(.tanh)), to: [value], "tanh_\(branch)")
      branches[branch] = try build.convolution(value, "conv_\(branch)")
    }
    try build.graph.addOutput(try build.add(.binary(Binary(.add)), to: branches, "sum"))
    return build.graph
  }
}
