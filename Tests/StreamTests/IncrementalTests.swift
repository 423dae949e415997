// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringConvert
@testable import MainspringRuntime
import Testing
import _MainspringTestSupport

/// Windows that share what they have in common, against windows computed from their start.
@Suite struct IncrementalTests {
  #if DEBUG
    private static let models = 400
  #else
    private static let models = 4000
  #endif

  /// Runs windows of one long series both ways and compares every bit.
  ///
  /// - Returns: whether anything was shared.
  @discardableResult
  func compare(
    _ graph: Graph, hop: Int, on set: InstructionSet, windows: Int, seed: UInt64, _ name: String
  ) throws -> Bool {
    guard let plan = try IncrementalPlan(graph, hop: hop, instructionSet: set) else { return false }
    var shared = IncrementalSession(plan)
    var whole = Session(try Plan(graph, instructionSet: set))
    let shape = graph.shape(of: graph.inputs[0])
    let (time, channels) = (shape[shape.rank - 2], shape.channels)
    var random = SplitMix64(seed: seed)
    let series = random.floats((time + hop * windows) * channels, from: -2, to: 2)
    var expected = [Float](repeating: 0, count: whole.plan.outputs[0].shape.elementCount)
    var found = expected
    for window in 0..<windows {
      // Once in a while the series breaks off.
      if window > 0, random.index(below: 25) == 0 { shared.restart() }
      let rows = Array(series[window * hop * channels..<(window * hop + time) * channels])
      var a = expected.mutableSpan
      try whole.run(rows.span, into: &a)
      var b = found.mutableSpan
      try shared.run(rows.span, into: &b)
      if found.map(\.bitPattern) != expected.map(\.bitPattern) {
        Issue.record("\(name), hop \(hop), \(set), window \(window): \(found), not \(expected)")
        break
      }
    }
    return true
  }

  @Test(arguments: InstructionSet.available) func randomModelsGiveTheSameBits(set: InstructionSet)
    throws
  {
    var sharing = 0
    for seed in 0..<UInt64(Self.models) {
      let (graph, name) = try RandomModel.graph(seed: seed)
      var random = SplitMix64(seed: seed &* 77)
      let hop = 1 + random.index(below: random.index(below: 4) == 0 ? 60 : 12)
      for form in [graph, try graph.optimized()] {
        if try compare(form, hop: hop, on: set, windows: 40, seed: seed, name) { sharing += 1 }
      }
    }
    // A test of what falls back only would show nothing.
    #expect(sharing > Self.models / 2)
  }
}

/// The same with integers, and with models that were trained.
extension IncrementalTests {
  #if DEBUG
    private static let quantizedModels = 120
  #else
    private static let quantizedModels = 1200
  #endif

  private func quantized(_ graph: Graph, seed: UInt64) throws -> Graph {
    var windows = WindowSet(for: graph)
    var random = SplitMix64(seed: seed &+ 1)
    let count = graph.shape(of: graph.inputs[0]).elementCount
    for _ in 0..<6 { try windows.append([random.floats(count, from: -2, to: 2)]) }
    let precision: NodePrecision = seed % 4 == 0 ? .int16 : .int8
    let form = try graph.integerForm()
    let ranges = try Calibrator(form).calibrate(windows).ranges(.minMax)
    return try Quantizer(form, ranges, QuantizationPlan(precision, for: form)).quantized()
  }

  @Test(arguments: InstructionSet.available) func integersGiveTheSameBits(set: InstructionSet)
    throws
  {
    var sharing = 0
    for seed in 0..<UInt64(Self.quantizedModels) {
      let (graph, name) = try RandomModel.graph(seed: seed)
      var random = SplitMix64(seed: seed &* 31)
      let hop = 1 + random.index(below: random.index(below: 4) == 0 ? 60 : 12)
      let form = try quantized(try graph.optimized(), seed: seed)
      if try compare(form, hop: hop, on: set, windows: 30, seed: seed, name) { sharing += 1 }
    }
    #expect(sharing > Self.quantizedModels / 3)
  }

  /// GRUs and simple recurrent layers of integers are loops, whose rows are frames that windows share.
  @Test(arguments: InstructionSet.available, [NodePrecision.int8, .int16])
  func loopsOfIntegersGiveTheSameBits(set: InstructionSet, precision: NodePrecision) throws {
    for layer in [StatefulModels.Layer.gruAfter, .gruBefore, .simpleRNN] {
      for (units, sequence) in [(5, true), (17, false), (32, false)] {
        var models = StatefulModels(seed: UInt64(units))
        let graph = try models.quantized(
          try models.graph(layer, time: 24, units: units, sequence: sequence), precision)
        let plan = try Plan(graph, instructionSet: set)
        var loops = 0
        for index in 0..<plan.steps.count {
          if case .loop = unsafe plan.steps.base[index] { loops += 1 }
        }
        #expect(loops == 2, "\(precision), \(layer)")
        for hop in [1, 2, 5] {
          let name = "\(precision), \(layer), hop \(hop)"
          let isShared = try compare(
            graph, hop: hop, on: set, windows: 20, seed: UInt64(hop), name)
          #expect(isShared, "\(name)")
        }
      }
    }
  }

  @Test(arguments: [1, 2, 3, 5, 10, 24], InstructionSet.available)
  func theTrainedModelInIntegers(hop: Int, set: InstructionSet) throws {
    let graph = try Graph(contentsOf: Location.fixture("quantized/gesture-int8.tflite"))
    #expect(try compare(graph, hop: hop, on: set, windows: 60, seed: 9, "gesture-int8"))
  }

  private static let files = [
    "bench/models/M1_tk_fp32.tflite", "bench/models/M1_tk_i8.tflite",
    "bench/models/M1_tk_fp16.tflite", "bench/models/M1b_tk_fp32.tflite",
    "bench/models/M2_tk_fp32.tflite", "bench/models/M2_tk_i8.tflite",
    "bench/models/M1_k3fix_fp32.tflite", "models/geotec/tfk_float32.tflite",
    "models/geotec/tfk_int8.tflite", "models/geotec/tfk_fp16.tflite",
  ]

  @Test(.enabled(if: Location.hasShared, "needs ../shared"), arguments: files)
  func everyHopOfTheBenchModels(file: String) throws {
    let graph = try Graph(contentsOf: Location.shared(file))
    var hops = 0
    for hop in 1...50 {
      if try compare(graph, hop: hop, on: .best, windows: 12, seed: UInt64(hop), file) { hops += 1 }
    }
    #expect(hops >= 25, "\(file): shared at \(hops) of 50 hops")
  }

  @Test func aModelThatSharesNothingFallsBack() throws {
    // Dense over all of the window at once.
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 10, 3]))
    let flat = try graph.add(.reshape(Reshape(to: try Shape([1, 30]))), to: x, name: "flat")
    let weights = Tensor(
      shape: try Shape([4, 30]), floats: [Float](repeating: 0.1, count: 120))
    let y = try graph.add(.dense(Dense(weights: weights, bias: nil)), to: flat, name: "y")
    try graph.addOutput(y)
    #expect(try IncrementalPlan(graph, hop: 1) == nil)
    #expect(try WindowPlan(graph, hop: 1).incremental == nil)
    // A hop as long as the window.
    let (model, _) = try RandomModel.graph(seed: 1)
    #expect(try IncrementalPlan(model, hop: 1000) == nil)
  }

  @Test func refusesWrongLengths() throws {
    let graph = try Graph(contentsOf: Location.fixture("quantized/gesture-int8.tflite"))
    let plan = try #require(try IncrementalPlan(graph, hop: 2))
    var session = IncrementalSession(plan)
    let (window, short) = ([Float](repeating: 0, count: 300), [Float](repeating: 0, count: 299))
    var (result, long) = ([Float](repeating: 0, count: 5), [Float](repeating: 0, count: 6))
    #expect(throws: RunError.inputLength(index: 0, expected: 300, found: 299)) {
      var span = result.mutableSpan
      try session.run(short.span, into: &span)
    }
    #expect(throws: RunError.outputLength(index: 0, expected: 5, found: 6)) {
      var span = long.mutableSpan
      try session.run(window.span, into: &span)
    }
    #expect(result.allSatisfy { $0 == 0 })
  }
}
