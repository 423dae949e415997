// SPDX-License-Identifier: Apache-2.0

import Mainspring

/// How well events fit what happened.
struct EventScore {
  /// By class: spans, those found, and events that are none.
  private(set) var spans: [Int]
  private(set) var found: [Int]
  private(set) var falseAlarms: [Int]
  /// Seconds from the start of a span to its event.
  private(set) var delays: [Double] = []

  init(classCount: Int) {
    spans = [Int](repeating: 0, count: classCount)
    found = spans
    falseAlarms = spans
  }

  /// Counts the events of a recording.
  ///
  /// An event is right within a span of its class or up to `tolerance` behind it, once for each
  /// span. In a span whose name is none of the model's it is neither right nor wrong.
  mutating func count(
    _ events: [Event], in recording: PlayedRecording, tolerance: Int64, background: [Int]
  ) {
    var isFound = [Bool](repeating: false, count: recording.spans.count)
    for span in recording.spans {
      if let label = span.label, !background.contains(label) { spans[label] += 1 }
    }
    for event in events {
      var isRight = false
      var isOpen = false
      for (index, span) in recording.spans.enumerated() {
        let end = span.end > .max - tolerance ? Int64.max : span.end + tolerance
        guard event.time >= span.start, event.time <= end else { continue }
        if span.label == nil { isOpen = true }
        guard span.label == event.label, !isFound[index] else { continue }
        isFound[index] = true
        isRight = true
        found[event.label] += 1
        if span.start > .min { delays.append(Double(event.time - span.start) / 1e9) }
        break
      }
      if !isRight, !isOpen { falseAlarms[event.label] += 1 }
    }
  }

  var spanCount: Int { spans.reduce(0, +) }
  var foundCount: Int { found.reduce(0, +) }
  var falseAlarmCount: Int { falseAlarms.reduce(0, +) }

  static func precision(found: Int, falseAlarms: Int) -> Double? {
    found + falseAlarms == 0 ? nil : Double(found) / Double(found + falseAlarms)
  }

  static func recall(found: Int, spans: Int) -> Double? {
    spans == 0 ? nil : Double(found) / Double(spans)
  }

  var precision: Double? { Self.precision(found: foundCount, falseAlarms: falseAlarmCount) }
  var recall: Double? { Self.recall(found: foundCount, spans: spanCount) }

  /// 2·found / (spans + events): the harmonic mean of precision and recall.
  static func f1(found: Int, spans: Int, falseAlarms: Int) -> Double {
    let total = spans + found + falseAlarms
    return total == 0 ? 0 : 2 * Double(found) / Double(total)
  }

  var medianDelay: Double? {
    delays.isEmpty ? nil : delays.sorted()[delays.count / 2]
  }
}
