// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments
import MainspringRecordings

/// The rules of decision on the command line: a file of `fit-decisions`, and options that change it.
enum RuleSettings {
  static let options: [Option] = [
    .text(
      "rules", valueName: "file",
      help: "Rules of decision that fit-decisions wrote, instead of those the model carries."),
    .number(
      "threshold", valueName: "p", in: 0...1, default: nil,
      help: "Probability from which on a class is convincing; 0.5 without rules."),
    .integer(
      "smoothing", valueName: "hops", in: 1...1024, default: nil,
      help: "Hops whose probabilities are averaged; 1 without rules."),
    .number(
      "min-duration", valueName: "s", in: 0...3600, default: nil,
      help: "Seconds a class must be convincing before there is an event; 0 without rules."),
    .number(
      "refractory", valueName: "s", in: 0...3600, default: nil,
      help: "Seconds after an event without another one of its class; 0 without rules."),
    .text(
      "background", valueName: "names",
      help: "Classes that are no events, such as rest, with commas between them."),
  ]

  static func rules(
    _ settings: StreamSettings, _ arguments: ParsedArguments
  ) throws(Failure) -> DecisionRules {
    var rules = settings.rules ?? DecisionRules(classCount: settings.classCount)
    if let path = arguments.optionalText("rules") {
      rules = try RulesFile.read(path, settings)
    }
    if let threshold = arguments.optionalNumber("threshold") {
      rules.thresholds = rules.thresholds.map { _ in Float(threshold) }
    }
    if let smoothing = arguments.optionalInteger("smoothing") { rules.smoothing = smoothing }
    if let duration = arguments.optionalNumber("min-duration") {
      rules.minimumDuration = Int64((duration * 1e9).rounded())
    }
    if let refractory = arguments.optionalNumber("refractory") {
      rules.refractory = Int64((refractory * 1e9).rounded())
    }
    if let background = try background(settings, arguments) { rules.background = background }
    return rules
  }

  /// The classes that are no events; nil when none is named.
  static func background(
    _ settings: StreamSettings, _ arguments: ParsedArguments
  ) throws(Failure) -> [Int]? {
    guard let text = arguments.optionalText("background") else { return nil }
    return try StreamSettings.list(text).map { (name) throws(Failure) in
      guard let label = settings.label(name) else {
        throw Failure(
          usage: "'--background': expected classes of the model, found '\(name)'", arguments)
      }
      return label
    }
  }
}
