// SPDX-License-Identifier: Apache-2.0

import Mainspring

/// How well events fit what happened.
struct EventScore {
  /// By class: labelled spans, and those found.
  private(set) var spans: [Int]
  private(set) var found: [Int]
  /// By class: events in a labelled gesture that is another one, or found already.
  private(set) var wrong: [Int]
  /// By class: events where no gesture is labelled.
  private(set) var falseAlarms: [Int]
  /// Seconds from the start of a span to its event.
  private(set) var delays: [Double] = []

  init(classCount: Int) {
    spans = [Int](repeating: 0, count: classCount)
    (found, wrong, falseAlarms) = (spans, spans, spans)
  }

  /// Counts the events of a recording.
  ///
  /// An event is right within a span of its class or up to `tolerance` behind it, once for each
  /// span; in one of another gesture it is wrong, and outside of all a false alarm. In a span whose
  /// name is none of the model's it is neither.
  mutating func count(
    _ events: [Event], in recording: PlayedRecording, tolerance: Int64, background: [Int]
  ) {
    var isFound = [Bool](repeating: false, count: recording.spans.count)
    for span in recording.spans {
      if let label = span.label, !background.contains(label) { spans[label] += 1 }
    }
    for event in events {
      var (isRight, isOpen, isGesture) = (false, false, false)
      for (index, span) in recording.spans.enumerated() {
        guard span.holds(event.time, tolerance: tolerance) else { continue }
        if span.label == nil { isOpen = true }
        if let label = span.label, !background.contains(label) { isGesture = true }
        guard span.label == event.label, !isFound[index] else { continue }
        isFound[index] = true
        isRight = true
        found[event.label] += 1
        if span.start > .min { delays.append(Double(event.time - span.start) / 1e9) }
        break
      }
      if isRight || isOpen { continue }
      if isGesture { wrong[event.label] += 1 } else { falseAlarms[event.label] += 1 }
    }
  }

  var spanCount: Int { spans.reduce(0, +) }
  var foundCount: Int { found.reduce(0, +) }
  var wrongCount: Int { wrong.reduce(0, +) }
  var falseAlarmCount: Int { falseAlarms.reduce(0, +) }

  static func precision(found: Int, errors: Int) -> Double? {
    found + errors == 0 ? nil : Double(found) / Double(found + errors)
  }

  static func recall(found: Int, spans: Int) -> Double? {
    spans == 0 ? nil : Double(found) / Double(spans)
  }

  func precision(of label: Int) -> Double? {
    Self.precision(found: found[label], errors: wrong[label] + falseAlarms[label])
  }

  var precision: Double? {
    Self.precision(found: foundCount, errors: wrongCount + falseAlarmCount)
  }
  var recall: Double? { Self.recall(found: foundCount, spans: spanCount) }

  func f1(of label: Int) -> Double {
    Self.f1(
      found: found[label], spans: spans[label], errors: wrong[label] + falseAlarms[label])
  }

  var f1: Double {
    Self.f1(found: foundCount, spans: spanCount, errors: wrongCount + falseAlarmCount)
  }

  /// 2·found / (spans + events): the harmonic mean of precision and recall.
  private static func f1(found: Int, spans: Int, errors: Int) -> Double {
    let total = spans + found + errors
    return total == 0 ? 0 : 2 * Double(found) / Double(total)
  }

  var medianDelay: Double? {
    delays.isEmpty ? nil : delays.sorted()[delays.count / 2]
  }
}
