// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringRuntime
import Testing
import _MainspringTestSupport

/// Several windows at once against one window after the other, bit by bit.
@Suite struct BatchTests {
  @Test(arguments: InstructionSet.available)
  func windowsHaveTheBitsTheyHaveAlone(set: InstructionSet) throws {
    var compared = 0
    for half in [false, true] {
      for sample in try samples(half: half) where sample.graph.inputs.count == 1 {
        for count in [1, 2, 3, 4, 5, 9] {
          try compare(sample.graph, count, set, sample.name)
          compared += 1
        }
      }
    }
    #expect(compared > 200)
  }

  /// One below, at and above whole vectors and blocks of vectors.
  @Test(arguments: InstructionSet.available)
  func layersOfManySizesAgree(set: InstructionSet) throws {
    for units in [1, 5, 8, 15, 16, 17, 31, 33, 48, 63, 64, 65, 100, 130, 257] {
      for half in [false, true] {
        var graph = Graph()
        var w = Weights(seed: UInt64(units), half: half)
        var x = graph.addInput(name: "x", shape: try Shape([1, 7, 3]))
        for (index, returnsSequence) in [true, false].enumerated() {
          let depth = index == 0 ? 3 : units
          let lstm = LSTM(
            inputWeights: try w(4 * units, depth), recurrentWeights: try w(4 * units, units),
            bias: try w(4 * units), returnsSequence: returnsSequence)
          x = try graph.add(.lstm(lstm), to: x, name: "lstm \(index)")
        }
        let dense = Dense(weights: try w(units + 1, units), bias: try w(units + 1))
        try graph.addOutput(try graph.add(.dense(dense), to: x, name: "scores"))
        try compare(graph, 6, set, "\(units) units")
      }
    }
  }

  /// Integers, and weights of int8 on floats.
  @Test(arguments: InstructionSet.available)
  func integersHaveTheBitsTheyHaveAlone(set: InstructionSet) throws {
    var compared = 0
    for sample in try integerSamples() where sample.graph.inputs.count == 1 {
      for count in [1, 2, 3, 5] { try compare(sample.graph, count, set, sample.name) }
      compared += 1
    }
    #expect(compared > 80)
  }

  /// LSTMs of whole vectors of units, whose windows take turns step by step, and rows of all sizes.
  private func integerSamples() throws -> [IntegerSample] {
    var maker = IntegerMaker(seed: 91)
    var samples = try IntegerSamples.lstms() + IntegerSamples.hybrids()
    for element in [ElementType.int8, .int16] {
      samples += try IntegerSamples.products(element) + IntegerSamples.recurrences(element)
    }
    for units in [16, 32, 48, 64, 112] {
      for asymmetric in [true, false] {
        let lstm = LSTM(
          inputWeights: try maker.weights([4 * units, 5], scales: 4),
          recurrentWeights: try maker.weights([4 * units, units], scales: 4),
          bias: try Tensor(vector: maker.random.floats(4 * units)),
          returnsSequence: units % 32 == 0, asymmetricInputs: asymmetric)
        samples.append(
          try maker.sample(
            "Hybrid LSTM \(units) \(asymmetric)", .lstm(lstm), [([1, 6, 5], .float32)],
            result: .float32))
      }
      // Deeper than a copy of several rows, and than that of one.
      for depth in [units, 9 * units, 90 * units] {
        let dense = Dense(
          weights: try maker.weights([units + 3, depth], scales: units + 3),
          bias: try Tensor(vector: maker.random.floats(units + 3)))
        samples.append(
          try maker.sample(
            "Hybrid dense \(depth) \(units)", .dense(dense), [([1, depth], .float32)],
            result: .float32))
        let x = maker.type(.int8)
        let weights = try maker.weights([units, depth], scales: 1)
        samples.append(
          try maker.sample(
            "Dense \(depth) \(units)",
            .dense(Dense(weights: weights, bias: try maker.bias(weights, x))),
            [([1, depth], x)], result: maker.type(.int8, scale: 2)))
      }
    }
    return samples
  }

  private func samples(half: Bool) throws -> [Sample] {
    try LayerSamples.dense(half: half) + LayerSamples.convolutions(half: half)
      + LayerSamples.lstms(half: half) + LayerSamples.grus(half: half)
      + LayerSamples.simpleRNNs(half: half) + ElementSamples.rows()
  }

  private func compare(
    _ graph: Graph, _ count: Int, _ set: InstructionSet, _ name: String
  ) throws {
    let plan = try Plan(graph, instructionSet: set)
    guard plan.outputs.count == 1 else { return }
    let (size, resultSize) = (
      plan.inputs[0].shape.elementCount, plan.outputs[0].shape.elementCount
    )
    var random = SplitMix64(seed: 77)
    let windows = random.floats(count * size)
    var (alone, together) = ([Float](), [Float](repeating: -1, count: count * resultSize))
    for index in 0..<count {
      var session = Session(plan)
      let window = Array(windows[index * size..<(index + 1) * size])
      var result = [Float](repeating: 0, count: resultSize)
      var span = result.mutableSpan
      try session.run(window.span, into: &span)
      alone += result
    }
    var batch = BatchSession(plan)
    // Twice, so that what a run leaves behind would show.
    for _ in 0..<2 {
      var span = together.mutableSpan
      try batch.runBatch(windows.span, into: &span)
      #expect(
        together.map(\.bitPattern) == alone.map(\.bitPattern), "\(name), \(count) windows, \(set)")
    }
  }

  @Test func refusesWrongCounts() throws {
    var session = BatchSession(try Plan(try SessionTests.classifier()))
    let (two, odd) = ([Float](repeating: 0, count: 12), [Float](repeating: 0, count: 13))
    var result = [Float](repeating: -1, count: 8)
    #expect(throws: RunError.inputLength(index: 0, expected: 18, found: 13)) {
      var span = result.mutableSpan
      try session.runBatch(odd.span, into: &span)
    }
    #expect(result == [Float](repeating: -1, count: 8))
    var short = [Float](repeating: -1, count: 7)
    #expect(throws: RunError.outputLength(index: 0, expected: 8, found: 7)) {
      var span = short.mutableSpan
      try session.runBatch(two.span, into: &span)
    }
    #expect(short == [Float](repeating: -1, count: 7))
  }

  @Test func refusesModelsWithSeveralPorts() throws {
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1]))
    let y = graph.addInput(name: "y", shape: try Shape([1]))
    try graph.addOutput(try graph.add(.binary(Binary(.add)), to: [x, y], name: "sum"))
    var session = BatchSession(try Plan(graph), laneCount: 3)
    var result: [Float] = [0, 0, 0]
    #expect(throws: RunError.portCount(inputs: 2, outputs: 1)) {
      var span = result.mutableSpan
      try session.runBatch([1, 2, 3].span, into: &span)
    }
    // Lane by lane they run.
    for lane in 0..<3 {
      try session.setInput(0, [Float(lane)].span, lane: lane)
      try session.setInput(1, [10].span, lane: lane)
    }
    session.run(lanes: 3)
    for lane in 0..<3 {
      var one: [Float] = [0]
      var span = one.mutableSpan
      try session.copyOutput(0, into: &span, lane: lane)
      result[lane] = one[0]
    }
    #expect(result == [10, 11, 12])
    #expect(throws: RunError.noInput(index: 2, count: 2)) {
      try session.setInput(2, [1].span, lane: 0)
    }
    #expect(throws: RunError.noOutput(index: 1, count: 1)) {
      var span = result.mutableSpan
      try session.copyOutput(1, into: &span, lane: 0)
    }
  }

  /// Whatever number of windows comes, each gets its own answer, in order.
  @Test(arguments: 0...9, [1, 3, Int.max])
  func queuesHandOutEveryWindow(count: Int, announced: Int) throws {
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([2]))
    let y = graph.addInput(name: "y", shape: try Shape([2]))
    try graph.addOutput(try graph.add(.binary(Binary(.add)), to: [x, y], name: "sum"))
    try graph.addOutput(try graph.add(.binary(Binary(.subtract)), to: [x, y], name: "difference"))
    var queue = WindowQueue(try Plan(graph), windowCount: announced)
    var found: [[[Float]]] = []
    func take(_ window: Int, _ outputs: [[Float]]) throws(RunError) {
      #expect(window == found.count)
      found.append(outputs)
    }
    for window in 0..<count {
      let wrong = [[Float(window), 1], [1]]
      #expect(throws: RunError.inputLength(index: 1, expected: 2, found: 1)) {
        try queue.append(wrong, refusal: { $0 }, take)
      }
      try queue.append([[Float(window), 1], [2, 3]], refusal: { $0 }, take)
    }
    try queue.finish(take)
    #expect(found == (0..<count).map { [[Float($0) + 2, 4], [Float($0) - 2, -2]] })
    #expect(queue.count == count)
    try queue.finish(take)
    #expect(found.count == count)
  }

  @Test(.enabled(if: countsAllocations, "sanitizers replace malloc"))
  func allocatesNothing() throws {
    var session = BatchSession(try Plan(try SessionTests.classifier()))
    let windows = [Float](repeating: 1, count: 5 * 6)
    var results = [Float](repeating: 0, count: 5 * 4)
    var count: Int64 = -1
    // The first time, unoptimised Swift sets up metadata of the generic types it comes by.
    for _ in 0..<2 {
      count = try allocations {
        var span = results.mutableSpan
        try session.runBatch(windows.span, into: &span)
      }
    }
    #expect(count == 0)
  }
}
