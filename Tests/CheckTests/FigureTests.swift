// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import Testing

@testable import MainspringCheck

/// Figures of a report, for models simple enough to work them out by hand.
struct FigureTests {
  /// y = factor · x + offset of two numbers.
  private func linear(
    _ factor: Float, offset: [Float] = [0, 0], labels: [String] = [], stage: Stage = .keras
  ) throws -> Subject {
    var graph = Graph()
    let input = graph.addInput(name: "x", shape: try Shape([1, 2]))
    let dense = Dense(
      weights: Tensor(shape: try Shape([2, 2]), floats: [factor, 0, 0, factor]),
      bias: try Tensor(vector: offset))
    try graph.addOutput(try graph.add(.dense(dense), to: input, name: "y"))
    if !labels.isEmpty {
      var contract = ModelContract()
      contract.outputs = [.init(labels: labels)]
      try graph.setContract(contract)
    }
    return Subject(name: "\(factor)", graph, stage: stage)
  }

  private func windows(_ windows: [[Float]] = [[3, 0], [-3, 0], [0, 1], [0, -1]]) -> ProbeWindows {
    var result = ProbeWindows(sizes: [2])
    for window in windows { result.append([window]) }
    return result
  }

  private func answers(_ subjects: [Subject]) throws -> [Responses] {
    try SmallModel.check(subjects, windows: windows()).models.map {
      try #require($0.responses(to: .windows))
    }
  }

  private func close(_ a: Double, _ b: Double, _ tolerance: Double = 1e-4) -> Bool {
    abs(a - b) <= tolerance
  }

  @Test func spreadAndSensitivityOfALinearModel() throws {
    let answer = try answers([try linear(2)])[0]
    #expect(answer.inputCount == 4 && answer.finiteCount == 4 && answer.nonFiniteCount == 0)
    #expect(answer.variances == [18, 2] && answer.meanVariance == 10)
    #expect(answer.extremes == [-6...6, -2...2])
    // Whatever the change, twice of it.
    #expect(close(answer.sensitivity, 2))
    #expect(answer.repeated == Proportion(0, of: 4))
  }

  @Test func responseOverErrorIsARatioOfPowers() throws {
    let subjects = [try linear(2), try linear(2.5, stage: .float32)]
    let agreement = try #require(try answers(subjects)[1].agreement)
    // Errors of half of x, squared: 2 · 2.25 + 2 · 0.25; responses of 2x: 2 · 36 + 2 · 4.
    #expect(close(agreement.responseToError ?? 0, 12.0412))
    #expect(agreement.heldResponseToError == agreement.responseToError && agreement.heldCount == 4)
    #expect(agreement.largestDifference == 1.5)
    #expect(agreement.sameClass.count == 0)
  }

  @Test func classesOfTwoModelsAreCompared() throws {
    let labels = ["a", "b"]
    let opposite = [try linear(2, labels: labels), try linear(-2, stage: .float32)]
    let first = try answers(opposite)
    let agreement = try #require(first[1].agreement)
    #expect(first[0].histogram?.counts == [2, 2] && first[1].histogram?.counts == [2, 2])
    #expect(agreement.sameClass == Proportion(0, of: 4))
    #expect(agreement.histogramDistance == 0 && agreement.chance == 0.5)
    let one = [try linear(2, labels: labels), try linear(2, offset: [100, 0], stage: .float32)]
    let other = try #require(try answers(one)[1].agreement)
    #expect(other.sameClass == Proportion(2, of: 4))
    // Shares (1/2, 1/2) and (1, 0).
    #expect(close(other.histogramDistance, 0.5579230452841438, 1e-9))
  }

  @Test func onlyWhatIsNoProbabilitySaturates() throws {
    var graph = Graph()
    let input = graph.addInput(name: "x", shape: try Shape([1, 2]))
    let type = ValueType(.int8, Quantization(scale: 1 / 64, zeroPoint: 0))
    let codes = try graph.add(.quantize(Quantize()), to: input, name: "codes", type: type)
    var (raw, sure) = (graph, graph)
    try raw.addOutput(codes)
    let answer = try answers([Subject(name: "raw", raw)])[0]
    // -2 to 127/64: the 3 and the -3 of eight numbers.
    #expect(answer.saturated == Proportion(2, of: 8))
    let share = try sure.add(.softmax(Softmax(beta: 100)), to: input, name: "share")
    let shares = ValueType(.int8, Quantization(scale: 1 / 256, zeroPoint: -128))
    try sure.addOutput(try sure.add(.quantize(Quantize()), to: share, name: "out", type: shares))
    let certain = try answers([Subject(name: "sure", sure)])[0]
    #expect(certain.extremes?[0].lowerBound == 0 && certain.saturated.count == 0)
  }

  @Test func valuesAreCountedInBins() throws {
    let distribution = try answers([try linear(2)])[0].distribution
    #expect(distribution.bounds == -6...6)
    // Thirds of -6...6: the bounds of bins belong to the one above, the last to the last.
    #expect(distribution.counts(bins: 3, from: -6, to: 6) == [[1, 2, 1], [0, 3, 1]])
    #expect(distribution.counts(bins: 2, from: 0, to: 0) == [[4, 0], [4, 0]])
    // Neither the widest bounds nor the narrowest are beyond what there is.
    let (most, least) = (Float.greatestFiniteMagnitude, Float.leastNonzeroMagnitude)
    #expect(distribution.counts(bins: 2, from: -most, to: most).allSatisfy { $0.reduce(0, +) == 4 })
    #expect(distribution.counts(bins: 2, from: 0, to: least).allSatisfy { $0.reduce(0, +) == 4 })
  }

  @Test func warningsNameTheClassOfTheirFamily() throws {
    // Noise is class 0, windows are class 1, and there are enough of them.
    let subject = try linear(1, offset: [10, 0], labels: ["a", "b"])
    let given = windows([[Float]](repeating: [-40, 0], count: 200))
    let range = ChannelRange(mean: 0, deviation: 1, lowest: -1, highest: 1)
    let source = ProbeSource(
      inputs: subject.graph.inputs.map { subject.graph.shape(of: $0) },
      ranges: [[range, range]], windows: given, seed: 1)
    let findings = try Checker([subject], source, count: 200).check().models[0].findings
    #expect(
      findings.contains {
        $0.text.contains("class 0 dominates on noise, range")
          && $0.text.contains("class 1 dominates on windows")
      }, "\(findings)")
  }

  @Test func clippedWindowsAreNamed() throws {
    let graph = try SmallModel.integers(try SmallModel.graph(.softmax, [3]), step: 0.01)
    var given = ProbeWindows(sizes: [4])
    for index in 0..<50 { given.append([[Float(index) / 10, 0, 0, 0]]) }
    let report = try SmallModel.check([SmallModel.subject(graph, "file", .int8)], windows: given)
    // Of 0 to 4.9 by tenths, those from 1.3 on are beyond 1.27: 37 of 200 numbers.
    #expect(
      report.models[0].findings.contains {
        $0.text.hasSuffix("found 19 % of their elements beyond")
      },
      "\(report.models[0].findings)")
  }
}
