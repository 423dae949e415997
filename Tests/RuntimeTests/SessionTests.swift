// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringRuntime
import Testing
import _MainspringTestSupport

@Suite struct SessionTests {
  /// softmax(W·x + b), `[1, 6]` to `[1, 4]`.
  static func classifier() throws -> Graph {
    var w = Weights(seed: 31, half: false)
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 6]))
    let scores = try graph.add(
      .dense(Dense(weights: try w(4, 6), bias: try w(4))), to: x, name: "scores")
    try graph.addOutput(try graph.add(.softmax(Softmax()), to: scores, name: "classes"))
    return graph
  }

  @Test func runsOneWindow() throws {
    let graph = try Self.classifier()
    var session = Session(try Plan(graph))
    let window: [Float] = [1, -1, 0.5, 2, 0, 1]
    var result = [Float](repeating: 0, count: 4)
    var span = result.mutableSpan
    try session.run(window.span, into: &span)
    #expect(deviation(result, Reference.run(graph, [window])[0]) < 1e-6)
  }

  @Test func refusesWrongCounts() throws {
    var session = Session(try Plan(try Self.classifier()))
    let (window, short) = ([Float](repeating: 0, count: 6), [Float](repeating: 0, count: 5))
    var result = [Float](repeating: -1, count: 4)
    var long = [Float](repeating: -1, count: 5)
    #expect(throws: RunError.inputLength(index: 0, expected: 6, found: 5)) {
      var span = result.mutableSpan
      try session.run(short.span, into: &span)
    }
    #expect(throws: RunError.outputLength(index: 0, expected: 4, found: 5)) {
      var span = long.mutableSpan
      try session.run(window.span, into: &span)
    }
    #expect(throws: RunError.noInput(index: 1, count: 1)) {
      try session.setInput(1, window.span)
    }
    #expect(throws: RunError.noInput(index: -1, count: 1)) {
      try session.setInput(-1, window.span)
    }
    #expect(throws: RunError.noOutput(index: 1, count: 1)) {
      var span = result.mutableSpan
      try session.copyOutput(1, into: &span)
    }
    #expect(result == [-1, -1, -1, -1])
    #expect(
      "\(RunError.inputLength(index: 0, expected: 6, found: 5))"
        == "input 0: expected 6 elements, found 5")
  }

  @Test func refusesTheShortFormForModelsWithSeveralPorts() throws {
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1]))
    let y = graph.addInput(name: "y", shape: try Shape([1]))
    try graph.addOutput(try graph.add(.binary(Binary(.add)), to: [x, y], name: "sum"))
    var session = Session(try Plan(graph))
    var result: [Float] = [0]
    #expect(throws: RunError.portCount(inputs: 2, outputs: 1)) {
      let window: [Float] = [1]
      var span = result.mutableSpan
      try session.run(window.span, into: &span)
    }
    #expect(try run(&session, [[1], [2]]) == [[3]])
    #expect(result == [0])
  }

  @Test func sessionsOfOnePlanDoNotDisturbEachOther() async throws {
    let graph = try RandomGraphTests.graph(seed: 77)
    let plan = try Plan(graph)
    let sample = Sample("shared", graph)
    let expected = try (0..<8 as Range<UInt64>).map {
      try run(graph, sample.inputs(seed: $0), on: .best)
    }
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for seed in 0..<8 {
        group.addTask {
          var session = Session(plan)
          var isSame = true
          for _ in 0..<50 {
            let found = try run(&session, sample.inputs(seed: UInt64(seed)))
            isSame = isSame && found == expected[seed]
          }
          return isSame
        }
      }
      for try await isSame in group { #expect(isSame) }
    }
  }

  @Test(arguments: InstructionSet.available)
  func windowsAreIndependent(set: InstructionSet) throws {
    for sample in try LayerSamples.lstms(half: false).suffix(6)
      + LayerSamples.grus(half: false).suffix(6) + LayerSamples.simpleRNNs(half: false).suffix(3)
    {
      var session = Session(try Plan(sample.graph, instructionSet: set))
      let (one, other) = (sample.inputs(seed: 1), sample.inputs(seed: 2))
      let first = try run(&session, one)
      _ = try run(&session, other)
      #expect(try run(&session, one) == first, "\(sample.name)")
    }
  }
}
