// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What a model answered to the inputs of one family.
public struct Responses: Sendable {
  public let family: ProbeFamily
  public internal(set) var inputCount: Int = 0
  /// Inputs with a finite answer.
  public var finiteCount: Int { inputCount - nonFiniteCount }
  /// Inputs whose answer holds NaN or infinity, in any output.
  public private(set) var nonFiniteCount: Int = 0
  /// How often each class was predicted; nil when the first output is no classifier's.
  public internal(set) var histogram: ClassHistogram?
  /// Shares of the elements of integer outputs that are at an end of their range.
  public internal(set) var saturated: Proportion = Proportion(0, of: 0)
  /// Inputs that were run again after others, and those with another answer then.
  public internal(set) var repeated: Proportion = Proportion(0, of: 0)
  /// Change of the scores over change of the input, as the root mean square of the ratio of their
  /// norms: how much a small change of the input moves the output.
  public internal(set) var sensitivity: Double = 0
  /// Beside a reference: what is told about the two together.
  public internal(set) var agreement: ResponseAgreement?

  /// Of the first output, without answers that are not finite.
  public private(set) var distribution: OutputDistribution = OutputDistribution()
  /// By output.
  private(set) var ports: [OutputResponses]
  private var outputs: Moments { ports[0].outputs }
  private var predictions: [Double]
  private var entropySum = 0.0
  private var predictionCount = 0

  init(_ family: ProbeFamily, classCount: Int?, ports: [OutputResponses]) {
    self.family = family
    histogram = classCount.map { ClassHistogram(classCount: $0) }
    self.ports = ports
    predictions = [Double](repeating: 0, count: classCount ?? 0)
  }

  /// Mean over the elements of the first output of their variance over the inputs.
  public var meanVariance: Double { outputs.meanVariance }

  /// Variance of each element of the first output over the inputs.
  public var variances: [Double] { outputs.variances }

  /// Smallest and largest value of each element of the first output; nil without finite answers.
  public var extremes: [ClosedRange<Float>]? {
    outputs.count == 0 ? nil : zip(outputs.lowest, outputs.highest).map { $0...$1 }
  }

  /// Entropy of the mean prediction in bits: how many classes are predicted over all inputs.
  public var entropyOfMean: Double {
    predictionCount == 0
      ? 0 : Self.entropy(predictions.map { $0 / Double(predictionCount) })
  }

  /// Mean entropy of the predictions in bits: how undecided the model is about one input.
  public var meanEntropy: Double {
    predictionCount == 0 ? 0 : entropySum / Double(predictionCount)
  }

  /// What an input tells about the class, in bits: 0 for a model that answers everything alike.
  public var mutualInformation: Double { max(entropyOfMean - meanEntropy, 0) }

  /// Takes the outputs to an input in, and what is in front of their softmax or sigmoid.
  ///
  /// - Returns: whether all of it is finite.
  mutating func add(_ outputs: [[Float]], _ scores: [[Float]]) -> Bool {
    inputCount += 1
    var isFinite = true
    for index in ports.indices {
      if !ports[index].add(outputs[index], scores[index]) {
        isFinite = false
      } else if index == 0 {
        distribution.add(outputs[0])
      }
    }
    if !isFinite { nonFiniteCount += 1 }
    return isFinite
  }

  mutating func add(_ answer: Prediction) {
    histogram?.add(answer.best)
    entropySum += Self.entropy(answer.probabilities)
    predictionCount += 1
    for (index, value) in answer.probabilities.enumerated() { predictions[index] += value }
  }

  static func entropy(_ probabilities: [Double]) -> Double {
    var sum = 0.0
    for p in probabilities where p > 0 { sum -= p * log2(p) }
    return sum
  }
}

/// How the answers of two models to the same inputs go together.
public struct ResponseAgreement: Hashable, Sendable {
  /// Inputs with the same class; of none when there are no classes.
  public internal(set) var sameClass: Proportion = Proportion(0, of: 0)
  /// Share of the inputs on which two models with these class shares agree when neither knows what
  /// the other says.
  public internal(set) var chance: Double = 0
  /// Jensen-Shannon distance of the class histograms.
  public internal(set) var histogramDistance: Double = 0
  /// The largest difference of any element of any output.
  public internal(set) var largestDifference: Float = 0
  /// Response over error of the scores, in decibels: how much the reference's scores vary from input
  /// to input, against how far off this model's are. Infinite without error, nil without response,
  /// and where nothing but what is not finite differs; of several outputs that of the worst.
  public internal(set) var responseToError: Double?
  /// The same over the inputs that an integer model can hold; it clips others, which is no fault of
  /// its arithmetic.
  public internal(set) var heldResponseToError: Double?
  /// Inputs that it can hold.
  public internal(set) var heldCount: Int = 0
  /// The output that is the worst of several.
  public internal(set) var worstOutput: Int?
  /// Inputs that one of the two answers with NaN or infinity; in none of the differences.
  public internal(set) var nonFiniteCount: Int = 0
  /// Inputs that the differences are of.
  public internal(set) var finiteCount: Int = 0
}
