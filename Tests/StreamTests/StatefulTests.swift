// SPDX-License-Identifier: Apache-2.0

import Mainspring
import Testing
import _MainspringTestSupport

/// LSTM layers whose state is carried on.
@Suite struct StatefulTests {
  /// Two LSTM layers, all steps of which come out, `[1, time, 3]` to `[1, time · 5]`.
  private func model(time: Int, seed: UInt64, sequence: Bool = true) throws -> Graph {
    var random = SplitMix64(seed: seed)
    func tensor(_ extents: [Int]) throws -> Tensor {
      let shape = try Shape(extents)
      return Tensor(shape: shape, floats: random.floats(shape.elementCount, from: -0.6, to: 0.6))
    }
    func lstm(_ features: Int, _ units: Int, _ sequence: Bool) throws -> Operator {
      .lstm(
        LSTM(
          inputWeights: try tensor([4 * units, features]),
          recurrentWeights: try tensor([4 * units, units]), bias: try tensor([4 * units]),
          returnsSequence: sequence))
    }
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, time, 3]))
    let first = try graph.add(try lstm(3, 17, true), to: x, name: "first")
    let second = try graph.add(try lstm(17, 5, sequence), to: first, name: "second")
    let flat = try graph.add(
      .reshape(Reshape(to: try Shape([1, sequence ? 5 * time : 5]))), to: second, name: "flat")
    try graph.addOutput(flat)
    return graph
  }

  @Test(arguments: InstructionSet.available) func windowsGoOnAsOneLongOne(set: InstructionSet)
    throws
  {
    let (window, count) = (8, 6)
    var random = SplitMix64(seed: 3)
    let series = random.floats(window * count * 3, from: -2, to: 2)
    var whole = Session(
      try Plan(try model(time: window * count, seed: 7), instructionSet: set))
    var expected = [Float](repeating: 0, count: 5 * window * count)
    var span = expected.mutableSpan
    try whole.run(series.span, into: &span)

    var session = StatefulSession(try Plan(try model(time: window, seed: 7), instructionSet: set))
    for _ in 0..<2 {
      for index in 0..<count {
        let rows = Array(series[index * window * 3..<(index + 1) * window * 3])
        var result = [Float](repeating: 0, count: 5 * window)
        var span = result.mutableSpan
        try session.run(rows.span, into: &span)
        let part = Array(expected[index * 5 * window..<(index + 1) * 5 * window])
        #expect(difference(result, part, within: .close(2e-6)) == nil, "window \(index)")
      }
      // State is zero again, and everything repeats.
      session.restart()
    }
  }

  @Test func aStreamCarriesStateOnUpToAGap() throws {
    let graph = try model(time: 10, seed: 5, sequence: false)
    let plan = try WindowPlan(graph, hop: 10, mode: .stateful)
    let options = AlignmentOptions(rate: 50, channelCount: 3)
    var stream = try Stream(plan, options)
    var answers: [[Float]] = []
    for index in 0..<60 as Range<Int64> {
      // A gap of a second in the middle; the same values before and behind it.
      let time = index * 20 * millisecond + (index < 30 ? 0 : second)
      let value = Float(index % 30) / 30
      let values = [value, 1 - value, 0.5]
      try stream.insert(values.span, at: time)
      answers += try stream.answers().map(\.output)
    }
    #expect(answers.count == 6 && Array(answers[0..<3]) == Array(answers[3...]))
    var independent = Session(plan.plan)
    var result = [Float](repeating: 0, count: 5)
    var rows: [Float] = []
    for index in 10..<20 { rows += [Float(index) / 30, 1 - Float(index) / 30, 0.5] }
    var span = result.mutableSpan
    try independent.run(rows.span, into: &span)
    #expect(difference(answers[1], result, within: .close(1e-4)) != nil)
    #expect(throws: StreamError.options(.hop)) {
      _ = try Stream(try WindowPlan(graph, hop: 5, mode: .stateful), options)
    }
  }

  @Test func layersWithoutSuchStateAreRefusedByName() throws {
    let seeds = try (0..<200).map { try RandomModel.graph(seed: UInt64($0)).graph }
    let gru = try #require(
      seeds.first { $0.nodes.contains { if case .gru = $0.operation { true } else { false } } })
    #expect {
      try StatefulSession.check(gru)
    } throws: {
      "\($0)".hasSuffix(
        "state carried on: expected an LSTM of floats that runs forwards, found GRU")
    }
    let integers = try Graph(contentsOf: Location.fixture("quantized/gesture-int8.tflite"))
    #expect(throws: PlanError.self) {
      _ = try WindowPlan(integers, hop: 50, mode: .stateful)
    }
  }
}
