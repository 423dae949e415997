// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import Testing
import _MainspringTestSupport

@testable import MainspringRuntime

/// Borders of sequences lie around the sequences themselves: the same numbers, and no copy.
@Suite struct MarginTests {
  private func convolution(
    _ channels: Int, taps: Int = 3, dilation: Int = 1, seed: UInt64
  ) throws -> Operator {
    var w = Weights(seed: seed, half: false)
    return .convolution(
      Convolution(
        weights: try w(8, 1, taps, channels), bias: try w(8),
        dilation: Extent2D(height: 1, width: dilation), padding: .same))
  }

  /// Steps of each operator; those of a border are its convolution's.
  private func stepCounts(_ graph: Graph) throws -> [Int] {
    try Plan(graph).operations.map { $0.steps.count }
  }

  private func copies(_ graph: Graph) throws -> Int {
    let plan = try Plan(graph)
    return (0..<plan.steps.count).count { index in
      if case .copy = plan.steps.base[index] { true } else { false }
    }
  }

  @Test func sequencesAreNotCopied() throws {
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 1, 30, 5]))
    let a = try graph.add(try convolution(5, seed: 1), to: x, name: "a")
    // In place otherwise.
    let b = try graph.add(.unary(Unary(.tanh)), to: a, name: "b")
    let c = try graph.add(try convolution(8, taps: 4, seed: 2), to: b, name: "c")
    try graph.addOutput(c)
    // Zeros in front and behind, and the product.
    #expect(try stepCounts(graph) == [3, 1, 3])
    #expect(try copies(graph) == 0)
    for set in InstructionSet.available { try expectAgreement(Sample("chain", graph), on: set) }
  }

  /// A value is read by several convolutions, by something else, and from outside.
  @Test func readersShareTheWidestBorder() throws {
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 1, 20, 8]))
    let y = try graph.add(.unary(Unary(.square)), to: x, name: "y")
    var sum = y
    for (index, reader) in [(3, 1), (5, 3), (2, 1), (1, 1)].enumerated() {
      let operation = try convolution(8, taps: reader.0, dilation: reader.1, seed: UInt64(index))
      let z = try graph.add(operation, to: y, name: "z\(index)")
      sum = try graph.add(.binary(Binary(.add)), to: [sum, z], name: "sum\(index)")
    }
    for output in [y, sum, x] { try graph.addOutput(output) }
    for set in InstructionSet.available { try expectAgreement(Sample("readers", graph), on: set) }
  }

  @Test func othersAreCopied() throws {
    // Images, several sequences, and more border than sequence.
    for (shape, taps) in [([1, 4, 6, 5], 3), ([2, 1, 30, 5], 3), ([1, 1, 2, 5], 9)] {
      var graph = Graph()
      let x = graph.addInput(name: "x", shape: try Shape(shape))
      try graph.addOutput(try graph.add(try convolution(5, taps: taps, seed: 3), to: x, name: "a"))
      #expect(try copies(graph) == 1, "\(shape)")
      for set in InstructionSet.available { try expectAgreement(Sample("copies", graph), on: set) }
    }
  }
}
