// SPDX-License-Identifier: Apache-2.0

/// What a model has to reach to be used.
///
/// The defaults are those of the two-stage procedure for gestures: pre-trained on many people, tuned
/// to one, accepted at 85 % accuracy with no class recognised less than 70 % of the time.
public struct SuccessCriteria: Hashable, Sendable {
  public var minimumAccuracy: Double
  /// Of every class that occurs.
  public var minimumRecall: Double
  /// How far the share of windows taken for a class may be above the class' own share.
  public var maximumExcess: Double

  public init(
    minimumAccuracy: Double = 0.85, minimumRecall: Double = 0.70, maximumExcess: Double = 0.10
  ) {
    self.minimumAccuracy = minimumAccuracy
    self.minimumRecall = minimumRecall
    self.maximumExcess = maximumExcess
  }

  /// Something that is not reached.
  public enum Miss: Hashable, Sendable {
    case accuracy(Double)
    case recall(classIndex: Int, Double)
    /// A class is predicted too often.
    case excess(classIndex: Int, predicted: Double, actual: Double)
  }

  /// - Returns: empty when everything is reached.
  public func misses(of evaluation: ClassifierEvaluation) -> [Miss] {
    var misses: [Miss] = []
    if evaluation.accuracy.share < minimumAccuracy {
      misses.append(.accuracy(evaluation.accuracy.share))
    }
    let total = Double(max(evaluation.windowCount, 1))
    for (index, score) in evaluation.classes.enumerated() {
      if score.support > 0, score.recall < minimumRecall {
        misses.append(.recall(classIndex: index, score.recall))
      }
      let (predicted, actual) = (Double(score.predicted) / total, Double(score.support) / total)
      // As counts: shares and their sum are each rounded once.
      let allowed = Double(score.support) + maximumExcess * total
      if Double(score.predicted) > allowed + allowed * 0x1p-50 {
        misses.append(.excess(classIndex: index, predicted: predicted, actual: actual))
      }
    }
    return misses
  }
}
