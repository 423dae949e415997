// SPDX-License-Identifier: Apache-2.0

import MainspringConvert
import MainspringGraph
import MainspringRuntime
import MainspringTFLite
import Testing
import _MainspringTestSupport

/// Golden vectors in files: stored by conversions, replayed by plans.
@Suite struct SelfTestTests {
  /// A small CNN-LSTM on `[1, 16, 3]`.
  private static func recurrent() throws -> Graph {
    var maker = ModelMaker(seed: 11)
    let x = try maker.input([1, 16, 3])
    let image = try maker.reshape(x, [1, 1, 16, 3])
    let convolved = try maker.convolution(
      8, Extent2D(height: 1, width: 3), image, activation: .relu)
    let rows = try maker.reshape(convolved, [1, 14, 8])
    let state = try maker.lstm(8, rows, returnsSequence: false)
    return try maker.finish(
      try maker.add(.softmax(Softmax()), try maker.dense(4, state)))
  }

  /// Two inputs, two outputs.
  private static func branching() throws -> Graph {
    var maker = ModelMaker(seed: 12)
    let x = try maker.input([1, 6], name: "x")
    let z = try maker.input([1, 4], name: "z")
    let a = try maker.dense(3, x, .relu)
    let b = try maker.dense(3, z)
    let sum = try maker.binary(.add, a, b)
    return try maker.finish(try maker.dense(2, sum), try maker.unary(.logistic, sum))
  }

  private static func windows(_ graph: Graph) throws -> WindowSet {
    var set = WindowSet(for: graph)
    var random = SplitMix64(seed: 5)
    for _ in 0..<60 {
      try set.append(graph.inputs.map { random.floats(graph.shape(of: $0).elementCount) })
    }
    return set
  }

  private func plan(_ bytes: [UInt8], _ set: InstructionSet = .best) throws -> Plan {
    try Plan(try Graph(tflite: bytes.span.bytes).optimized(), instructionSet: set)
  }

  static let graphs: [@Sendable () throws -> Graph] = [recurrent, branching]

  @Test(arguments: ModelPrecision.allCases, [0, 1])
  func everyFileAnswersAsItDid(precision: ModelPrecision, model: Int) throws {
    let graph = try Self.graphs[model]()
    var converter = try ModelConverter(graph, calibration: try Self.windows(graph))
    let conversion = try converter.convert(to: precision)
    let golden = try #require(
      try Graph(tflite: conversion.bytes.span.bytes).contract?.golden)
    #expect(golden.windowCount == 2)
    #expect(golden.tolerance < 0.1, "\(golden.tolerance)")
    #expect(try Graph(tflite: conversion.bytes.span.bytes).contract == conversion.graph.contract)
    // Expected are the float model's answers.
    var contract = try #require(conversion.graph.contract)
    var answers: [Float] = []
    let original = try Plan(graph)
    original.answer(2, contract) { _, _, values in answers += values }
    #expect(difference(golden.outputs, answers, within: .close(1e-5)) == nil)
    for set in InstructionSet.available {
      try plan(conversion.bytes, set).selfTest()
    }
    // And the answers to two windows differ by more than the tolerance.
    let half = golden.outputs.count / 2
    let spread = zip(golden.outputs[..<half], golden.outputs[half...]).map { abs($0 - $1) }.max()
    #expect(try #require(spread) > golden.tolerance)
    contract.golden = nil
    var silent = ConversionOptions()
    silent.storesSelfTest = false
    let other = try converter.convert(to: precision, silent)
    #expect(other.graph.contract == contract)
  }

  @Test func namesTheElementThatIsFarthest() throws {
    var graph = try Self.branching()
    var contract = ModelContract()
    contract.golden = GoldenVectors(
      inputs: .seeded(seed: 3, low: -1, high: 1), windowCount: 1, outputs: [], tolerance: 0.25)
    var answers: [Float] = []
    try Plan(graph).answer(1, contract) { _, _, values in answers += values }
    contract.golden?.outputs = answers
    try graph.setContract(contract)
    try Plan(graph).selfTest()

    answers[0] += 0.2
    answers[3] -= 0.5
    contract.golden?.outputs = answers
    try graph.setContract(contract)
    let plan = try Plan(graph)
    let error = #expect(throws: SelfTestError.self) { try plan.selfTest() }
    #expect(error?.window == 0 && error?.output == plan.outputs[1].name && error?.element == 1)
    #expect(
      error.map { "\($0)" }?.hasPrefix(
        "self-test: window 0, output '\(plan.outputs[1].name)', element 1: expected ") == true)
  }

  /// Every weight counts: a model with one tensor of them backwards is refused.
  @Test(arguments: [ModelPrecision.float32, .float16, .dynamicInt8, .int8])
  func refusesDamagedWeights(precision: ModelPrecision) throws {
    let graph = try Self.recurrent()
    var converter = try ModelConverter(graph, calibration: try Self.windows(graph))
    let conversion = try converter.convert(to: precision)
    var refused: [String] = []
    var passed: [String] = []
    let model = try TFLiteModel(parsing: conversion.bytes.span.bytes)
    let names = Set(model.metadata.map(\.buffer))
    for index in model.buffers.indices
    where model.buffers[index].count >= 32 && !names.contains(index) {
      var damaged = model
      damaged.buffers[index] = model.buffers[index].reversed()
      let plan = try Plan(try Graph(damaged).optimized())
      let name = try #require(model.subgraphs[0].tensors.first { $0.buffer == index }).name
      do throws(SelfTestError) {
        try plan.selfTest()
        passed.append(name)
      } catch {
        refused.append(name)
      }
    }
    // Weights and bias of the convolution, of four gates on input and state, and of the last layer.
    #expect(passed == [])
    #expect(refused.count == 2 + 12 + 1, "\(refused)")
  }

  @Test func notANumberIsAFault() throws {
    var maker = ModelMaker(seed: 1)
    let x = try maker.input([1, 2])
    var graph = try maker.finish(try maker.unary(.log, x))
    var contract = ModelContract()
    contract.golden = GoldenVectors(
      inputs: .stored([1, -1]), windowCount: 1, outputs: [0, 0], tolerance: 1)
    try graph.setContract(contract)
    let plan = try Plan(graph)
    let error = #expect(throws: SelfTestError.self) { try plan.selfTest() }
    #expect(error?.element == 1 && error?.found.isNaN == true)
  }

  @Test func modelsWithoutVectorsPass() throws {
    try Plan(try Self.branching()).selfTest()
  }

  @Test func conversionsSayWhatTheyCalibratedOn() throws {
    let graph = try Self.recurrent()
    let windows = try Self.windows(graph)
    var converter = try ModelConverter(graph, calibration: windows)
    let contract = try #require(try converter.convert(to: .int8).graph.contract)
    let calibration = try #require(contract.calibration)
    #expect(calibration.windowCount == 30)
    #expect(!calibration.method.isEmpty)
    let ranges = contract.inputs[0].ranges
    #expect(ranges.count == 3)
    #expect(ranges.allSatisfy { $0.lowerBound > -1 && $0.lowerBound < -0.9 && $0.upperBound > 0.9 })
    // The same windows, the same hash; another model of them says nothing of integers.
    var again = try ModelConverter(graph, calibration: windows)
    #expect(try again.convert(to: .int8).graph.contract?.calibration?.hash == calibration.hash)
    #expect(try again.convert(to: .float32).graph.contract?.calibration == nil)
  }

  /// A file that is calibrated again knows the new windows; what somebody chose stays.
  @Test func fittedRulesAreFittedAgain() throws {
    let graph = try Self.recurrent()
    var converter = try ModelConverter(graph, calibration: try Self.windows(graph))
    let first = try converter.convert(to: .float32).bytes
    let file = try Graph(tflite: first.span.bytes).optimized()
    let rules = try #require(file.contract?.rules)
    #expect(rules.isFitted && rules.known != nil)

    var louder = WindowSet(for: graph)
    var random = SplitMix64(seed: 6)
    for _ in 0..<40 { try louder.append([random.floats(48).map { 3 * $0 + 1 }]) }
    var again = try ModelConverter(file, calibration: louder)
    var fresh = try ModelConverter(graph, calibration: louder)
    let refitted = try again.convert(to: .float32).graph.contract?.rules
    #expect(refitted?.isFitted == true && refitted != rules)
    #expect(refitted == (try fresh.convert(to: .float32).graph.contract?.rules))
    // Nothing to fit to: what the file says still holds.
    var plain = try ModelConverter(file, calibration: nil)
    #expect(try plain.convert(to: .float16).graph.contract?.rules == rules)

    var given = file
    var contract = try #require(file.contract)
    contract.rules?.isFitted = false
    try given.setContract(contract)
    var kept = try ModelConverter(given, calibration: louder)
    #expect(try kept.convert(to: .float32).graph.contract?.rules == contract.rules)
  }
}
