// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments
import MainspringConvert
import MainspringReport

/// Decisions over time as a picture: a lane for each class, its average as a curve, decisions as
/// bars, events as marks.
struct StreamPlot {
  private struct Point {
    let time: Double
    let label: Int?
    let best: Int
    let probability: Float
    let event: Int?
  }

  private let settings: StreamSettings
  private var points: [Point] = []
  private var begin: Double?
  /// Recordings are drawn one behind the other, as far apart as this.
  private var shift = 0.0
  private var recording: String?
  private var end = 0.0

  private static let (width, laneHeight, left, right, top) = (1200.0, 54.0, 110.0, 20.0, 46.0)
  /// Cells of a lane: more decisions than these share one.
  private static let cellCount = 1070

  init(_ settings: StreamSettings) { self.settings = settings }

  mutating func add(_ decision: Decision, _ recording: String) {
    let time = StreamText.seconds(decision.time)
    if begin == nil || recording != self.recording {
      shift = begin == nil ? -time : end + 1 - time
      begin = begin ?? time
      self.recording = recording
    }
    // A clock that was set back goes on where the picture is.
    if time + shift < end { shift = end - time }
    end = time + shift
    points.append(
      Point(
        time: end, label: decision.label, best: decision.best, probability: decision.probability,
        event: decision.event?.label))
  }

  var svg: String {
    let lanes = Double(settings.classCount) * StreamPlot.laneHeight
    var picture = Picture(width: StreamPlot.width, height: StreamPlot.top + lanes + 50)
    picture.text("Decisions over time, s", StreamPlot.left, 24, size: 16)
    for label in 0..<settings.classCount { draw(label, &picture) }
    drawAxis(StreamPlot.top + lanes, &picture)
    return picture.file(title: "Decisions over time")
  }

  private func place(_ time: Double) -> Double {
    let span = StreamPlot.width - StreamPlot.left - StreamPlot.right
    return StreamPlot.left + (end > 0 ? time / end : 0) * span
  }

  private func draw(_ label: Int, _ picture: inout Picture) {
    let base = StreamPlot.top + Double(label + 1) * StreamPlot.laneHeight
    picture.line(StreamPlot.left, base, StreamPlot.width - StreamPlot.right, base)
    picture.text(
      printable(settings.name(of: label)), StreamPlot.left - 8, base - 8, anchor: .end)
    // The most convincing decision of each cell.
    var cells = [Float](repeating: 0, count: StreamPlot.cellCount + 1)
    var certain = [Bool](repeating: false, count: StreamPlot.cellCount + 1)
    for point in points where point.best == label {
      let cell = Int((end > 0 ? point.time / end : 0) * Double(StreamPlot.cellCount))
      cells[cell] = max(cells[cell], point.probability.isNaN ? 0 : point.probability)
      certain[cell] = certain[cell] || point.label == label
    }
    for (cell, height) in cells.enumerated() where height > 0 {
      let length = Double(min(max(height, 0), 1)) * (StreamPlot.laneHeight - 14)
      picture.rectangle(
        StreamPlot.left + Double(cell), base - length, 1, length,
        kind: certain[cell] ? "bar" : "weak")
    }
    for point in points where point.event == label {
      picture.dot(place(point.time), base - StreamPlot.laneHeight + 10, radius: 4)
    }
  }

  private func drawAxis(_ base: Double, _ picture: inout Picture) {
    // 1, 2, 5, 10, 20, 50, … seconds, at most a dozen of them.
    var (step, factors) = (1.0, 0)
    while end / step > 12 {
      step *= factors % 3 == 1 ? 2.5 : 2
      factors += 1
    }
    var time = 0.0
    while time <= end {
      picture.text("\(Int(time))", place(time), base + 18, anchor: .middle)
      time += step
    }
    picture.text(
      "blue: the decision; grey: most likely, not convincing; red: an event", StreamPlot.left,
      base + 40, kind: "faint")
  }
}
