// SPDX-License-Identifier: Apache-2.0

import MainspringCheck
import MainspringGraph
import Testing
import _MainspringTestSupport

/// Figures of classifiers, worked out by hand or by others.
struct EvaluationTests {
  /// An evaluation with these counts, [right][predicted], sure of every answer.
  private func evaluation(_ confusion: [[Int]]) -> ClassifierEvaluation {
    var evaluation = ClassifierEvaluation(classCount: confusion.count)
    for (truth, row) in confusion.enumerated() {
      for (predicted, count) in row.enumerated() {
        var output = [Float](repeating: 0, count: confusion.count)
        output[predicted] = 1
        for _ in 0..<count { evaluation.add(output, truth: truth) }
      }
    }
    return evaluation
  }

  private func close(_ a: Double, _ b: Double) -> Bool { abs(a - b) < 1e-12 }

  @Test func figuresOfAKnownMatrix() {
    let counts = [[4, 1, 0], [2, 6, 2], [0, 0, 5]]
    let found = evaluation(counts)
    #expect(found.confusion == counts && found.windowCount == 20)
    #expect(found.accuracy == Proportion(15, of: 20))
    #expect(found.supports == [5, 10, 5] && found.predictedCounts == [6, 7, 7])
    #expect(found.majorityBaseline == 0.5)
    #expect(close(found.balancedAccuracy, (0.8 + 0.6 + 1) / 3))
    let f1 = [8.0 / 11, 12.0 / 17, 10.0 / 12]
    #expect(close(found.macroF1, f1.reduce(0, +) / 3))
    #expect(close(found.weightedF1, (5 * f1[0] + 10 * f1[1] + 5 * f1[2]) / 20))
    #expect(close(found.classes[1].precision, 6.0 / 7))
    // Always sure, right three times of four.
    #expect(close(found.calibrationError, 0.25))
  }

  @Test func absentClassesAreInNoMean() {
    let found = evaluation([[3, 0, 1], [0, 0, 0], [0, 0, 4]])
    #expect(found.classes[1].support == 0)
    #expect(close(found.balancedAccuracy, (0.75 + 1) / 2))
    #expect(close(found.macroF1, (6.0 / 7 + 8.0 / 9) / 2))
    #expect(SuccessCriteria(maximumExcess: 0.2).misses(of: found).isEmpty)
  }

  @Test func answersThatAreNoneAreWrong() {
    var found = evaluation([[2, 0], [0, 2]])
    found.add([.nan, 0], truth: 1)
    #expect(found.accuracy == Proportion(4, of: 5) && found.unanswered == [0, 1])
    #expect(found.classes[1].support == 3 && found.classes[1].predicted == 2)
  }

  @Test func calibrationIsHowFarConfidenceIsOff() {
    var found = ClassifierEvaluation(classCount: 2)
    // Three answers at 0.75, of which one is right; one at 0.5 that is right.
    for truth in [0, 1, 1] { found.add([0.75, 0.25], truth: truth) }
    found.add([0.5, 0.5], truth: 0)
    #expect(close(found.calibrationError, (abs(1 - 2.25) + abs(1 - 0.5)) / 4))
  }

  /// Integers round each class for itself; what the output says is what is judged.
  @Test func confidenceIsThatOfTheOutput() {
    var found = ClassifierEvaluation(classCount: 3, form: .shares)
    found.add([0.5, 0.25, 0.125], truth: 0)
    found.add([0.5, 0.25, 0.125], truth: 1)
    // Half sure, right half of the time.
    #expect(close(found.calibrationError, 0))
    var sure = ClassifierEvaluation(classCount: 3, form: .shares)
    sure.add([0.5, 0.25, 0.125], truth: 0)
    #expect(close(sure.calibrationError, 0.5))
    var alone = ClassifierEvaluation(classCount: 2, form: .independent)
    alone.add([0.75, 0.5], truth: 0)
    #expect(close(alone.calibrationError, 0.25))
  }

  /// 0.7 + 0.1 is less than 0.8 in binary.
  @Test func criteriaAreReachedExactly() {
    let found = evaluation([[7, 0], [1, 2]])
    #expect(
      SuccessCriteria(minimumAccuracy: 0.9, minimumRecall: 0, maximumExcess: 0.1)
        .misses(of: found).isEmpty)
  }

  @Test func criteriaNameWhatIsMissed() {
    let found = evaluation([[10, 0], [6, 4]])
    let misses = SuccessCriteria().misses(of: found)
    #expect(
      misses == [
        .accuracy(0.7), .excess(classIndex: 0, predicted: 0.8, actual: 0.5),
        .recall(classIndex: 1, 0.4),
      ])
    let none = SuccessCriteria(minimumAccuracy: 0.7, minimumRecall: 0.4, maximumExcess: 0.31)
    #expect(none.misses(of: found).isEmpty)
  }
}
