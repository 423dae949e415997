// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments
import MainspringConvert
import MainspringRecordings

/// `mainspring stream`: samples of a recording, or of standard input, to decisions.
enum StreamCommand: Subcommand {
  static let name = "stream"

  static let command: Command = Command(
    name, summary: "Turns raw sensor samples into decisions and gesture events.",
    discussion: """
      Plays a recording, or standard input as it comes, and prints JSON lines: a decision for each \
      hop, an event for each gesture, and at the end what became of every sample. A recording is \
      CSV with a row for each time step (a time column and a column for each channel), CSV with a \
      row for each sensor event (time, sensor, x, y, z), or JSON lines of one sensor message each. \
      Samples are placed on the model's grid by their time stamps. The same bytes give the same \
      decisions, at any speed.
      """,
    arguments: [
      ModelOptions.argument,
      Argument("recording", help: "The recording, or - for standard input."),
    ],
    options: StreamSettings.options + RuleSettings.options + [
      .flag("events", help: "Print events only."),
      .text("plot", valueName: "file", help: "The .svg file to draw the decisions in."),
    ] + ModelOptions.options,
    examples: [
      .init(
        "Play a recording", "mainspring stream model.tflite recording.csv --rate 50 --hop 10"),
      .init(
        "Listen to a sensor", "some-sensor | mainspring stream model.tflite - --rate 50 --events"),
    ])

  static func run(_ arguments: ParsedArguments) throws(Failure) {
    let path = arguments.argument("recording")
    let plot = try TextFile.given(
      "plot",
      inputs: ModelOptions.inputs(arguments) + (path == "-" ? [] : [path])
        + (arguments.optionalText("rules").map { [$0] } ?? []), arguments)
    let settings = try StreamSettings(try OpenedModel(arguments), arguments)
    OpenedModel.returnMemory()
    let rules = try RuleSettings.rules(settings, arguments)
    var player = try Player(path, settings, rules, arguments)
    let text = StreamText(settings: settings)
    var printer = StreamPrinter(
      text, eventsOnly: arguments.flag("events"), isLive: path == "-",
      isSilent: plot?.isStandardOutput == true)
    var picture = plot == nil ? nil : StreamPlot(settings.names)
    while try player.next() {
      try printer.print(player.stream, player.recording)
      picture?.add(player.stream.decision, player.recording)
    }
    try printer.finish(text.summary(player.stream, player.map))
    if let picture { try plot?.write(picture.svg) }
  }
}

/// Prints what a stream says: at once when somebody waits for it, else in large pieces.
struct StreamPrinter {
  private let text: StreamText
  private let eventsOnly: Bool
  private let isLive: Bool
  private let isSilent: Bool
  private var waiting = ""

  init(_ text: StreamText, eventsOnly: Bool, isLive: Bool, isSilent: Bool) {
    self.text = text
    self.eventsOnly = eventsOnly
    self.isLive = isLive
    self.isSilent = isSilent
  }

  mutating func print(_ stream: borrowing Stream, _ recording: String) throws(Failure) {
    if isSilent { return }
    let decision = stream.decision
    if !eventsOnly { waiting += text.decision(decision, stream.probabilities, recording) }
    if let event = decision.event { waiting += text.event(event, recording) }
    if isLive || waiting.utf8.count > 1 << 15 { try flush() }
  }

  mutating func finish(_ summary: String) throws(Failure) {
    if isSilent { return }
    waiting += summary
    try flush()
  }

  private mutating func flush() throws(Failure) {
    if waiting.isEmpty { return }
    try Console.print(waiting)
    waiting = ""
  }
}
