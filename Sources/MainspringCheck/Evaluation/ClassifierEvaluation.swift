// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph

/// What a classifier is worth, by windows of known classes.
///
/// ```swift
/// var evaluation = ClassifierEvaluation(classCount: 5, form: .shares)
/// evaluation.add(probabilities, truth: 3)
/// print(evaluation.accuracy.share, evaluation.accuracy.interval)
/// ```
public struct ClassifierEvaluation: Hashable, Sendable {
  /// Windows by right class, then by predicted class.
  public private(set) var confusion: [[Int]]
  /// Windows without a finite answer, by right class: wrong, and predicted as nothing.
  public private(set) var unanswered: [Int]
  private var calibration = CalibrationBins()
  private let form: ClassOutput.Form

  /// - Parameter form: what outputs are; scores that add up to 1 are taken for shares.
  public init(classCount: Int, form: ClassOutput.Form = .scores) {
    self.form = form
    confusion = [[Int]](
      repeating: [Int](repeating: 0, count: classCount), count: classCount)
    unanswered = [Int](repeating: 0, count: classCount)
  }

  /// Takes a window in.
  ///
  /// - Parameters:
  ///   - output: a probability, or a score, for each class; one probability for two classes.
  ///   - truth: the right class.
  /// - Precondition: there are such classes.
  public mutating func add(_ output: [Float], truth: Int) {
    precondition(confusion.indices.contains(truth), "class \(truth) of \(confusion.count)")
    guard output.allSatisfy({ $0.isFinite }), !output.isEmpty else {
      unanswered[truth] += 1
      return
    }
    let prediction = Prediction(output, form == .scores ? ClassOutput.Form(of: output) : form)
    confusion[truth][prediction.best] += 1
    calibration.add(
      confidence: prediction.confidence, isRight: prediction.best == truth)
  }

  public var classCount: Int { confusion.count }
  public var windowCount: Int { supports.reduce(0, +) }

  /// Windows of each class.
  public var supports: [Int] {
    zip(confusion, unanswered).map { $0.reduce(0, +) + $1 }
  }

  /// How often each class was predicted.
  public var predictedCounts: [Int] {
    confusion.indices.map { predicted in confusion.reduce(0) { $0 + $1[predicted] } }
  }

  public var accuracy: Proportion {
    Proportion(confusion.indices.reduce(0) { $0 + confusion[$1][$1] }, of: windowCount)
  }

  /// Accuracy of a model that always says the most frequent class.
  public var majorityBaseline: Double {
    windowCount == 0 ? 0 : Double(supports.max() ?? 0) / Double(windowCount)
  }

  /// Mean recall of the classes that occur.
  public var balancedAccuracy: Double { mean { $0.recall } }

  /// Mean F1 of the classes that occur.
  public var macroF1: Double { mean { $0.f1 } }

  /// F1 of the classes, weighted by how often they occur.
  public var weightedF1: Double {
    let sum = classes.reduce(0.0) { $0 + $1.f1 * Double($1.support) }
    return windowCount == 0 ? 0 : sum / Double(windowCount)
  }

  /// Expected calibration error over 15 bins of confidence: how far off it is from being right that
  /// often, on average (Guo et al., "On calibration of modern neural networks", 2017). Confidence is
  /// what the output says, also where the probabilities of integers do not add up to 1.
  public var calibrationError: Double { calibration.error }

  /// What is known about each class.
  public var classes: [ClassScore] {
    let (supports, predicted) = (supports, predictedCounts)
    return confusion.indices.map { index in
      ClassScore(
        hits: confusion[index][index], support: supports[index], predicted: predicted[index])
    }
  }

  /// Over the classes that occur: nothing is known about the others.
  private func mean(_ value: (ClassScore) -> Double) -> Double {
    let present = classes.filter { $0.support > 0 }
    return present.isEmpty ? 0 : present.reduce(0) { $0 + value($1) } / Double(present.count)
  }
}

/// One class of an evaluation.
public struct ClassScore: Hashable, Sendable {
  /// Windows of the class that were recognised.
  public let hits: Int
  /// Windows of the class; 0 for one that the test set lacks.
  public let support: Int
  /// Windows that were taken for it.
  public let predicted: Int

  /// 0 for a class that was never predicted.
  public var precision: Double { predicted == 0 ? 0 : Double(hits) / Double(predicted) }
  /// 0 for a class that does not occur.
  public var recall: Double { support == 0 ? 0 : Double(hits) / Double(support) }
  public var f1: Double {
    support + predicted == 0 ? 0 : 2 * Double(hits) / Double(support + predicted)
  }
}

/// Windows by the confidence of the answer, in 15 bins of equal width.
private struct CalibrationBins: Hashable, Sendable {
  private static let count = 15
  private var windows = [Int](repeating: 0, count: CalibrationBins.count)
  private var hits = [Int](repeating: 0, count: CalibrationBins.count)
  private var confidences = [Double](repeating: 0, count: CalibrationBins.count)

  mutating func add(confidence: Double, isRight: Bool) {
    let bin = min(max(Int(confidence * Double(Self.count)), 0), Self.count - 1)
    windows[bin] += 1
    hits[bin] += isRight ? 1 : 0
    confidences[bin] += confidence
  }

  var error: Double {
    let total = windows.reduce(0, +)
    if total == 0 { return 0 }
    let sum = zip(hits, confidences).reduce(0.0) { $0 + abs(Double($1.0) - $1.1) }
    return sum / Double(total)
  }
}

extension ClassOutput.Form {
  /// Probabilities where the output can be some, up to what 8 bits round; scores otherwise.
  init(of output: [Float]) {
    if output.count == 1 {
      self = .binary
    } else {
      let sum = output.reduce(0, +)
      let isShare = output.allSatisfy { $0 >= 0 && $0 <= 1 }
      self =
        isShare && abs(sum - 1) <= 0.002 * Float(output.count) + 0.01 ? .shares : .scores
    }
  }
}
