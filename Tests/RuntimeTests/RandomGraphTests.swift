// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringRuntime
import Testing
import _MainspringTestSupport

/// Graphs nobody thought of: values that live long, are used twice, are reshaped, are outputs.
@Suite struct RandomGraphTests {
  @Test(arguments: InstructionSet.available)
  func agreeWithTheReferenceAndWithAnArenaWithoutReuse(set: InstructionSet) throws {
    for seed in 0..<150 as Range<UInt64> {
      let graph = try Self.graph(seed: seed)
      let sample = Sample("random graph \(seed)", graph)
      let inputs = sample.inputs(seed: seed)
      let found = try run(graph, inputs, on: set)
      let apart = try run(graph, inputs, on: set, reusesMemory: false)
      #expect(
        found.map { $0.map(\.bitPattern) } == apart.map { $0.map(\.bitPattern) }, "seed \(seed)")
      for (a, b) in zip(found, Reference.run(graph, inputs)) {
        #expect(deviation(a, b) < 2e-5, "seed \(seed)")
      }
    }
  }

  /// A graph over `[1, time, channels]` values.
  static func graph(seed: UInt64) throws -> Graph {
    var random = SplitMix64(seed: seed)
    let shape = try Shape([1, 2 + random.index(below: 5), 1 + random.index(below: 20)])
    var graph = Graph()
    var values = (0...random.index(below: 2)).map {
      graph.addInput(name: "input \($0)", shape: shape)
    }
    let constant = Tensor(shape: shape, floats: random.floats(shape.elementCount))
    values.append(graph.addConstant(name: "constant", constant))
    for index in 0..<4 + random.index(below: 20) {
      let x = values[random.index(below: values.count)]
      let y = values[random.index(below: values.count)]
      values.append(try add(&graph, x, y, shape, &random, name: "node \(index)"))
    }
    for _ in 0...random.index(below: 4) {
      try graph.addOutput(values[random.index(below: values.count)])
    }
    return graph
  }

  private static func add(
    _ graph: inout Graph, _ x: ValueID, _ y: ValueID, _ shape: Shape, _ random: inout SplitMix64,
    name: String
  ) throws -> ValueID {
    let channels = shape.channels
    switch random.index(below: 10) {
    case 0: return try graph.add(.unary(Unary(.tanh)), to: x, name: name)
    case 1: return try graph.add(.binary(Binary(.add, activation: .relu6)), to: [x, y], name: name)
    case 2: return try graph.add(.binary(Binary(.maximum)), to: [x, y], name: name)
    case 3:
      let op = Dense(
        weights: Tensor(
          shape: try Shape([channels, channels]),
          floats: random.floats(channels * channels, from: -0.4, to: 0.4)), bias: nil)
      return try graph.add(.dense(op), to: x, name: name)
    case 4:
      let flat = try graph.add(
        .reshape(Reshape(to: try Shape([shape.elementCount]))), to: x, name: name)
      let negated = try graph.add(.unary(Unary(.negate)), to: flat, name: name)
      return try graph.add(.reshape(Reshape(to: shape)), to: negated, name: name)
    case 5: return try graph.add(.reverse(Reverse(axes: [1])), to: x, name: name)
    case 6:
      let mean = try graph.add(
        .reduce(Reduce(kind: .mean, axes: [1], keepsAxes: true)), to: y, name: name)
      return try graph.add(.binary(Binary(.subtract)), to: [x, mean], name: name)
    case 7:
      let op = SimpleRNN(
        inputWeights: Tensor(
          shape: try Shape([channels, channels]),
          floats: random.floats(channels * channels, from: -0.4, to: 0.4)),
        recurrentWeights: Tensor(
          shape: try Shape([channels, channels]),
          floats: random.floats(channels * channels, from: -0.2, to: 0.2)),
        bias: Tensor(shape: try Shape([channels]), floats: random.floats(channels)))
      return try graph.add(.simpleRNN(op), to: x, name: name)
    case 8:
      let joined = try graph.add(.concatenate(Concatenate(axis: 1)), to: [x, y], name: name)
      return try graph.add(
        .slice(Slice(begin: [0, 1, 0], count: shape.extents, stride: [1, 1, 1])), to: joined,
        name: name)
    default: return try graph.add(.softmax(Softmax()), to: x, name: name)
    }
  }
}
