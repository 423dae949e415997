// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments

extension RecordingSettings {
  static let maximumGapOption: Option = .number(
    "max-gap", valueName: "periods", in: 0.01...1_000_000, default: nil,
    help: """
      Longer pauses of a recording, in periods of --rate, are gaps that no window crosses; 3 \
      unless given.
      """)

  /// The options of commands that cut windows from recordings.
  static let options: [Option] = [
    .number(
      "rate", valueName: "hertz", in: 0.001...1_000_000, default: nil,
      help: "The model's sampling rate: CSV recordings are resampled to it."),
    .integer(
      "hop", valueName: "steps", in: 1...1_000_000, default: nil,
      help: "From one window of a recording to the next; half a window unless given."),
    maximumGapOption,
    .text(
      "time", valueName: "column",
      help: "The time column of recordings, with :s, :ms, :us or :ns where its name does not say."),
    .text(
      "channels", valueName: "names",
      help: "The columns, or sensor.axis, in the model's order with commas."),
  ]
  /// The names of `--channels`; nil without it.
  static func channels(_ arguments: ParsedArguments) throws(Failure) -> [String]? {
    guard let names = arguments.optionalText("channels").map(StreamSettings.list) else {
      return nil
    }
    if let twice = names.repetition {
      throw Failure(
        usage: "'--channels' names '\(names[twice.first])' twice: channels \(twice.first + 1) "
          + "and \(twice.second + 1)", arguments)
    }
    return names
  }
}
