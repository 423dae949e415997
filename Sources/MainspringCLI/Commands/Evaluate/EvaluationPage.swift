// SPDX-License-Identifier: Apache-2.0

import MainspringCheck
import MainspringReport

/// Evaluations as an HTML page.
enum EvaluationPage {
  /// More bars than one looks at.
  private static let longestChart = 40

  static func text(_ results: [EvaluationResult], _ settings: EvaluateSettings) -> String {
    let names = results.map { String($0.path.split(separator: "/").last ?? "") }
    var page = Page(title: "Evaluation of \(names.joined(separator: ", "))")
    let misses = results.flatMap { result in
      result.misses.map { "\(result.path): \(result.sentence($0, settings))" }
    }
    page.verdict(
      misses.isEmpty ? "everything asked for is reached" : "\(misses.count) criteria missed",
      isGood: misses.isEmpty)
    page.list(misses)
    page.paragraph("\(grouped(results[0].evaluation.windowCount)) windows.")
    page.table([""] + names, EvaluationText.summaryRows(results))
    for (name, result) in zip(names, results) {
      page.heading(name)
      page.figure("Windows of each class, by what they were taken for", matrix(result))
      let isShort = result.evaluation.classCount > longestChart
      page.figure(
        isShort ? "Recall, the \(longestChart) worst classes" : "Recall of each class",
        recalls(result, settings))
      page.table(
        ["class", "windows", "precision", "recall", "F1", "predicted"],
        EvaluationText.classRows(result))
      let absent = zip(result.names, result.evaluation.classes).filter { $0.1.support == 0 }
      if !absent.isEmpty {
        page.paragraph(
          "Absent from the test set, and in no mean: "
            + absent.map(\.0).joined(separator: ", ") + ".")
      }
    }
    return page.text
  }

  private static func matrix(_ result: EvaluationResult) -> Picture {
    .heatMap(result.evaluation.confusion, names: result.names)
  }

  private static func recalls(_ result: EvaluationResult, _ settings: EvaluateSettings) -> Picture {
    var classes = zip(result.names, result.evaluation.classes).filter { $0.1.support > 0 }
    if result.evaluation.classCount > longestChart {
      // Equal ones in their order.
      let order = classes.indices.sorted {
        (classes[$0].1.recall, $0) < (classes[$1].1.recall, $1)
      }
      classes = order.prefix(longestChart).map { classes[$0] }
    }
    return .bars(
      classes.map { $0.1.recall }, names: classes.map(\.0),
      texts: classes.map { rounded($0.1.recall * 100, 1) + " %" },
      limit: settings.criteria.minimumRecall)
  }
}
