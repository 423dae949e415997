// SPDX-License-Identifier: Apache-2.0

import Mainspring
import Testing

@testable import MainspringCLI

/// Decisions as a picture.
struct StreamPlotTests {
  /// Every 20 ms a decision and, with each tenth of them, an event, for the two classes in turn.
  private func picture(_ count: Int) -> String {
    var plot = StreamPlot(["rest", "wave"])
    for index in 0..<count {
      let time = Int64(index) * 20_000_000
      let label = index / 10 % 2
      let event =
        index % 10 == 0 ? Event(label: label, start: time, time: time, probability: 1) : nil
      plot.add(
        Decision(
          time: time, window: Int64(index), label: index % 3 == 0 ? nil : label, best: label,
          probability: 0.75, distance: 0, event: event), "")
    }
    return plot.svg
  }

  private func count(_ text: String, in picture: String) -> Int {
    picture.split(separator: text).count - 1
  }

  @Test func everyDecisionAndEventOfAShortStreamIsDrawn() {
    let picture = picture(200)
    #expect(
      count("<rect class=\"bar\"", in: picture) + count("<rect class=\"weak\"", in: picture) == 200)
    #expect(count("<circle", in: picture) == 20)
    #expect(picture.contains(">rest</text>") && picture.contains(">wave</text>"))
  }

  @Test func aLongStreamIsNoLongerPicture() {
    let picture = picture(200_000)
    let bars = count("<rect class=\"bar\"", in: picture)
    #expect(bars > 500 && bars <= 2 * 1070)
    let events = count("<circle", in: picture)
    #expect(events > 500 && events <= 2 * 1070)
  }
}
