// SPDX-License-Identifier: Apache-2.0

/// What a check found.
public struct CheckReport: Sendable {
  public struct Model: Sendable {
    public let name: String
    public let stage: Stage
    /// By family, empty ones left out.
    public let responses: [Responses]
    /// The worst first.
    public let findings: [Finding]

    public var verdict: Verdict { findings.compactMap(\.verdict).max() ?? .responsive }

    /// The answers to a family; nil when it was empty.
    public func responses(to family: ProbeFamily) -> Responses? {
      responses.first { $0.family == family }
    }
  }

  /// In the order they were given.
  public let models: [Model]
  /// Index of the model the others were compared with.
  public let reference: Int
  /// Classes of the first output; nil for models that are no classifiers.
  public let classCount: Int?
  /// As a model carries them; empty when none does.
  public let classNames: [String]

  /// Nobody said what inputs are like, and no windows were given.
  public let isMadeUp: Bool

  /// The worst verdict of all models.
  public var verdict: Verdict { models.map(\.verdict).max() ?? .responsive }

  /// The first model that fails, in the order from training to the device, and why.
  public var fault: (model: Model, stage: Stage, finding: Finding)? {
    var first: (model: Model, stage: Stage, finding: Finding)?
    for model in models {
      guard let finding = model.findings.first(where: { $0.verdict != nil }) else { continue }
      let stage = finding.stage ?? model.stage
      if let known = first, known.stage.order <= stage.order { continue }
      first = (model, stage, finding)
    }
    return first
  }
}

extension Stage {
  /// From training to the device.
  var order: Int { Stage.allCases.firstIndex(of: self) ?? 0 }
}
