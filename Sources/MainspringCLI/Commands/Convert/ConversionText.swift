// SPDX-License-Identifier: Apache-2.0

import MainspringArguments
import MainspringCheck
import MainspringConvert
import MainspringGraph

/// The summary of a conversion for a person.
enum ConversionText {
  static func text(_ summary: ConversionSummary) -> String {
    var text = ""
    for (path, conversion) in zip(summary.paths, summary.conversions) {
      text += """
        \(printable(path)): \(grouped(conversion.bytes.count)) bytes, \(conversion.precision), \
        \(grouped(summary.parameterCount)) parameters, \(conversion.graph.nodes.count) operators

        """
    }
    if summary.judgedWindowCount > 0 {
      text += (text.isEmpty ? "" : "\n") + comparison(summary)
    }
    if let check = summary.check, check.verdicts.contains(where: { $0 != .responsive }) {
      text += text.isEmpty ? "" : "\n"
      text += "check: the model is \(check.modelVerdict.rawValue)\n"
      for (conversion, verdict) in zip(summary.conversions, check.verdicts) {
        text += "check: \(conversion.precision) is \(verdict.rawValue)\n"
      }
    }
    for conversion in summary.conversions {
      text += remarks(conversion)
      if summary.settings.reports { text += layers(conversion) }
    }
    return text
  }

  /// Each file beside the float model.
  private static func comparison(_ summary: ConversionSummary) -> String {
    var columns: [Table.Column] = [
      .init("precision"), .init("bytes", .right), .init("same class", .right),
      .init("largest difference", .right), .init("mean difference", .right),
    ]
    let floatAccuracy = summary.conversions.compactMap { $0.agreement?.floatAccuracy }.first
    if floatAccuracy != nil { columns.append(.init("accuracy", .right)) }
    var table = Table(columns)
    for conversion in summary.conversions {
      guard let agreement = conversion.agreement else { continue }
      let isMixed = !conversion.changes.isEmpty
      table.add(
        row(
          "\(conversion.precision)" + (isMixed ? ", mixed" : ""), grouped(conversion.bytes.count),
          agreement, summary))
    }
    if let best = summary.bestMixture { table.add(row("int8, best mixture", "", best, summary)) }
    var head = "against the float model on \(summary.judgedWindows)"
    if let floatAccuracy { head += ", its accuracy \(percent(floatAccuracy))" }
    return head + ":\n" + table.text
  }

  private static func row(
    _ name: String, _ bytes: String, _ agreement: Agreement, _ summary: ConversionSummary
  ) -> [String] {
    let cells = [
      name, bytes, summary.isClassifier ? agreement.shareText : "-",
      rounded(Double(agreement.largestDifference), 5), rounded(agreement.meanDifference, 6),
    ]
    return cells + (agreement.accuracy.map { [percent($0)] } ?? [])
  }

  /// How ranges were chosen, and what is not as it was asked for.
  private static func remarks(_ conversion: Conversion) -> String {
    var lines: [String] = []
    if let recipe = conversion.recipe { lines.append("ranges by \(recipe)") }
    if let unchanged = conversion.unchangedByteCount {
      lines.append(
        """
        \(grouped(conversion.bytes.count - unchanged)) bytes more than the \(grouped(unchanged)) \
        of int8 alone, for the budget:
        """)
      for change in conversion.changes {
        lines.append(
          """
            '\(printable(change.name))' (\(change.operation)) in \(change.to), weights \
          \(grouped(change.extraByteCount)) bytes more
          """)
      }
    }
    if !conversion.changes.isEmpty {
      for (role, ports) in [
        ("input", conversion.graph.inputs), ("output", conversion.graph.outputs),
      ] {
        for value in ports.map({ conversion.graph.values[$0] }) where value.elementType == .int16 {
          lines.append("\(role) '\(printable(value.name))' is int16, no longer int8")
        }
      }
    }
    let changed = Set(conversion.changes.map(\.name))
    for layer in conversion.layers where !changed.contains(layer.name) {
      guard let wanted = layer.wanted, !isSmall(layer, conversion) else { continue }
      lines.append(
        "'\(printable(layer.name))' (\(layer.operation)) stays \(layer.precision) instead of \(wanted)"
      )
    }
    if lines.isEmpty { return "" }
    return "\n" + lines.map { "\(conversion.precision): \($0)\n" }.joined()
  }

  /// In dynamic-range models everything without large weights is float, and nothing is lost by it.
  private static func isSmall(_ layer: QuantizationReport.Layer, _ conversion: Conversion) -> Bool {
    conversion.precision == .dynamicInt8 && layer.precision == .float32
  }

  private static func layers(_ conversion: Conversion) -> String {
    if conversion.layers.isEmpty { return "" }
    var table = Table([
      .init("layer"), .init("operator"), .init("computes in"), .init("weight bytes", .right),
      .init("signal over noise", .right),
    ])
    for layer in conversion.layers {
      table.add([
        layer.name, layer.operation, "\(layer.precision)", grouped(layer.weightByteCount),
        decibels(layer.signalToNoise),
      ])
    }
    return "\n\(conversion.precision), by layer:\n" + table.text
  }

  private static func decibels(_ ratio: Double?) -> String {
    guard let ratio else { return "-" }
    return ratio.isFinite ? "\(rounded(ratio, 1)) dB" : "exact"
  }

  private static func percent(_ share: Double) -> String { rounded(share * 100, 2) + " %" }
}

extension Agreement {
  /// The share of windows with the same class, rounded down: what is shown is reached.
  fileprivate var shareText: String {
    let hundredths = sameClassCount * 10_000 / max(windowCount, 1)
    return rounded(Double(hundredths) / 100, 2) + " %"
  }
}
