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
      events of a wrong gesture, false alarms in an hour without gestures. Labels are a column \
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
    var windows = WindowSample(isWanted: arguments.flag("known-windows"))
    var recordings = try play(paths, labelPaths, settings, arguments, &windows)
    let tolerance = Int64(arguments.number("tolerance") * 1e9)
    for index in recordings.indices {
      recordings[index].measureQuiet(settings, tolerance: tolerance, background: background)
    }
    let parts = FitParts(recordings)
    let fit = DecisionFit(
      settings: settings, background: background,
      known: windows.known(channelCount: settings.channelCount) ?? settings.rules?.known,
      tolerance: tolerance, budget: arguments.number("max-false-alarms-per-hour"))
    noteShortness(of: parts, budget: fit.budget)
    var progress = Progress("fitting", total: 100)
    let rules = try fit.best(parts.fitted) { progress.update(Int($0 * 100)) }
    progress.finish()
    try output?.write(RulesFile.text(rules, settings))
    if output?.isStandardOutput == true { return }
    let report = FitReport(settings: settings, rules: rules, parts: parts)
    let fitted = try fit.score(rules, parts.fitted)
    let judged = try fit.score(rules, parts.judged)
    try Console.print(
      arguments.flag("json") ? report.json(fitted, judged) : report.text(fitted, judged))
  }

  private static func play(
    _ paths: [String], _ labelPaths: [String], _ settings: StreamSettings,
    _ arguments: ParsedArguments, _ windows: inout WindowSample
  ) throws(Failure) -> [PlayedRecording] {
    var recordings: [PlayedRecording] = []
    var unknown: [String: Int] = [:]
    for (index, path) in paths.enumerated() {
      let labels = try labelPaths.isEmpty ? nil : LabelFile(labelPaths[index], settings)
      for (name, count) in labels?.unknownNames ?? [:] { unknown[name, default: 0] += count }
      let played = try PlayedRecording.play(path, labels, settings, arguments, &unknown) {
        windows.add($0)
      }
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
    guard budget > 0, hours > 0, budget * hours < 1 else { return }
    let minutes = (hours * 600).rounded() / 10
    Console.note(
      "note: the recordings to fit with have \(minutes) min without gestures: a single false alarm "
        + "is more than \(budget) an hour there, so the rules allow none")
  }
}

/// Recordings to fit with, and those held back to judge by.
struct FitParts {
  let fitted: [PlayedRecording]
  let judged: [PlayedRecording]

  /// Every other one is held back; a single one serves for both.
  init(_ recordings: [PlayedRecording]) {
    if recordings.count < 2 {
      (fitted, judged) = (recordings, recordings)
    } else {
      fitted = recordings.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
      judged = recordings.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    }
  }

  var isSplit: Bool { fitted.count != judged.count || fitted.first?.name != judged.first?.name }
}

/// Some of all windows, as many as say what windows look like.
struct WindowSample {
  private static let most = 2000
  let isWanted: Bool
  private var windows: [[Float]] = []
  /// Every so many windows are taken; doubled when there is no more room.
  private var step = 1
  private var count = 0

  init(isWanted: Bool) { self.isWanted = isWanted }

  mutating func add(_ stream: borrowing Stream) {
    guard isWanted else { return }
    defer { count += 1 }
    guard count % step == 0 else { return }
    if windows.count == Self.most {
      windows = windows.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
      step *= 2
      guard count % step == 0 else { return }
    }
    let span = stream.window
    var window: [Float] = []
    window.reserveCapacity(span.count)
    for index in 0..<span.count { window.append(span[index]) }
    windows.append(window)
  }

  /// One window in a thousand of those seen may be unknown.
  func known(channelCount: Int) -> KnownWindows? {
    KnownWindows.fitted(to: windows, channelCount: channelCount, share: 0.999)
  }
}
