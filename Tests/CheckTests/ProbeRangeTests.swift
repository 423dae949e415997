// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import Testing
import _MainspringTestSupport

@testable import MainspringCheck

/// Who says what inputs are like.
struct ProbeRangeTests {
  @Test func aNormalizationLayerSaysWhatInputsAreLike() throws {
    let graph = try SmallModel.graph(.softmax, [3], normalization: (2048, 500))
    let source = ProbeSource(for: [SmallModel.subject(graph)], seed: 1)
    #expect(source.isKnown)
    let range = source.ranges[0][0]
    #expect(range.mean == 2048 && abs(range.deviation - 500) < 0.1)
    #expect(abs(range.lowest - 548) < 1 && abs(range.highest - 3548) < 1)
    let report = try SmallModel.check([SmallModel.subject(graph)])
    #expect(report.verdict == .responsive && !report.isMadeUp)
  }

  @Test func aFileDoesNotChooseTheQuestionsAlone() throws {
    let float = try SmallModel.graph(.softmax, [5])
    let reference = SmallModel.subject(float)
    // Calibrated on windows a thousand times too small: all that a sensor sends is clipped.
    let tiny = SmallModel.subject(try SmallModel.integers(float, step: 1e-5), "tiny", .int8)
    for seed: UInt64 in 1...20 {
      let report = try SmallModel.check([reference, tiny], seed: seed)
      #expect(report.models[0].verdict == .responsive, "seed \(seed)")
      #expect(report.isMadeUp && report.models[0].responses.allSatisfy { $0.variances[0] > 1e-3 })
      #expect(report.models[1].findings.contains { $0.text.contains("representative windows") })
    }
  }

  @Test func integersThatHoldTheInputsAreResponsive() throws {
    let float = try SmallModel.graph(.softmax, [5])
    let reference = SmallModel.subject(float)
    for (step, seed) in zip([Float](repeating: 0.04, count: 20), UInt64(1)...) {
      let file = SmallModel.subject(try SmallModel.integers(float, step: step), "file", .int8)
      let report = try SmallModel.check([reference, file], seed: seed)
      #expect(report.verdict == .responsive, "seed \(seed): \(report.models[1].findings)")
    }
  }

  /// Nothing is clipped, and still nothing is answered as the reference does.
  @Test func integersOfAnotherTrainingAreDegradedWithoutWindows() throws {
    let reference = SmallModel.subject(try SmallModel.graph(.linear, [5]))
    let other = try SmallModel.graph(.linear, [5], isSwapped: true)
    let file = SmallModel.subject(try SmallModel.integers(other, step: 0.04), "file", .int8)
    for seed: UInt64 in 1...20 {
      let report = try SmallModel.check([reference, file], seed: seed)
      #expect(report.models[1].verdict == .degraded, "seed \(seed)")
    }
  }

  @Test func wideIntegersAreWarnedAbout() throws {
    let float = try SmallModel.graph(.softmax, [5])
    let file = SmallModel.subject(try SmallModel.integers(float, step: 40), "file", .int8)
    let report = try SmallModel.check([file])
    #expect(report.models[0].findings.contains { $0.text.contains("many of the codes") })
  }

  @Test func oneWindowProvesNothing() throws {
    let graph = try SmallModel.graph(.softmax, [3])
    var windows = ProbeWindows(sizes: [4])
    windows.append([[1, -1, 0.5, 2]])
    let report = try SmallModel.check([SmallModel.subject(graph)], windows: windows)
    #expect(report.models[0].responses(to: .windows)?.histogram?.total == 1)
    #expect(!report.models[0].findings.contains { $0.text.contains("dominates") })
  }

  @Test func dominanceNeedsWindowsEnough() {
    func histogram(_ counts: [Int]) -> ClassHistogram {
      var histogram = ClassHistogram(classCount: counts.count)
      for (index, count) in counts.enumerated() { for _ in 0..<count { histogram.add(index) } }
      return histogram
    }
    #expect(!histogram([1, 0, 0, 0, 0]).canTellDominance)
    #expect(!histogram([20, 0, 0, 0, 0]).canTellDominance)
    #expect(histogram([100, 0, 0, 0, 0]).canTellDominance)
    // 97 % and 3 % of 1,000, by hand: p = .97² + .03².
    #expect(abs(histogram([970, 30]).chance(of: histogram([970, 30])) - 0.9418) < 1e-12)
    #expect(histogram([3, 0]).chance(of: histogram([0, 3])) == 0)
  }
}
