// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments

/// What the model says of a recording, hop by hop, and what happened in it.
struct PlayedRecording {
  /// For people: the file, and the recording in it.
  let name: String
  /// What the recording column says.
  let key: String
  var times: [Int64] = []
  /// By hop: whether nothing came before it.
  var starts: [Bool] = []
  /// `[hops × classes]`, before any averaging.
  var probabilities: [Float] = []
  var spans: [LabelledSpan] = []
  /// Hours of hops at which no gesture is labelled, and nothing that the model has no class for.
  private(set) var quietHours: Double = 0

  /// Seconds that windows covered.
  func hours(_ settings: StreamSettings) -> Double {
    let rows = Double(times.count * settings.plan.hop)
    let first = Double(starts.filter { $0 }.count * settings.windowLength)
    return (rows + first) / settings.rate / 3600
  }

  /// Finds out how long nothing happened.
  mutating func measureQuiet(_ settings: StreamSettings, tolerance: Int64, background: [Int]) {
    let busy = spans.filter { span in span.label.map { !background.contains($0) } ?? true }
    let hops = times.count { time in !busy.contains { $0.holds(time, tolerance: tolerance) } }
    quietHours = Double(hops * settings.plan.hop) / settings.rate / 3600
  }

  /// Plays a file and cuts it where one recording ends and the next begins.
  ///
  /// - Parameter sample: called with each window, to learn what windows look like.
  static func play(
    _ path: String, _ labels: LabelFile?, _ settings: StreamSettings,
    _ arguments: ParsedArguments, _ unknown: inout [String: Int],
    sample: (borrowing Stream) -> Void
  ) throws(Failure) -> [PlayedRecording] {
    var player = try Player(
      path, settings, DecisionRules(classCount: settings.classCount), arguments)
    var recordings: [PlayedRecording] = []
    var current: PlayedRecording?
    var key = ""
    while try player.next() {
      if current == nil || player.recording != key {
        if let current { recordings.append(current) }
        key = player.recording
        current = PlayedRecording(name: key.isEmpty ? path : "\(path) \(key)", key: key)
        current?.spans = labels?.spans(of: key) ?? []
      }
      let decision = player.stream.decision
      current?.times.append(decision.time)
      current?.starts.append(decision.window == 0)
      let span = player.stream.probabilities
      for index in 0..<span.count { current?.probabilities.append(span[index]) }
      sample(player.stream)
      if labels == nil { try current?.extend(with: player.label, settings, &unknown, path) }
    }
    if let current { recordings.append(current) }
    return recordings
  }

  /// The label beside the newest sample goes on, or another one begins.
  private mutating func extend(
    with name: String?, _ settings: StreamSettings, _ unknown: inout [String: Int], _ path: String
  ) throws(Failure) {
    guard let name else {
      throw Failure(
        .badData, "\(path): expected a column 'label', or a file for it by '--labels', found none")
    }
    let time = times.last ?? 0
    let label = LabelFile.label(name, settings, &unknown)
    if let last = spans.last, last.label == label, starts.last == false {
      spans[spans.count - 1].end = time
    } else {
      // It began somewhere in the hop before.
      let start = time - Int64(Double(settings.plan.hop) / settings.rate * 1e9)
      spans.append(LabelledSpan(start: start, end: time, label: label))
    }
  }
}
