// SPDX-License-Identifier: Apache-2.0

/// Whether a model responds to its input, from best to worst.
public enum Verdict: String, Hashable, Sendable, CaseIterable, Comparable {
  /// Outputs follow the input, as far as inputs can tell.
  case responsive
  /// This format parts from its reference, or does not answer windows for themselves.
  case degraded
  /// One class dominates everywhere.
  case collapsed
  /// Outputs do not depend on the input.
  case `static`

  public static func < (a: Verdict, b: Verdict) -> Bool { a.severity < b.severity }

  private var severity: Int {
    switch self {
    case .responsive: 0
    case .degraded: 1
    case .collapsed: 2
    case .static: 3
    }
  }
}

/// Something that was found about a model, and what follows from it.
public struct Finding: Hashable, Sendable {
  /// What the model is for it; nil for a warning, which alone fails no model.
  public let verdict: Verdict?
  /// One line: what was expected and what was found.
  public let text: String
  /// The layer at fault, where one can be told.
  public internal(set) var layer: String?
  /// Where else than in the model itself the fault is.
  public let stage: Stage?

  init(_ verdict: Verdict?, _ text: String, layer: String? = nil, stage: Stage? = nil) {
    self.verdict = verdict
    self.text = text
    self.layer = layer
    self.stage = stage
  }
}
