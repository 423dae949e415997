// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments
import MainspringConvert

/// `mainspring fit-decisions`: rules of decision from labelled recordings.
enum FitDecisionsCommand: Subcommand {
  static let name = "fit-decisions"

  static let command: Command = Command(
    name, summary: "Finds the rules that make events of a model's probabilities.",
    discussion: """
      Plays labelled recordings, and finds the average, thresholds, shortest duration and \
      refractory time with which events fit the labels best within a budget of false alarms. Every \
      other recording is held back, and the figures are about those: precision, recall, delay, \
      events of a wrong gesture, false alarms in an hour without gestures. Where the budget is not held \
      nothing is written, and the exit status is 1. Labels are a column \
      'label' beside the samples, or a file for each recording: spans (time, gesture, duration in \
      seconds), or one label for each recording in the file (rec, label).
      """,
    arguments: [
      ModelOptions.argument,
      Argument("recordings", arity: .repeated, help: "Labelled recordings."),
    ],
    options: [
      .texts(
        "labels", valueName: "file",
        help: "The file of labels for each recording, in their order; none for a label column."),
      .number(
        "max-false-alarms-per-hour", valueName: "n", in: 0...100_000, default: 2,
        help: "How often there may be an event where no gesture is labelled."),
      .number(
        "tolerance", valueName: "s", in: 0...60, default: 1,
        help: "Seconds behind a labelled span in which its event still counts."),
      .text(
        "background", valueName: "names",
        help: "Classes that are no events, such as rest, with commas between them."),
      .flag(
        "known-windows",
        help: "Learn what windows look like as well: others are unknown, whatever the model says."),
      .text("output", short: "o", valueName: "file", help: "The rules to write, as JSON."),
      .flag("json", help: "Print the figures as JSON."),
    ] + StreamSettings.options + ModelOptions.options,
    examples: [
      .init(
        "Two false alarms an hour at most",
        "mainspring fit-decisions model.tflite s01.csv s02.csv --rate 50 -o r.json")
    ])

  static func run(_ arguments: ParsedArguments) throws(Failure) {
    let paths = arguments.repeatedArgument("recordings")
    let labelPaths = arguments.repeatedText("labels")
    guard labelPaths.isEmpty || labelPaths.count == paths.count else {
      throw Failure(
        usage: "expected a file of labels for each of \(paths.count) recording(s), found "
          + "\(labelPaths.count)", arguments)
    }
    let output = try TextFile.given(
      "output", inputs: ModelOptions.inputs(arguments) + paths + labelPaths, arguments)
    let settings = try StreamSettings(try OpenedModel(arguments), arguments)
    let background =
      try RuleSettings.background(settings, arguments) ?? settings.rules?.background ?? []
    var recordings = try play(paths, labelPaths, settings, arguments)
    let tolerance = Int64(arguments.number("tolerance") * 1e9)
    for index in recordings.indices {
      recordings[index].measureQuiet(settings, tolerance: tolerance, background: background)
    }
    var parts = FitParts(recordings)
    let known = try known(parts, settings, arguments)
    parts.measure(known)
    let fit = DecisionFit(
      settings: settings, background: background, known: known,
      tolerance: tolerance, budget: arguments.number("max-false-alarms-per-hour"))
    noteShortness(of: parts, budget: fit.budget)
    var progress = Progress("fitting", total: 100)
    let rules = try fit.best(parts.fitted) { progress.update(Int($0 * 100)) }
    progress.finish()
    let report = FitReport(settings: settings, rules: rules, parts: parts)
    let fitted = try fit.score(rules, parts.fitted)
    let judged = try fit.score(rules, parts.judged)
    let fault = report.fault(fitted, judged, budget: fit.budget)
    if fault == nil { try output?.write(RulesFile.text(rules, settings)) }
    if output?.isStandardOutput != true {
      try Console.print(
        arguments.flag("json") ? report.json(fitted, judged) : report.text(fitted, judged))
    }
    if let fault { throw Failure(.checkFailed, "\(fault); nothing was written") }
  }

  private static func play(
    _ paths: [String], _ labelPaths: [String], _ settings: StreamSettings,
    _ arguments: ParsedArguments
  ) throws(Failure) -> [PlayedRecording] {
    var recordings: [PlayedRecording] = []
    var unknown: [String: Int] = [:]
    for (index, path) in paths.enumerated() {
      let labels = try labelPaths.isEmpty ? nil : LabelFile(labelPaths[index], settings)
      for (name, count) in labels?.unknownNames ?? [:] { unknown[name, default: 0] += count }
      let played = try PlayedRecording.play(path, labels, settings, arguments, &unknown)
      noteUnplayed(labels, played, path, settings)
      recordings += played
    }
    guard recordings.contains(where: { $0.spans.contains { $0.label != nil } }) else {
      throw Failure(
        .badData, "\(paths[0]): expected labels of the model's classes, found none; see --classes")
    }
    for (name, count) in unknown.sorted(by: { $0.key < $1.key }) {
      Console.note(
        "note: the label '\(name)' (\(count) times) is none of the model's classes; events there "
          + "are neither right nor wrong")
    }
    return recordings
  }

  /// What windows look like: those to fit with, where that is asked for, or what the model says.
  private static func known(
    _ parts: FitParts, _ settings: StreamSettings, _ arguments: ParsedArguments
  ) throws(Failure) -> KnownWindows? {
    guard arguments.flag("known-windows") else { return settings.rules?.known }
    let features = parts.features(of: settings.channelCount)
    // One window in a thousand of those seen may be unknown.
    guard
      let known = KnownWindows.fitted(
        toFeatures: features, channelCount: settings.channelCount, share: 0.999)
    else {
      throw Failure(
        .badData,
        "'--known-windows': expected at least 2 windows to fit with, found \(features.count)")
    }
    return known
  }

  /// Says which recordings are not among the figures.
  private static func noteUnplayed(
    _ labels: LabelFile?, _ played: [PlayedRecording], _ path: String, _ settings: StreamSettings
  ) {
    let keys = Set(played.map(\.key))
    let names = labels?.recordings
    let missing = names.map { $0.count { !keys.contains($0) } } ?? (played.isEmpty ? 1 : 0)
    if missing == 0 { return }
    let what =
      names.map { "\(missing) of \($0.count) labelled recordings give no window and are left out" }
      ?? "it gives no window and is left out"
    Console.note(
      "note: \(path): \(what): a window is \(settings.windowLength) rows without a gap; see "
        + "--max-gap")
  }

  /// Says when the budget cannot be judged by what there is.
  private static func noteShortness(of parts: FitParts, budget: Double) {
    let hours = FitReport.quietHours(parts.fitted)
    guard hours > 0, FitReport.quietHours(parts.judged) > 0 else {
      Console.note(
        "note: \(hours > 0 ? "the held-back recordings" : "the recordings to fit with") have no time "
          + "without gestures: nothing is known there about false alarms")
      return
    }
    guard budget > 0, budget * hours < 1 else { return }
    let minutes = (hours * 600).rounded() / 10
    Console.note(
      "note: the recordings to fit with have \(minutes) min without gestures: a single false alarm "
        + "is more than \(budget) an hour there")
  }
}

/// Recordings to fit with, and those held back to judge by.
struct FitParts {
  private(set) var fitted: [PlayedRecording]
  private(set) var judged: [PlayedRecording]

  /// Every other one is held back; a single one serves for both.
  init(_ recordings: [PlayedRecording]) {
    if recordings.count < 2 {
      (fitted, judged) = (recordings, recordings)
    } else {
      fitted = recordings.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
      judged = recordings.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    }
  }

  private static let mostWindows = 2000

  /// What is compared of windows, of as many as say what they look like; none are held back.
  func features(of channelCount: Int) -> [[Float]] {
    let total = fitted.reduce(0) { $0 + $1.times.count }
    let step = max((total + Self.mostWindows - 1) / Self.mostWindows, 1)
    let width = 2 * channelCount
    var (features, count): ([[Float]], Int) = ([], 0)
    for recording in fitted {
      for hop in recording.times.indices {
        if count % step == 0 {
          features.append(Array(recording.features[hop * width..<(hop + 1) * width]))
        }
        count += 1
      }
    }
    return features
  }

  /// Finds out how far each window is from those that are known.
  mutating func measure(_ known: KnownWindows?) {
    for index in fitted.indices { fitted[index].measure(known) }
    for index in judged.indices { judged[index].measure(known) }
  }

  var isSplit: Bool { fitted.count != judged.count || fitted.first?.name != judged.first?.name }
}
