// SPDX-License-Identifier: Apache-2.0

import MainspringCheck

/// One model's evaluation and what it misses.
struct EvaluationResult {
  let path: String
  let names: [String]
  let evaluation: ClassifierEvaluation
  let misses: [SuccessCriteria.Miss]

  func sentence(_ miss: SuccessCriteria.Miss, _ settings: EvaluateSettings) -> String {
    let criteria = settings.criteria
    switch miss {
    case .accuracy(let found):
      return "expected an accuracy of \(percent(criteria.minimumAccuracy)), found \(percent(found))"
    case .recall(let index, let found):
      return """
        class '\(names[index])': expected a recall of \(percent(criteria.minimumRecall)), found \
        \(percent(found))
        """
    case .excess(let index, let predicted, let actual):
      return """
        class '\(names[index])': expected at most \(percent(actual + criteria.maximumExcess)) of the \
        predictions, found \(percent(predicted))
        """
    }
  }

  private func percent(_ share: Double) -> String { rounded(share * 100, 2) + " %" }
}
