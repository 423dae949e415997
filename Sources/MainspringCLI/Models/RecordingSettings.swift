// SPDX-License-Identifier: Apache-2.0

import MainspringArguments
import MainspringRecordings

/// How recordings become windows.
struct RecordingSettings {
  /// Steps a second; nil to take rows as they are.
  let rate: Double?
  let hop: Int?
  /// Periods of the rate above which samples have a gap between them.
  let maximumGap: Double
  let time: String?
  let channels: [String]?

  /// - Parameter isUsed: whether there is a recording; the options are mistakes without one.
  /// - Parameter others: options that mean something without one.
  init(_ arguments: ParsedArguments, isUsed: Bool, others: [String] = []) throws(Failure) {
    rate = arguments.optionalNumber("rate")
    hop = arguments.optionalInteger("hop")
    let gap = arguments.optionalNumber("max-gap")
    maximumGap = gap ?? UniformSamples.defaultGap
    time = arguments.optionalText("time")
    channels = arguments.optionalText("channels")?.split(separator: ",").map(String.init)
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

  /// The name decides: whatever is no recording is a .npy file.
  static func isRecording(_ path: String) -> Bool { path.lowercased().hasSuffix(".csv") }
}
