// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments
import MainspringRecordings

/// How recordings become windows.
struct RecordingSettings {
  /// Steps a second; nil to take rows as they are.
  private(set) var rate: Double?
  private var modelRate: Double?
  let hop: Int?
  /// Periods of the rate above which samples have a gap between them.
  let maximumGap: Double
  let time: String?
  private(set) var channels: [String]?
  /// Names and units of the model's channels; empty when it says nothing.
  private(set) var modelChannels: [ModelContract.Channel] = []

  /// - Parameter isUsed: whether there is a recording; the options are mistakes without one.
  /// - Parameter others: options that mean something without one.
  init(_ arguments: ParsedArguments, isUsed: Bool, others: [String] = []) throws(Failure) {
    rate = arguments.optionalNumber("rate")
    hop = arguments.optionalInteger("hop")
    let gap = arguments.optionalNumber("max-gap")
    maximumGap = gap ?? UniformSamples.defaultGap
    time = arguments.optionalText("time")
    channels = try RecordingSettings.channels(arguments)
    let given = [
      ("rate", rate != nil), ("hop", hop != nil), ("max-gap", gap != nil), ("time", time != nil),
      ("channels", channels != nil),
    ]
    if !isUsed, let option = given.first(where: { $0.1 && !others.contains($0.0) }) {
      throw Failure(usage: "'--\(option.0)' is for CSV recordings; none is given", arguments)
    }
    if gap != nil, rate == nil {
      throw Failure(usage: "'--max-gap' is in periods of '--rate', which is not given", arguments)
    }
  }

  /// What is not told is what the model says.
  func completed(by contract: ModelContract?) -> RecordingSettings {
    var result = self
    result.modelChannels = contract?.channels ?? []
    if channels == nil, !result.modelChannels.isEmpty {
      result.channels = result.modelChannels.map(\.name)
    }
    result.modelRate = contract?.sampleRate
    return result
  }

  /// Steps a second of a recording, with time stamps or without.
  func rate(hasTimes: Bool) -> Double? { rate ?? (hasTimes ? modelRate : nil) }

  /// The name decides: whatever is no recording is a .npy file.
  static func isRecording(_ path: String) -> Bool { path.lowercased().hasSuffix(".csv") }
}
