// SPDX-License-Identifier: Apache-2.0

/// How close a model's results are to those of the float model, and to the truth.
public struct Agreement: Hashable, Sendable {
  public var windowCount: Int = 0
  /// Windows with the same class: the same largest element of the first output.
  public var sameClassCount: Int = 0
  /// Windows that would have the same class with twice the error in their scores; those of
  /// ``scoreError``.
  public var steadyCount: Int = 0
  /// The largest difference of any element of any output.
  public var largestDifference: Float = 0
  /// The mean absolute difference of all elements.
  public var meanDifference: Double = 0
  /// The root of the mean squared difference of the first output, taken before its softmax where it
  /// ends in one: what quantizations are ranked by. Far from a decision a softmax hides how close
  /// two models are, and near one a single window decides.
  public var scoreError: Double = 0
  /// Windows whose class is right, by this model and by the float model; nil without labels.
  public var correctCount: Int?
  public var floatCorrectCount: Int?

  public init() {}

  /// Share of windows with the same class.
  public var share: Double { Double(sameClassCount) / Double(max(windowCount, 1)) }

  /// Share of windows that would have the same class with twice the error.
  public var steadyShare: Double { Double(steadyCount) / Double(max(windowCount, 1)) }

  /// Accuracy lost against the float model, negative for a gain; nil without labels.
  public var drop: Double? {
    guard let correctCount, let floatCorrectCount else { return nil }
    return Double(floatCorrectCount - correctCount) / Double(max(windowCount, 1))
  }
}

extension Agreement: CustomStringConvertible {
  public var description: String {
    var text =
      "\(sameClassCount) of \(windowCount) windows with the same class, largest difference "
      + "\(largestDifference), mean \(Float(meanDifference))"
    if let correctCount, let floatCorrectCount {
      text += ", \(correctCount) right (float: \(floatCorrectCount))"
    }
    return text
  }
}
