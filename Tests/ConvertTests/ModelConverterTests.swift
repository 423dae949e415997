// SPDX-License-Identifier: Apache-2.0

import MainspringConvert
import MainspringGraph
import MainspringTFLite
import Testing
import _MainspringTestSupport

/// Conversion as one call: the model in every precision, measured as it was written.
struct ModelConverterTests {
  /// A convolution, an LSTM and a softmax, weights drawn at random.
  private func gesture(_ random: inout SplitMix64) throws -> Graph {
    func tensor(_ extents: [Int]) throws -> Tensor {
      let shape = try Shape(extents)
      return Tensor(shape: shape, floats: random.floats(shape.elementCount))
    }
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 1, 12, 4]))
    let convolution = Convolution(
      weights: try tensor([8, 1, 3, 4]), bias: try tensor([8]), padding: .same, activation: .relu)
    let features = try graph.add(.convolution(convolution), to: x, name: "conv")
    let rows = try graph.add(
      .reshape(Reshape(to: try Shape([1, 12, 8]))), to: features, name: "rows")
    let cell = LSTM(
      inputWeights: try tensor([24, 8]), recurrentWeights: try tensor([24, 6]),
      bias: try tensor([24]), returnsSequence: false)
    let state = try graph.add(.lstm(cell), to: rows, name: "lstm")
    let dense = Dense(weights: try tensor([5, 6]), bias: try tensor([5]))
    let scores = try graph.add(.dense(dense), to: state, name: "scores")
    try graph.addOutput(try graph.add(.softmax(Softmax()), to: scores, name: "softmax"))
    return graph
  }

  private func windows(_ random: inout SplitMix64, _ graph: Graph, count: Int) throws -> WindowSet {
    var windows = WindowSet(for: graph)
    let size = graph.shape(of: graph.inputs[0]).elementCount
    for _ in 0..<count { try windows.append([random.floats(size, from: -2, to: 2)]) }
    return windows
  }

  @Test(arguments: ModelPrecision.allCases)
  func figuresAreThoseOfTheFile(precision: ModelPrecision) throws {
    var random = SplitMix64(seed: 51)
    let graph = try gesture(&random)
    let calibration = try windows(&random, graph, count: 100)
    let evaluation = try windows(&random, graph, count: 60)
    let labels = (0..<60).map { $0 % 5 }
    var converter = try ModelConverter(
      graph, calibration: calibration, evaluation: Evaluation(evaluation, labels: labels))
    let conversion = try converter.convert(
      to: precision, ConversionOptions(measuresLayers: true))
    let read = try Graph(tflite: conversion.bytes.span.bytes).optimized()
    let expected = try ModelComparison(graph, evaluation, labels: labels).agreement(of: read)
    #expect(conversion.agreement == expected)
    #expect(expected.windowCount == 60 && expected.correctCount != nil)
    #expect(converter.judgedWindowCount == 60 && converter.warnings.isEmpty)
    let isFloat = precision == .float32 || precision == .float16
    #expect(conversion.layers.isEmpty == isFloat)
    #expect(conversion.layers.allSatisfy { $0.signalToNoise != nil })
    #expect((precision == .float32) == (expected.largestDifference == 0))
    #expect(expected.largestDifference < 0.2 && expected.meanDifference < 0.02)
    // Once more, and from a converter that did something else before.
    #expect(try converter.convert(to: precision).bytes == conversion.bytes)
    var other = try ModelConverter(graph, calibration: calibration)
    _ = try other.convert(to: .int8)
    #expect(try other.convert(to: precision).bytes == conversion.bytes)
  }

  @Test func halfIsHeldBack() throws {
    var random = SplitMix64(seed: 52)
    let graph = try gesture(&random)
    var converter = try ModelConverter(
      graph, calibration: try windows(&random, graph, count: 50))
    #expect(converter.judgedWindowCount == 25)
    let conversion = try converter.convert(to: .int8, ConversionOptions(method: .minMax))
    #expect(conversion.agreement?.windowCount == 25)
    #expect(conversion.recipe?.method == .minMax)
    #expect(conversion.layers.allSatisfy { $0.signalToNoise == nil })
    #expect(
      converter.warnings == [
        """
        calibration: expected at least 100 windows, found 50; ranges may be too narrow for what \
        the model meets in use
        """
      ])
  }

  @Test func withoutWindowsThereAreFilesAndNoFigures() throws {
    var random = SplitMix64(seed: 53)
    var converter = try ModelConverter(try gesture(&random))
    for precision in [ModelPrecision.float32, .float16, .dynamicInt8] {
      let conversion = try converter.convert(to: precision)
      #expect(conversion.agreement == nil && !conversion.bytes.isEmpty)
    }
    for precision in [ModelPrecision.int8, .int16x8] {
      let error = #expect(throws: ConversionError.self) { try converter.convert(to: precision) }
      guard case .windowsNeeded(precision) = error else { return #expect(Bool(false), "\(error)") }
    }
    let error = #expect(throws: ConversionError.self) {
      try converter.convert(
        to: .float16, ConversionOptions(budget: AccuracyBudget(minimumAgreement: 0.5)))
    }
    #expect(
      error.map { "\($0)" } == "f16: expected windows to calibrate or measure with, found none")
  }

  @Test func aBudgetIsHeldByTheFileOrRefusedWithWhatWasMeasured() throws {
    var random = SplitMix64(seed: 54)
    let graph = try gesture(&random)
    let calibration = try windows(&random, graph, count: 100)
    let evaluation = Evaluation(try windows(&random, graph, count: 600))
    var converter = try ModelConverter(graph, calibration: calibration, evaluation: evaluation)
    let pure = try converter.convert(to: .int8)
    let share = try #require(pure.agreement?.share)
    #expect(share < 1)
    let budget = AccuracyBudget(minimumAgreement: 1)
    let mixed = try converter.convert(to: .int8, ConversionOptions(budget: budget))
    #expect(mixed.agreement?.share == 1)
    #expect(mixed.unchangedByteCount == pure.bytes.count && !mixed.changes.isEmpty)
    for change in mixed.changes { #expect(change.from == .int8 && change.to != .int8) }
    // One that holds at once changes nothing.
    let same = try converter.convert(
      to: .int8, ConversionOptions(budget: AccuracyBudget(minimumAgreement: share)))
    #expect(same.bytes == pure.bytes && same.changes.isEmpty && same.unchangedByteCount == nil)
    // Nothing is mixed in other precisions.
    let loose = try converter.convert(to: .dynamicInt8)
    if loose.agreement?.share != 1 {
      let error = #expect(throws: ConversionError.self) {
        try converter.convert(to: .dynamicInt8, ConversionOptions(budget: budget))
      }
      guard case .budget(let failure) = error else { return #expect(Bool(false), "\(error)") }
      #expect(failure.conversion.bytes == loose.bytes && failure.best == nil)
    }
    // Without classes no drop can be held.
    let error = #expect(throws: ConversionError.self) {
      try converter.convert(
        to: .int8, ConversionOptions(budget: AccuracyBudget(maximumDrop: 1)))
    }
    guard case .budget(let failure) = error else { return #expect(Bool(false), "\(error)") }
    #expect(failure.conversion.bytes == pure.bytes && failure.best != nil)
  }

  /// One probability tells two classes apart.
  @Test func aSingleProbabilityHasTwoClasses() throws {
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 2]))
    let weights = Tensor(shape: try Shape([1, 2]), floats: [4, -4])
    let dense = try graph.add(.dense(Dense(weights: weights, bias: nil)), to: x, name: "dense")
    try graph.addOutput(try graph.add(.unary(Unary(.logistic)), to: dense, name: "p"))
    var evaluation = WindowSet(for: graph)
    for index in 0..<10 { try evaluation.append([[Float(index), 4.5]]) }
    let labels = [0, 0, 0, 0, 0, 1, 1, 1, 1, 0]
    var converter = try ModelConverter(graph, evaluation: Evaluation(evaluation, labels: labels))
    let agreement = try #require(try converter.convert(to: .float32).agreement)
    #expect(agreement.correctCount == 9 && agreement.floatCorrectCount == 9)
    let other = Tensor(shape: try Shape([1, 2]), floats: [-4, 4])
    var turned = Graph()
    let y = turned.addInput(name: "x", shape: try Shape([1, 2]))
    let product = try turned.add(.dense(Dense(weights: other, bias: nil)), to: y, name: "dense")
    try turned.addOutput(try turned.add(.unary(Unary(.logistic)), to: product, name: "p"))
    let opposite = try ModelComparison(graph, evaluation).agreement(of: turned)
    #expect(opposite.sameClassCount == 0 && opposite.steadyCount == 0)
    #expect(try ModelComparison(graph, evaluation).agreement(of: graph).steadyCount == 10)
  }

  @Test func refusesWindowsAndModelsThatDoNotFit() throws {
    var random = SplitMix64(seed: 55)
    let graph = try gesture(&random)
    #expect(throws: ConversionError.self) {
      try ModelConverter(graph, calibration: WindowSet(for: graph))
    }
    let few = try windows(&random, graph, count: 3)
    #expect(throws: ConversionError.self) {
      try ModelConverter(graph, evaluation: Evaluation(few, labels: [1]))
    }
    var converter = try ModelConverter(graph, calibration: few)
    let integers = try converter.convert(to: .int8).graph
    var second = try ModelConverter(integers, calibration: few)
    #expect(throws: ConversionError.self) { try second.convert(to: .int8) }
    #expect(throws: ConversionError.self) { try second.convert(to: .dynamicInt8) }
  }

  @Test func progressIsTold() throws {
    var random = SplitMix64(seed: 56)
    let graph = try gesture(&random)
    var converter = try ModelConverter(
      graph, calibration: try windows(&random, graph, count: 40))
    let seen = Seen()
    _ = try converter.convert(to: .int8) { seen.states.append($0) }
    #expect(seen.states.first == .calibrating(window: 1, count: 20))
    #expect(seen.states.contains(.calibrating(window: 20, count: 20)))
    #expect(seen.states.contains(.measuring(1)) && seen.states.last != .measuring(1))
  }

  private final class Seen { var states: [ConversionProgress] = [] }
}
