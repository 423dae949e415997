// SPDX-License-Identifier: Apache-2.0

/// How much worse than the float model a quantized one may be.
public struct AccuracyBudget: Hashable, Sendable {
  /// Share of windows that may be classified wrong on top of the float model's; needs labels.
  public var maximumDrop: Double?
  /// Share of windows that must have the float model's class.
  public var minimumAgreement: Double?

  public init(maximumDrop: Double? = nil, minimumAgreement: Double? = nil) {
    self.maximumDrop = maximumDrop
    self.minimumAgreement = minimumAgreement
  }

  /// A drop that was not measured is not within a budget.
  public func holds(_ agreement: Agreement) -> Bool {
    if let maximumDrop {
      guard let drop = agreement.drop, drop <= maximumDrop else { return false }
    }
    if let minimumAgreement, agreement.share < minimumAgreement { return false }
    return true
  }
}
