// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringRuntime
import Testing
import _MainspringTestSupport

/// A convolution with what follows it in one step: the same numbers, and only where it may be.
@Suite struct EpilogueTests {
  struct Case: Sendable {
    var batch = 1
    var height = 1
    var width = 50
    var channels = 6
    var filters = 20
    var groups = 1
    var pool = Pool(
      kind: .maximum, size: Extent2D(height: 1, width: 2), stride: Extent2D(height: 1, width: 2),
      padding: .valid)
    var half = false
    /// Which of the three results is an output of the graph as well.
    var extraOutput: Int?
  }

  private func sample(_ c: Case) throws -> Sample {
    var w = Weights(seed: 31, half: c.half)
    var graph = Graph()
    let x = graph.addInput(
      name: "x", shape: try Shape([c.batch, c.height, c.width, c.channels]))
    let convolution = Convolution(
      weights: try w(c.filters, 1, 3, c.channels / c.groups), bias: try w(c.filters),
      padding: .same, groups: c.groups, activation: .relu)
    let a = try graph.add(.convolution(convolution), to: x, name: "a")
    let affine = ScaleShift(scale: try w(c.filters), shift: try w(c.filters))
    let b = try graph.add(.scaleShift(affine), to: a, name: "b")
    let y = try graph.add(.pool(c.pool), to: b, name: "y")
    try graph.addOutput(y)
    if let extra = c.extraOutput { try graph.addOutput([a, b, y][extra]) }
    return Sample("epilogue", graph)
  }

  @Test(arguments: [false, true])
  func fusedConvolutionsAgree(half: Bool) throws {
    var cases: [Case] = []
    for width in [2, 3, 7, 50, 51] { cases.append(Case(width: width)) }
    for filters in [1, 8, 16, 33, 64] { cases.append(Case(filters: filters)) }
    cases.append(Case(batch: 3, height: 4, width: 9))
    cases.append(Case(channels: 8, filters: 24, groups: 2))
    cases.append(Case(extraOutput: 2))
    for var c in cases {
      c.half = half
      let sample = try sample(c)
      for set in InstructionSet.available {
        let operations = try Plan(sample.graph, instructionSet: set).operations
        #expect(operations.map { $0.isFused } == [false, true, true], "\(c)")
        #expect(operations[1].steps.isEmpty && operations[2].steps.isEmpty)
        try expectAgreement(sample, on: set)
      }
    }
  }

  @Test func whatIsNeededElsewhereIsNotFused() throws {
    var cases = [Case(extraOutput: 0), Case(extraOutput: 1)]
    let two = Extent2D(height: 1, width: 2)
    for pool in [
      Pool(kind: .average, size: two, stride: two, padding: .valid),
      Pool(kind: .maximum, size: two, stride: .one, padding: .valid),
      Pool(kind: .maximum, size: Extent2D(height: 1, width: 3), stride: two, padding: .valid),
      Pool(kind: .maximum, size: two, stride: two, padding: .valid, activation: .relu6),
    ] {
      cases.append(Case(pool: pool))
    }
    let same = Pool(kind: .maximum, size: two, stride: two, padding: .same)
    cases.append(Case(width: 51, pool: same))
    cases.append(Case(channels: 20, filters: 20, groups: 20))
    for c in cases {
      let sample = try sample(c)
      #expect(try Plan(sample.graph).operations.allSatisfy { !$0.isFused }, "\(c)")
      for set in InstructionSet.available { try expectAgreement(sample, on: set) }
    }
  }

  /// The steps of all operators, in order, are the run.
  @Test func stepsOfOperatorsAreTheRun() throws {
    let sample = try sample(Case())
    let plan = try Plan(sample.graph)
    let window = (0..<300).map { Float($0 % 13) - 6 }
    var whole = Session(plan)
    var parts = Session(plan)
    var results = [[Float]](repeating: [Float](repeating: 0, count: 25 * 20), count: 2)
    try whole.setInput(0, window.span)
    try parts.setInput(0, window.span)
    whole.run()
    for operation in plan.operations { parts.run(steps: operation.steps) }
    var first = results[0].mutableSpan
    try whole.copyOutput(0, into: &first)
    var second = results[1].mutableSpan
    try parts.copyOutput(0, into: &second)
    #expect(results[0] == results[1] && results[0].contains { $0 != 0 })
  }
}
