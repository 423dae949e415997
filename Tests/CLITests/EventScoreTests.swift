// SPDX-License-Identifier: Apache-2.0

import Mainspring
import Testing

@testable import MainspringCLI

/// What an event counts as.
struct EventScoreTests {
  private static let second: Int64 = 1_000_000_000

  /// Classes: 0 rest, 1 and 2 gestures; a name that the model has no class for from 30 s on.
  private func recording() -> PlayedRecording {
    var recording = PlayedRecording(name: "r", key: "")
    recording.spans = [
      LabelledSpan(start: 0, end: 10 * Self.second, label: 0),
      LabelledSpan(start: 10 * Self.second, end: 12 * Self.second, label: 1),
      LabelledSpan(start: 20 * Self.second, end: 22 * Self.second, label: 2),
      LabelledSpan(start: 30 * Self.second, end: 40 * Self.second, label: nil),
    ]
    return recording
  }

  private func score(_ events: [(label: Int, time: Double)]) -> EventScore {
    var score = EventScore(classCount: 3)
    score.count(
      events.map {
        let time = Int64($0.time * 1e9)
        return Event(label: $0.label, start: time, time: time, probability: 1)
      }, in: recording(), tolerance: Self.second, background: [0])
    return score
  }

  @Test func eventsOfASpanAreFoundOnce() {
    let score = score([(1, 11), (1, 12.5), (2, 23), (2, 23.5)])
    #expect(score.spans == [0, 1, 1] && score.found == [0, 1, 1])
    #expect(score.wrong == [0, 1, 0] && score.falseAlarms == [0, 0, 1])
    #expect(score.precision == 0.5 && score.recall == 1 && score.medianDelay == 3)
    #expect(score.f1 == 2 * 2 / 6.0 && score.f1(of: 1) == 2 / 3.0)
  }

  @Test func anotherGestureIsWrongAndNoneIsAFalseAlarm() {
    let score = score([(2, 11), (1, 5), (2, 15), (1, 25), (2, 35)])
    #expect(score.foundCount == 0 && score.wrong == [0, 0, 1])
    #expect(score.falseAlarms == [0, 2, 1])
    #expect(score.precision == 0 && score.recall == 0)
    #expect(score.precision(of: 0) == nil)
  }
}
