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
  /// By hop: whether a clock was set back before it.
  private(set) var jumps: [Bool] = []
  /// What is compared of windows, `[hops × 2·channels]`.
  private(set) var features: [Float] = []
  /// By hop: how far its window is from those that are known; 0 where nothing is known.
  private(set) var distances: [Float] = []
  var spans: [LabelledSpan] = []
  /// Hours of hops at which no gesture is labelled, and nothing that the model has no class for.
  private(set) var quietHours: Double = 0

  /// Hours that windows covered: a whole window behind each gap, then what each hop adds.
  func hours(_ settings: StreamSettings) -> Double {
    let firstCount = starts.count { $0 }
    let step = min(settings.plan.hop, settings.windowLength)
    let rows = firstCount * settings.windowLength + (times.count - firstCount) * step
    return Double(rows) / (settings.rate * 3600)
  }

  /// Finds out how long nothing happened.
  mutating func measureQuiet(_ settings: StreamSettings, tolerance: Int64, background: [Int]) {
    let busy = spans.filter { span in span.label.map { !background.contains($0) } ?? true }
    let hops = times.count { time in !busy.contains { $0.holds(time, tolerance: tolerance) } }
    quietHours = Double(hops * settings.plan.hop) / settings.rate / 3600
  }

  /// Plays a file and cuts it where one recording ends and the next begins.
  static func play(
    _ path: String, _ labels: LabelFile?, _ settings: StreamSettings,
    _ arguments: ParsedArguments, _ unknown: inout [String: Int]
  ) throws(Failure) -> [PlayedRecording] {
    var player = try Player(
      path, settings, DecisionRules(classCount: settings.classCount), arguments)
    var recordings: [PlayedRecording] = []
    var current: PlayedRecording?
    var (key, jumps) = ("", UInt64(0))
    while try player.next() {
      if current == nil || player.recording != key {
        if let current { recordings.append(current) }
        key = player.recording
        current = PlayedRecording(name: key.isEmpty ? path : "\(path) \(key)", key: key)
        current?.spans = labels?.spans(of: key) ?? []
      }
      current?.add(player.stream, settings, isBehindJump: player.stream.clockJumpCount > jumps)
      jumps = player.stream.clockJumpCount
      if labels == nil { try current?.extend(with: player.label, settings, &unknown, path) }
    }
    if let current { recordings.append(current) }
    return recordings
  }

  private mutating func add(
    _ stream: borrowing Stream, _ settings: StreamSettings, isBehindJump: Bool
  ) {
    times.append(stream.decision.time)
    starts.append(stream.decision.window == 0)
    jumps.append(isBehindJump)
    let values = stream.probabilities
    for index in 0..<values.count { probabilities.append(values[index]) }
    features += KnownWindows.features(of: stream.window, channelCount: settings.channelCount)
  }

  /// Finds out how far each window is from those that are known.
  mutating func measure(_ known: KnownWindows?) {
    distances = known?.distances(of: features) ?? [Float](repeating: 0, count: times.count)
  }

  /// The events that rules make of it, as a stream with these rules does.
  func events(
    _ rules: DecisionRules, classCount count: Int
  ) throws(StreamError) -> [Event] {
    var decider = try Decider(rules, classCount: count)
    var events: [Event] = []
    for (hop, time) in times.enumerated() {
      if jumps[hop] { decider.forgetEvents() } else if starts[hop] { decider.restart() }
      let values = Array(probabilities[hop * count..<(hop + 1) * count])
      let decision = decider.decide(
        values.span, time: time, window: Int64(hop), distance: distances[hop])
      if let event = decision.event { events.append(event) }
    }
    return events
  }

  /// The label at the time of the last decision goes on, or another one begins.
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
