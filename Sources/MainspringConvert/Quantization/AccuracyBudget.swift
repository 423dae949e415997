// SPDX-License-Identifier: Apache-2.0

import Glibc

/// How much worse than the float model a quantized one may be.
public struct AccuracyBudget: Hashable, Sendable {
  /// Share of windows that may be classified wrong on top of the float model's; needs labels.
  public var maximumDrop: Double?
  /// Share of windows that must have the float model's class.
  public var minimumAgreement: Double?
  /// How sure to be of the agreement where it is judged by windows like those calibrated on, such
  /// as 0.95; nil takes windows as they are.
  ///
  /// Models know such windows better than those they will meet. That fewer disagree than the
  /// budget allows must not be luck; where there are too few windows to tell, none may.
  public var confidence: Double?

  public init(
    maximumDrop: Double? = nil, minimumAgreement: Double? = nil, confidence: Double? = nil
  ) {
    self.maximumDrop = maximumDrop
    self.minimumAgreement = minimumAgreement
    self.confidence = confidence
  }

  /// A drop that was not measured is not within a budget.
  public func holds(_ agreement: Agreement) -> Bool {
    if let maximumDrop {
      guard let drop = agreement.drop, drop <= maximumDrop else { return false }
    }
    guard let minimumAgreement else { return true }
    guard let confidence else { return agreement.share >= minimumAgreement }
    let others = agreement.windowCount - agreement.sameClassCount
    let chance = AccuracyBudget.chance(
      ofAtMost: others, among: agreement.windowCount, rate: 1 - minimumAgreement)
    return others == 0 || chance <= 1 - confidence
  }

  /// The binomial distribution: how likely no more than so many windows disagree by chance.
  private static func chance(ofAtMost count: Int, among total: Int, rate: Double) -> Double {
    guard rate > 0, rate < 1, count < total else { return 1 }
    var logarithm = Double(total) * log1p(-rate)
    var sum = exp(logarithm)
    for index in 0..<count {
      logarithm += log(Double(total - index) / Double(index + 1)) + log(rate) - log1p(-rate)
      sum += exp(logarithm)
    }
    return sum
  }
}
