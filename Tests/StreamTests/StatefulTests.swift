// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringConvert
import MainspringNumPy
import Testing
import _MainspringTestSupport

/// Recurrent layers whose state is carried on.
@Suite struct StatefulTests {
  private static let (window, count) = (8, 6)

  /// What a model answers to one long window, and to its parts one after the other, twice.
  private func answers(
    _ graph: Graph, on set: InstructionSet, seed: UInt64
  ) throws -> (whole: [Float], parts: [[Float]]) {
    let (window, count) = (Self.window, Self.count)
    var random = SplitMix64(seed: seed)
    let series = random.floats(window * count * 3, from: -2, to: 2)
    var long = Session(
      try Plan(
        try StatefulModels.stretched(graph, time: window * count), instructionSet: set))
    var whole = [Float](repeating: 0, count: 5 * window * count)
    var span = whole.mutableSpan
    try long.run(series.span, into: &span)

    try StatefulSession.check(graph)
    var session = StatefulSession(try Plan(graph, instructionSet: set))
    var parts: [[Float]] = []
    for _ in 0..<2 {
      var all: [Float] = []
      for index in 0..<count {
        let rows = Array(series[index * window * 3..<(index + 1) * window * 3])
        var result = [Float](repeating: 0, count: 5 * window)
        var span = result.mutableSpan
        try session.run(rows.span, into: &span)
        all += result
      }
      parts.append(all)
      // State is zero again, and everything repeats.
      session.restart()
    }
    return (whole, parts)
  }

  @Test(arguments: InstructionSet.available, StatefulModels.Layer.allCases)
  func windowsGoOnAsOneLongOne(set: InstructionSet, layer: StatefulModels.Layer) throws {
    for units in [3, 16, 17, 64] {
      var models = StatefulModels(seed: UInt64(units))
      let graph = try models.graph(layer, time: Self.window, units: units)
      let found = try answers(graph, on: set, seed: 3)
      for part in found.parts {
        #expect(difference(part, found.whole, within: .close(2e-6)) == nil, "\(units) units")
      }
      #expect(found.parts[0] == found.parts[1])
    }
  }

  @Test(
    arguments: [NodePrecision.int8, .int16, .dynamic], StatefulModels.Layer.allCases)
  func integersGoOnBitForBit(precision: NodePrecision, layer: StatefulModels.Layer) throws {
    // An LSTM in the midst of int16 is one of floats.
    let isFloat = precision == .int16 && layer == .lstm
    for (units, set) in [3, 16, 17, 64].flatMap({ units in
      InstructionSet.available.map { (units, $0) }
    }) {
      var models = StatefulModels(seed: UInt64(units) + 40)
      let graph = try models.quantized(
        try models.graph(layer, time: Self.window, units: units), precision)
      let integers = graph.nodes.filter { node in
        switch node.operation {
        case .lstm, .gru, .simpleRNN:
          node.operation.weights.contains { $0.elementType == .int8 }
        default: false
        }
      }
      #expect(isFloat || integers.count == 2)
      let found = try answers(graph, on: set, seed: 5)
      for part in found.parts {
        if isFloat {
          #expect(difference(part, found.whole, within: .close(2e-3)) == nil)
        } else {
          #expect(
            part.map(\.bitPattern) == found.whole.map(\.bitPattern), "\(set), \(units) units")
        }
      }
      #expect(Set(found.whole).count > 20, "\(precision): answers that say nothing")
    }
  }

  /// A file that keeps its state, and the same model in one that resets it.
  @Test(arguments: ["stateful", "gesture"], InstructionSet.available)
  func answersAreThoseOfLiteRTWithoutResets(model: String, set: InstructionSet) throws {
    let graph = try Graph(contentsOf: Location.fixture("quantized/\(model)-int8.tflite"))
    #expect(graph.statefulNames.isEmpty == (model == "gesture"))
    let windows = try NumPyArray(path: Location.fixture("quantized/windows.npy")).floats
    let expected = try NumPyArray(path: Location.fixture("quantized/carried-on.npy")).floats
    let fresh = try NumPyArray(path: Location.fixture("quantized/expected.npy")).floats
    var session = StatefulSession(try Plan(graph, instructionSet: set))
    var found: [Float] = []
    for window in 0..<120 {
      let rows = Array(windows[window * 300..<(window + 1) * 300])
      var result = [Float](repeating: 0, count: 5)
      var span = result.mutableSpan
      try session.run(rows.span, into: &span)
      found += result
    }
    #expect(found == expected && found != fresh)
  }

  @Test(arguments: [NodePrecision.float32, .int8, .dynamic])
  func aStreamCarriesStateOnUpToAGap(precision: NodePrecision) throws {
    var models = StatefulModels(seed: 5)
    let graph = try models.quantized(
      try models.graph(.lstm, time: 10, units: 17, sequence: false), precision)
    let plan = try WindowPlan(graph, mode: .stateful)
    #expect(plan.hop == 10)
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

  /// What carries nothing on, or would have to from the future.
  @Test func modelsWithoutSuchStateAreRefusedByName() throws {
    func expectRefusal(_ graph: Graph, _ ending: String) {
      #expect {
        _ = try WindowPlan(graph, mode: .stateful)
      } throws: {
        "\($0)".hasSuffix(
          "state carried on: expected recurrent layers that run forwards, found \(ending)")
      }
    }
    expectRefusal(try meanModel(time: 10, channels: 3), "none")
    var models = StatefulModels(seed: 1)
    let forwards = try models.graph(.gruAfter, time: 10, units: 4)
    var both = forwards
    let reversed = try both.add(.reverse(Reverse(axes: [1])), to: both.inputs[0], name: "reversed")
    try both.addOutput(reversed)
    expectRefusal(both, "one that runs backwards")
    try StatefulSession.check(forwards)
  }
}
