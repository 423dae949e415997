// SPDX-License-Identifier: Apache-2.0

/// How much worse than the float model a quantized one may be.
public struct AccuracyBudget: Hashable, Sendable {
  /// Share of windows that may be classified wrong on top of the float model's; needs labels.
  public var maximumDrop: Double?
  /// Share of windows that must have the float model's class.
  public var minimumAgreement: Double?
  /// Only windows count as agreeing that would do so with twice the error: for budgets judged by
  /// windows like those calibrated on.
  ///
  /// A model is surer of people it was trained on than of those it will meet. With windows of
  /// other people there is no need for caution.
  public var isCautious: Bool

  public init(
    maximumDrop: Double? = nil, minimumAgreement: Double? = nil, isCautious: Bool = false
  ) {
    self.maximumDrop = maximumDrop
    self.minimumAgreement = minimumAgreement
    self.isCautious = isCautious
  }

  /// A drop that was not measured is not within a budget.
  public func holds(_ agreement: Agreement) -> Bool {
    if let maximumDrop {
      guard let drop = agreement.drop, drop <= maximumDrop else { return false }
    }
    guard let minimumAgreement else { return true }
    let share = isCautious ? agreement.steadyShare : agreement.share
    return share >= minimumAgreement
  }
}
