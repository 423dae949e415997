// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments
import MainspringConvert
import MainspringReport

/// Decisions over time as a picture: a lane for each class with a bar for each decision it is the
/// most likely in, as high as its average, and a mark for each event. What it keeps does not depend
/// on how long it takes.
struct StreamPlot {
  /// A stretch of time in the lane of a class.
  private struct Cell {
    /// The average of the most convincing decision.
    var height: Float = 0
    var isCertain = false
    var hasEvent = false
  }

  private let names: [String]
  /// `[classes × cells]`
  private var cells: [Cell]
  /// Seconds in a cell; twice as many whenever the picture is full.
  private var step = 1.0 / 1024
  private var begin: Double?
  /// Recordings are drawn one behind the other, as far apart as this.
  private var shift = 0.0
  private var recording: String?
  private var end = 0.0

  private static let (width, laneHeight, left, right, top) = (1200.0, 54.0, 110.0, 20.0, 46.0)
  private static let cellCount = 1070

  /// - Parameter names: of the classes.
  init(_ names: [String]) {
    self.names = names
    cells = [Cell](repeating: Cell(), count: names.count * StreamPlot.cellCount)
  }

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
    while end >= step * Double(StreamPlot.cellCount) { mergePairs() }
    let cell = Int(end / step)
    let place = decision.best * StreamPlot.cellCount + cell
    let probability = decision.probability.isNaN ? 0 : decision.probability
    cells[place].height = max(cells[place].height, probability)
    if decision.label == decision.best { cells[place].isCertain = true }
    if let event = decision.event {
      cells[event.label * StreamPlot.cellCount + cell].hasEvent = true
    }
  }

  /// Makes room for as much time again.
  private mutating func mergePairs() {
    step *= 2
    for lane in names.indices {
      let first = lane * StreamPlot.cellCount
      for cell in 0..<StreamPlot.cellCount {
        var merged = Cell()
        for part in [2 * cell, 2 * cell + 1] where part < StreamPlot.cellCount {
          let other = cells[first + part]
          merged.height = max(merged.height, other.height)
          merged.isCertain = merged.isCertain || other.isCertain
          merged.hasEvent = merged.hasEvent || other.hasEvent
        }
        cells[first + cell] = merged
      }
    }
  }

  var svg: String {
    let lanes = Double(names.count) * StreamPlot.laneHeight
    var picture = Picture(width: StreamPlot.width, height: StreamPlot.top + lanes + 50)
    picture.text("Decisions over time, s", StreamPlot.left, 24, size: 16)
    for label in names.indices { draw(label, &picture) }
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
      printable(names[label]), StreamPlot.left - 8, base - 8, anchor: .end)
    let lane = cells[label * StreamPlot.cellCount..<(label + 1) * StreamPlot.cellCount]
    let width = max(place(step) - StreamPlot.left, 1)
    for (index, cell) in lane.enumerated() where cell.height > 0 {
      let length = Double(min(cell.height, 1)) * (StreamPlot.laneHeight - 14)
      picture.rectangle(
        place(Double(index) * step), base - length, min(width, 4), length,
        kind: cell.isCertain ? "bar" : "weak")
    }
    for (index, cell) in lane.enumerated() where cell.hasEvent {
      picture.dot(
        place(Double(index) * step), base - StreamPlot.laneHeight + 10, radius: 4)
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
