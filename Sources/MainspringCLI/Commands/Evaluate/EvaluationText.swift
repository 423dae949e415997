// SPDX-License-Identifier: Apache-2.0

import MainspringArguments
import MainspringCheck

/// Evaluations for a person: models in columns.
enum EvaluationText {
  /// More classes than a matrix can show in a terminal.
  private static let widestMatrix = 12

  static func text(_ results: [EvaluationResult], _ settings: EvaluateSettings) -> String {
    var text = "\(grouped(results[0].evaluation.windowCount)) windows\n\n"
    text += summary(results)
    for result in results {
      text += "\n"
      if results.count > 1 { text += "\(printable(result.path)):\n" }
      text += classes(result)
      if result.evaluation.classCount <= widestMatrix { text += "\n" + matrix(result) }
    }
    let missed = results.filter { !$0.misses.isEmpty }
    if !missed.isEmpty { text += "\n" }
    for result in missed {
      for miss in result.misses {
        text += "missed: \(printable(result.path)): \(printable(result.sentence(miss, settings)))\n"
      }
    }
    return text
  }

  private static func summary(_ results: [EvaluationResult]) -> String {
    let names = results.map { String($0.path.split(separator: "/").last ?? "") }
    var table = Table([.init("")] + names.map { .init(printable($0), .right) })
    for row in summaryRows(results) { table.add(row) }
    return table.text
  }

  /// A figure in each row, its name in front of the values of all models.
  static func summaryRows(_ results: [EvaluationResult]) -> [[String]] {
    func row(_ title: String, _ value: (ClassifierEvaluation) -> String) -> [String] {
      [title] + results.map { value($0.evaluation) }
    }
    var rows = [
      row("accuracy") { percent($0.accuracy.share) },
      row("95 % interval") {
        let interval = $0.accuracy.interval
        return "\(rounded(interval.lowerBound * 100, 2))-\(percent(interval.upperBound))"
      },
      row("balanced accuracy") { percent($0.balancedAccuracy) },
      row("macro F1") { rounded($0.macroF1, 4) },
      row("weighted F1") { rounded($0.weightedF1, 4) },
      row("calibration error") { rounded($0.calibrationError, 4) },
      row("majority baseline") { percent($0.majorityBaseline) },
    ]
    if results.contains(where: { $0.evaluation.unanswered.contains { $0 > 0 } }) {
      rows.append(row("without an answer") { grouped($0.unanswered.reduce(0, +)) })
    }
    return rows
  }

  private static func classes(_ result: EvaluationResult) -> String {
    var table = Table([
      .init("class"), .init("windows", .right), .init("precision", .right),
      .init("recall", .right), .init("F1", .right), .init("predicted", .right),
    ])
    for row in classRows(result) { table.add(row) }
    let absent = zip(result.names, result.evaluation.classes).filter { $0.1.support == 0 }
    if absent.isEmpty { return table.text }
    let shown = absent.prefix(8).map { "'\(printable($0.0))'" }.joined(separator: ", ")
    let rest = absent.count > 8 ? " and \(absent.count - 8) more" : ""
    return table.text + "absent from the test set, and in no mean: \(shown)\(rest)\n"
  }

  /// Name, windows, precision, recall, F1 and share of the predictions of each class.
  static func classRows(_ result: EvaluationResult) -> [[String]] {
    let total = Double(max(result.evaluation.windowCount, 1))
    return zip(result.names, result.evaluation.classes).map { name, score in
      let predicted = percent(Double(score.predicted) / total)
      if score.support == 0 { return [name, "0", "-", "-", "-", predicted] }
      return [
        name, grouped(score.support), score.predicted == 0 ? "-" : rounded(score.precision, 4),
        rounded(score.recall, 4), rounded(score.f1, 4), predicted,
      ]
    }
  }

  private static func matrix(_ result: EvaluationResult) -> String {
    var table = Table(
      [.init("right \\ predicted")] + result.names.map { .init(printable($0), .right) })
    for (name, row) in zip(result.names, result.evaluation.confusion) {
      table.add([name] + row.map(grouped))
    }
    return table.text
  }

  private static func percent(_ share: Double) -> String { rounded(share * 100, 2) + " %" }
}
