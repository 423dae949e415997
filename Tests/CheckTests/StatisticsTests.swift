// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import Testing
import _MainspringTestSupport

@testable import MainspringCheck

/// Figures that can be worked out by hand.
struct StatisticsTests {
  private func histogram(_ counts: [Int]) -> ClassHistogram {
    var histogram = ClassHistogram(classCount: counts.count)
    for (index, count) in counts.enumerated() { for _ in 0..<count { histogram.add(index) } }
    return histogram
  }

  private func close(_ a: Double, _ b: Double, _ tolerance: Double = 1e-9) -> Bool {
    abs(a - b) <= tolerance
  }

  @Test func wilsonIntervalsAreThoseOfTheLiterature() {
    // Newcombe, "Two-sided confidence intervals for the single proportion" (1998), table I.
    let cases: [(Int, Int, Double, Double)] = [
      (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611),
      (1, 29, 0.0061, 0.1718),
    ]
    for (hits, count, low, high) in cases {
      let interval = Proportion(hits, of: count).interval
      #expect(close(interval.lowerBound, low, 5e-5) && close(interval.upperBound, high, 5e-5))
    }
    #expect(Proportion(20, of: 20).interval.upperBound == 1)
    #expect(Proportion(0, of: 0).interval == 0...1)
  }

  @Test func entropyIsRelativeToAllClasses() {
    #expect(close(histogram([5, 5, 5, 5]).normalizedEntropy, 1))
    #expect(histogram([9, 0, 0]).normalizedEntropy == 0)
    #expect(close(histogram([4, 4, 0, 0]).normalizedEntropy, 0.5))
    let some = histogram([7, 0, 2, 1])
    #expect(some.uniqueCount == 3 && some.mostCommon == 0)
    #expect(some.mostCommonShare == Proportion(7, of: 10))
    #expect(some.upperNormalizedEntropy > some.normalizedEntropy)
    // Nothing but one class: the other may have u = 1 − 0.05^(1/100) = 0.02951, H(u)/log 2.
    #expect(close(histogram([100, 0]).upperNormalizedEntropy, 0.1919, 1e-4))
    #expect(histogram([100, 0]).canTellDominance)
  }

  @Test func distanceOfHistogramsIsAMetricWithinOne() {
    let (a, b, c) = (histogram([10, 0, 0]), histogram([0, 3, 7]), histogram([5, 5, 0]))
    #expect(a.distance(to: a) == 0)
    #expect(close(a.distance(to: b), 1))
    #expect(close(a.distance(to: c), c.distance(to: a)))
    // p = (1, 0), q = (1/2, 1/2): divergence 3/4·log₂(4/3).
    #expect(close(a.distance(to: c), 0.3112781244591328.squareRoot()))
  }

  @Test func momentsMergeAsIfSeenTogether() {
    var random = ProbeGenerator(seed: 4)
    var (all, first, second) = (Moments(count: 3), Moments(count: 3), Moments(count: 3))
    for index in 0..<50 {
      let values = (0..<3).map { _ in 1000 + random.normal() }
      all.add(values)
      if index < 20 { first.add(values) } else { second.add(values) }
    }
    first.merge(second)
    for index in 0..<3 {
      #expect(close(first.means[index], all.means[index], 1e-9))
      #expect(close(first.variances[index], all.variances[index], 1e-9))
      #expect((0.5...1.6).contains(all.variances[index]))
    }
    #expect(first.spread == all.spread)
  }

  @Test func informationIsWhatTheInputSaysAboutTheClass() {
    func responses(_ values: [[Float]], _ form: ClassOutput.Form) -> Responses {
      var answers = Responses(
        .noise, classCount: 2, ports: [OutputResponses(outputCount: 2, scoreCount: 2)])
      for value in values {
        let isFinite = answers.add([value], [value])
        #expect(isFinite)
        answers.add(Prediction(value, form))
      }
      return answers
    }
    // Certain answers, half of each class: one bit.
    let answers = responses([[1, 0], [0, 1]], .shares)
    #expect(close(answers.mutualInformation, 1) && close(answers.meanEntropy, 0))
    #expect(close(answers.entropyOfMean, 1))
    #expect(answers.extremes == [0...1, 0...1] && answers.variances == [0.25, 0.25])
    let undecided = responses([[Float]](repeating: [0.5, 0.5], count: 4), .shares)
    #expect(close(undecided.mutualInformation, 0) && close(undecided.meanEntropy, 1))
  }

  @Test func predictionsAreProbabilitiesWhateverTheOutput() {
    // Integers: each class rounded by itself.
    let rounded = Prediction([0.5, 0.25, 0.5], .shares)
    #expect(rounded.confidence == 0.5)
    #expect(rounded.best == 0 && close(rounded.probabilities.reduce(0, +), 1))
    let scores = Prediction([1000, 999], .scores)
    #expect(close(scores.probabilities[0], 0.7310585786300049))
    #expect(Prediction([0.75], .binary).probabilities == [0.25, 0.75])
    #expect(Prediction([0.5], .binary).best == 0)
  }

  @Test func thresholdsFollowTheNumberOfClasses() {
    #expect(Thresholds.agreement(classCount: 2) == 0.75)
    #expect(Thresholds.agreement(classCount: 5) == 0.6)
    // What the comment says is most that one class may have, the others even.
    for (classes, share) in [(2, 0.96), (5, 0.92), (20, 0.87), (197, 0.83)] {
      let rest = (1 - share) / Double(classes - 1)
      let entropies = [share] + [Double](repeating: rest, count: classes - 1)
      let bits = Responses.entropy(entropies)
      let whole = Responses.entropy([Double](repeating: 1 / Double(classes), count: classes))
      #expect(
        abs(bits / whole - Thresholds.collapsedEntropy) < 0.015, "\(classes): \(bits / whole)")
    }
  }
}
