// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph

extension DecisionRules {
  /// The rules a model carries.
  public init(_ rules: ModelContract.Rules) {
    self.init(thresholds: rules.thresholds)
    smoothing = rules.smoothing
    minimumDuration = rules.minimumDuration
    refractory = rules.refractory
    rearm = rules.rearm
    background = rules.background
    if let known = rules.known {
      self.known = KnownWindows(center: known.center, spread: known.spread, limit: known.limit)
    }
  }
}

extension ModelContract.KnownWindows {
  /// For a model to carry.
  public init(_ known: KnownWindows) {
    self.init(center: known.center, spread: known.spread, limit: known.limit)
  }
}
