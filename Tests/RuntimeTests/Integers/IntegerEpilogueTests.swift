// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringRuntime
import Testing
import _MainspringTestSupport

/// A convolution of integers with what follows it in one step: the same bits, and only where it may
/// be.
@Suite struct IntegerEpilogueTests {
  struct Case: Sendable {
    var batch = 1
    var height = 1
    var width = 50
    var channels = 6
    var filters = 20
    var groups = 1
    var activation = FusedActivation.relu
    var stride = Extent2D(height: 1, width: 2)
    var element = ElementType.int8
    /// Which of the three results is an output of the graph as well.
    var extraOutput: Int?
  }

  private func sample(_ c: Case, seed: UInt64) throws -> IntegerSample {
    var maker = IntegerMaker(seed: seed)
    let types = [0.05, 0.1, 0.2].map { maker.type(c.element, scale: $0) }
    var graph = Graph()
    let x = graph.addInput(
      name: "x", shape: try Shape([c.batch, c.height, c.width, c.channels]),
      elementType: types[0].elementType, quantization: types[0].quantization)
    let weights = try maker.weights([c.filters, 1, 3, c.channels / c.groups], scales: c.filters)
    let first = Convolution(
      weights: weights, bias: try maker.bias(weights, types[0]), padding: .same, groups: c.groups,
      activation: c.activation)
    let a = try graph.add(.convolution(first), to: [x], name: "a", type: types[1])
    let factors = try maker.weights([c.filters, 1, 1, 1], scales: c.filters)
    let single = Convolution(
      weights: factors, bias: try maker.bias(factors, types[1]), padding: .valid,
      groups: c.filters)
    let b = try graph.add(.convolution(single), to: [a], name: "b", type: types[2])
    let pool = Pool(
      kind: .maximum, size: Extent2D(height: 1, width: 2), stride: c.stride, padding: .valid)
    let y = try graph.add(.pool(pool), to: [b], name: "y", type: types[2])
    try graph.addOutput(y)
    if let extra = c.extraOutput { try graph.addOutput([a, b, y][extra]) }
    return IntegerSample(name: "\(c)", graph: graph)
  }

  @Test func fusedConvolutionsAreExact() throws {
    var cases: [Case] = []
    for width in [2, 3, 7, 50, 51] { cases.append(Case(width: width)) }
    for filters in [2, 8, 16, 33, 64] {
      cases.append(Case(filters: filters, activation: filters == 16 ? .none : .relu6))
    }
    cases.append(Case(batch: 3, height: 4, width: 9))
    cases.append(Case(channels: 8, filters: 24, groups: 2, activation: .none))
    cases.append(Case(extraOutput: 2))
    for (index, c) in cases.enumerated() {
      let sample = try sample(c, seed: 80 + UInt64(index))
      let operations = try Plan(sample.graph).operations
      #expect(operations.map { $0.isFused } == [false, true, true], "\(c)")
      #expect(operations[1].steps.isEmpty && operations[2].steps.isEmpty)
      try expectExact(sample)
    }
  }

  @Test func whatIsNeededElsewhereIsNotFused() throws {
    for c in [
      Case(extraOutput: 0), Case(extraOutput: 1), Case(stride: .one), Case(element: .int16),
      Case(channels: 20, filters: 20, groups: 20),
    ] {
      let sample = try sample(c, seed: 79)
      #expect(try Plan(sample.graph).operations.allSatisfy { !$0.isFused }, "\(c)")
      try expectExact(sample)
    }
  }
}
