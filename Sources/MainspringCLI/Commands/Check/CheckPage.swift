// SPDX-License-Identifier: Apache-2.0

import MainspringCheck
import MainspringReport

/// A check's outcome as an HTML page.
enum CheckPage {
  /// More outputs than one looks at.
  private static let mostOutputs = 12

  /// - Parameter layers: for each model how its layers differ from the reference's; empty for the
  ///   reference.
  static func text(
    _ report: CheckReport, _ settings: CheckSettings, layers: [[LayerDifference]]
  ) -> String {
    let names = CheckText.shortNames(report)
    var page = Page(title: "Check of \(names[report.reference])")
    let isGood = report.verdict == .responsive
    page.verdict(isGood ? "responsive" : CheckText.summary(report), isGood: isGood)
    let families = report.models[0].responses.map { "\(grouped($0.inputCount)) of \($0.family)" }
    page.paragraph(
      """
      \(families.joined(separator: ", ")); the same inputs for every model, seed \(settings.seed).
      """)
    if report.classCount == nil { page.paragraph("No classifier: outputs are numbers.") }
    if let hint = CheckText.hint(report) { page.paragraph("\(hint).") }
    page.heading("Models")
    for (name, model) in zip(names, report.models) {
      page.subheading("\(name) (\(model.stage)): \(model.verdict.rawValue)")
      page.list(model.findings.map { ($0.verdict == nil ? "warning: " : "") + CheckText.line($0) })
    }
    page.heading("Answers")
    page.table(answerColumns(report), answers(report, names))
    if report.models.count > 1 {
      page.heading("Against \(names[report.reference])")
      page.table(
        [
          "model", "inputs", "same class", "histogram distance", "largest difference",
          "response over error", "saturated",
        ], agreements(report, names))
    }
    histograms(report, names, &page)
    outputs(report, names, &page)
    divergence(report, names, layers, &page)
    return page.text
  }

  private static func answerColumns(_ report: CheckReport) -> [String] {
    report.classCount == nil
      ? ["model", "inputs", "variance", "sensitivity"]
      : [
        "model", "inputs", "unique", "most common", "variance", "entropy", "of mean", "mean of",
        "information", "sensitivity",
      ]
  }

  private static func answers(_ report: CheckReport, _ names: [String]) -> [[String]] {
    var rows: [[String]] = []
    for (name, model) in zip(names, report.models) {
      for answer in model.responses {
        var row = [name, answer.family.rawValue]
        if let histogram = answer.histogram {
          row += [
            "\(histogram.uniqueCount)/\(histogram.counts.count)",
            CheckText.percent(histogram.mostCommonShare.share, 1),
            CheckText.short(answer.meanVariance), rounded(histogram.normalizedEntropy, 3),
            rounded(answer.entropyOfMean, 2) + " bit", rounded(answer.meanEntropy, 2) + " bit",
            rounded(answer.mutualInformation, 2) + " bit",
          ]
        } else {
          row.append(CheckText.short(answer.meanVariance))
        }
        rows.append(row + [CheckText.short(answer.sensitivity)])
      }
    }
    return rows
  }

  private static func agreements(_ report: CheckReport, _ names: [String]) -> [[String]] {
    var rows: [[String]] = []
    for (name, model) in zip(names, report.models) {
      for answer in model.responses {
        guard let agreement = answer.agreement else { continue }
        rows.append([
          name, answer.family.rawValue,
          agreement.sameClass.count == 0 ? "-" : CheckText.percent(agreement.sameClass.share, 1),
          rounded(agreement.histogramDistance, 3),
          agreement.finiteCount == 0 ? "-" : CheckText.short(Double(agreement.largestDifference)),
          CheckText.decibels(agreement),
          answer.saturated.count == 0 ? "-" : CheckText.percent(answer.saturated.share, 1),
        ])
      }
    }
    return rows
  }

  /// On what is nearest to use: windows, or signals.
  private static func shown(_ model: CheckReport.Model) -> Responses? {
    model.responses(to: .windows) ?? model.responses(to: .structured)
  }

  private static func histograms(_ report: CheckReport, _ names: [String], _ page: inout Page) {
    guard let classCount = report.classCount else { return }
    page.heading("Predicted classes")
    let classes =
      report.classNames.isEmpty ? (0..<classCount).map { "\($0)" } : report.classNames
    for (name, model) in zip(names, report.models) {
      guard let answer = shown(model), let histogram = answer.histogram else { continue }
      page.figure(
        "\(name): how often each class is predicted, on \(answer.family.rawValue)",
        .histogram(histogram.counts.map(Double.init), names: classes, unit: "inputs"))
    }
  }

  private static func outputs(_ report: CheckReport, _ names: [String], _ page: inout Page) {
    page.heading("Outputs")
    for (name, model) in zip(names, report.models) {
      guard let answer = shown(model), let bounds = answer.distribution.bounds else { continue }
      // Probabilities have an axis of their own.
      let isShare = report.classCount != nil && bounds.lowerBound >= 0 && bounds.upperBound <= 1
      let (low, high) = isShare ? (0, 1) : (bounds.lowerBound, bounds.upperBound)
      let counts = answer.distribution.counts(bins: 40, from: low, to: high)
      // The ones that vary most, of more than one looks at.
      let order = answer.variances.indices.sorted {
        (answer.variances[$1], $0) < (answer.variances[$0], $1)
      }
      let shown = order.prefix(mostOutputs).sorted()
      let which =
        shown.count < counts.count ? "the \(shown.count) of \(counts.count) that vary most" : "each"
      page.figure(
        "\(name): how often values of outputs (\(which)) lie where, on \(answer.family.rawValue); heights are square roots of counts",
        .distributions(
          shown.map { counts[$0] },
          names: shown.map {
            counts.count == report.classNames.count ? report.classNames[$0] : "\($0)"
          },
          low: Double(low), high: Double(high)))
    }
  }

  private static func divergence(
    _ report: CheckReport, _ names: [String], _ layers: [[LayerDifference]], _ page: inout Page
  ) {
    guard layers.contains(where: { !$0.isEmpty }) else { return }
    page.heading("Layers")
    // An exact layer has a bar as long as the best of floats.
    let longest = 140.0
    let reference = LayerComparison.tolerance(for: report.models[report.reference].stage)
    for (index, layers) in layers.enumerated() where !layers.isEmpty {
      let skipped = layers.filter { $0.exclusion != nil }
      let layers = layers.filter { $0.exclusion == nil }
      let tolerance = min(LayerComparison.tolerance(for: report.models[index].stage), reference)
      page.figure(
        """
        \(names[index]): signal over difference to \(names[report.reference]) by layer; the line is \
        the tolerance, \(rounded(tolerance, 0)) dB
        """,
        .bars(
          layers.map { layer in
            let ratio = layer.nonFiniteCount > 0 ? nil : layer.signalToNoise
            return ratio.map { min(max($0, 0), longest) }
          },
          // TensorFlow joins the names of all that it fused.
          names: layers.map { String($0.name.prefix { $0 != ";" }) },
          texts: layers.map { CheckText.decibels($0) },
          limit: tolerance))
      page.list(skipped.map { "\($0.name): not compared, \($0.exclusion ?? "")" })
    }
  }
}
