// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringConvert

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

  func write(to path: String) throws(Failure) {
    do throws(FileError) {
      let file = try OutputFile(replacing: path)
      try file.write(Array(svg.utf8))
      try file.flush()
      try file.commit()
    } catch {
      throw Failure(error)
    }
  }

  private var svg: String {
    let lanes = Double(settings.classCount)
    let height = StreamPlot.top + lanes * StreamPlot.laneHeight + 50
    var text = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(StreamPlot.width)) \(Int(height))" \
      width="\(Int(StreamPlot.width))" height="\(Int(height))" font-family="sans-serif" \
      font-size="12">
      <title>Decisions over time</title>
      <rect width="100%" height="100%" fill="#ffffff"/>
      <text x="\(Int(StreamPlot.left))" y="24" font-size="16">Decisions over time, s</text>

      """
    for label in 0..<settings.classCount { text += lane(label) }
    return text + axis + "</svg>\n"
  }

  private func place(_ time: Double) -> Double {
    let span = StreamPlot.width - StreamPlot.left - StreamPlot.right
    return StreamPlot.left + (end > 0 ? time / end : 0) * span
  }

  private func lane(_ label: Int) -> String {
    let base = StreamPlot.top + Double(label + 1) * StreamPlot.laneHeight
    var text = """
      <line x1="\(number(StreamPlot.left))" y1="\(number(base))" \
      x2="\(number(StreamPlot.width - StreamPlot.right))" y2="\(number(base))" stroke="#cccccc"/>
      <text x="\(number(StreamPlot.left - 8))" y="\(number(base - 8))" \
      text-anchor="end">\(escaped(settings.name(of: label)))</text>

      """
    // The most convincing decision of each cell.
    var cells = [Float](repeating: 0, count: StreamPlot.cellCount + 1)
    var certain = [Bool](repeating: false, count: StreamPlot.cellCount + 1)
    for point in points where point.best == label {
      let cell = Int((end > 0 ? point.time / end : 0) * Double(StreamPlot.cellCount))
      cells[cell] = max(cells[cell], point.probability.isNaN ? 0 : point.probability)
      certain[cell] = certain[cell] || point.label == label
    }
    for (cell, height) in cells.enumerated() where height > 0 {
      let x = StreamPlot.left + Double(cell)
      let top = base - Double(min(max(height, 0), 1)) * (StreamPlot.laneHeight - 14)
      text += """
        <line x1="\(number(x))" y1="\(number(base))" x2="\(number(x))" y2="\(number(top))" \
        stroke="\(certain[cell] ? "#2b6cb0" : "#cbd5e0")"/>

        """
    }
    for point in points where point.event == label {
      text += """
        <circle cx="\(number(place(point.time)))" cy="\(number(base - StreamPlot.laneHeight + 10))" \
        r="4" fill="#c53030"/>

        """
    }
    return text
  }

  private var axis: String {
    let base = StreamPlot.top + Double(settings.classCount) * StreamPlot.laneHeight
    // 1, 2, 5, 10, 20, 50, … seconds, at most a dozen of them.
    var (step, factors) = (1.0, 0)
    while end / step > 12 {
      step *= factors % 3 == 1 ? 2.5 : 2
      factors += 1
    }
    var text = ""
    var time = 0.0
    while time <= end {
      text += """
        <text x="\(number(place(time)))" y="\(number(base + 18))" \
        text-anchor="middle">\(number(time))</text>

        """
      time += step
    }
    return text + """
      <text x="\(number(StreamPlot.left))" y="\(number(base + 40))" fill="#4a5568">blue: the \
      decision; grey: most likely, not convincing; red: an event</text>

      """
  }

  private func number(_ value: Double) -> String {
    let rounded = (value * 10).rounded() / 10
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }

  private func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "&": result += "&amp;"
      default: result.append(character)
      }
    }
    return result
  }
}
