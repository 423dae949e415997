// SPDX-License-Identifier: Apache-2.0

import MainspringArguments
import MainspringCheck

/// A check's outcome for a person.
enum CheckText {
  static func text(_ report: CheckReport, _ settings: CheckSettings) -> String {
    let families = report.models[0].responses.map {
      "\(grouped($0.inputCount)) of \($0.family.rawValue)"
    }
    var text = """
      \(families.joined(separator: ", ")); the same for every model, seed \(settings.seed)


      """
    text +=
      report.classCount == nil
      ? "no classifier: outputs are numbers\n" + outputs(report) : classes(report)
    if report.models.count > 1 { text += "\n" + comparison(report) }
    if report.models[report.reference].hasSaturation, report.models.count == 1 {
      text += saturation(report)
    }
    text += "\n"
    for model in report.models {
      text += "\(printable(model.name)) (\(model.stage)): \(model.verdict.rawValue)\n"
      for finding in model.findings {
        text += "  \(finding.verdict == nil ? "warning: " : "")\(line(finding))\n"
      }
    }
    if let hint = hint(report) { text += hint + "\n" }
    return text
  }

  /// What to do about a verdict that rests on made-up inputs alone: integers may clip real ones.
  static func hint(_ report: CheckReport) -> String? {
    let hasIntegers = report.models.contains { $0.stage.isInteger }
    guard report.isMadeUp, hasIntegers || report.verdict != .responsive else { return nil }
    return """
      note: inputs are made up, and may be none the model was trained on: --inputs with windows, or --low \
      and --high, tell more
      """
  }

  /// The verdict of all in one line.
  static func summary(_ report: CheckReport) -> String {
    guard let fault = report.fault else { return "\(report.verdict.rawValue)" }
    let isPassedOn = report.models.contains {
      $0.name != fault.model.name && $0.verdict != .responsive
    }
    let already = isPassedOn ? "already " : ""
    return """
      \(fault.model.name): \(fault.model.verdict.rawValue), \(already)in \(fault.stage): \
      \(line(fault.finding))
      """
  }

  static func line(_ finding: Finding) -> String {
    printable((finding.layer.map { "layer '\($0)': " } ?? "") + finding.text)
  }

  private static func classes(_ report: CheckReport) -> String {
    var table = Table([
      .init("model"), .init("inputs"), .init("unique", .right), .init("most common", .right),
      .init("variance", .right), .init("entropy", .right), .init("information", .right),
      .init("sensitivity", .right),
    ])
    let names = shortNames(report)
    for (name, model) in zip(names, report.models) {
      for answer in model.responses {
        guard let histogram = answer.histogram else { continue }
        let share = histogram.mostCommonShare
        let (low, high) = (share.interval.lowerBound * 100, share.interval.upperBound * 100)
        table.add([
          name, answer.family.rawValue, "\(histogram.uniqueCount)/\(histogram.counts.count)",
          "\(percent(share.share, 0)) (\(rounded(low, 0))-\(rounded(high, 0)))",
          short(answer.meanVariance), rounded(histogram.normalizedEntropy, 3),
          rounded(answer.mutualInformation, 2) + " bit", short(answer.sensitivity),
        ])
      }
    }
    return table.text
  }

  /// Of a model by itself; beside others it is a column.
  private static func saturation(_ report: CheckReport) -> String {
    let shares = report.models[0].responses.map {
      "\(percent($0.saturated.share, 1)) on \($0.family.rawValue)"
    }
    return "saturated outputs: \(shares.joined(separator: ", "))\n"
  }

  private static func outputs(_ report: CheckReport) -> String {
    var table = Table([
      .init("model"), .init("inputs"), .init("variance", .right), .init("sensitivity", .right),
    ])
    for (name, model) in zip(shortNames(report), report.models) {
      for answer in model.responses {
        table.add([
          name, answer.family.rawValue, short(answer.meanVariance), short(answer.sensitivity),
        ])
      }
    }
    return table.text
  }

  private static func comparison(_ report: CheckReport) -> String {
    var table = Table([
      .init("model"), .init("inputs"), .init("same class", .right),
      .init("histogram distance", .right), .init("largest difference", .right),
      .init("response over error", .right), .init("saturated", .right),
    ])
    for (name, model) in zip(shortNames(report), report.models) {
      for answer in model.responses {
        guard let agreement = answer.agreement else { continue }
        table.add([
          name, answer.family.rawValue,
          agreement.sameClass.count == 0 ? "-" : percent(agreement.sameClass.share, 1),
          rounded(agreement.histogramDistance, 3),
          agreement.finiteCount == 0 ? "-" : rounded(Double(agreement.largestDifference), 5),
          decibels(agreement),
          answer.saturated.count == 0 ? "-" : percent(answer.saturated.share, 1),
        ])
      }
    }
    return "against \(printable(report.models[report.reference].name)):\n" + table.text
  }

  /// Names without their folders, as long as that tells them apart.
  static func shortNames(_ report: CheckReport) -> [String] {
    let names = report.models.map(\.name)
    let short = names.map { $0.split(separator: "/").last.map { String($0) } ?? $0 }
    return Set(short).count == names.count ? short : names
  }

  static func decibels(_ agreement: ResponseAgreement) -> String {
    decibels(agreement.responseToError, notFinite: agreement.nonFiniteCount)
  }

  static func decibels(_ layer: LayerDifference) -> String {
    decibels(layer.signalToNoise, notFinite: layer.nonFiniteCount)
  }

  /// What is not finite is never exact, whatever the rest is.
  private static func decibels(_ ratio: Double?, notFinite count: Int) -> String {
    count == 0 ? decibels(ratio) : "\(grouped(count)) not finite"
  }

  private static func decibels(_ ratio: Double?) -> String {
    guard let ratio else { return "-" }
    return ratio.isFinite ? "\(rounded(ratio, 1)) dB" : "exact"
  }

  static func percent(_ share: Double, _ decimals: Int) -> String {
    rounded(share * 100, decimals) + " %"
  }

  /// Three digits, of numbers that may be very small.
  static func short(_ number: Double) -> String {
    guard number.isFinite, number != 0 else { return "\(number == 0 ? "0" : "\(number)")" }
    var (mantissa, exponent) = (number.magnitude, 0)
    while mantissa >= 9.995 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    while mantissa < 0.9995 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
    let sign = number < 0 ? "-" : ""
    if (-3...4).contains(exponent) { return sign + rounded(number.magnitude, max(2 - exponent, 0)) }
    return "\(sign)\(rounded(mantissa, 2))e\(exponent)"
  }
}

extension CheckReport.Model {
  fileprivate var hasSaturation: Bool { responses.contains { $0.saturated.count > 0 } }
}
