// SPDX-License-Identifier: Apache-2.0

import Glibc
import Mainspring
import MainspringArguments

/// Distributions of latency as a picture, a row for each model, one logarithmic axis for all.
enum BenchPlot {
  private static let (width, rowHeight, left, top) = (860, 90, 30, 46)
  private static let binCount = 200

  static func svg(_ measurements: [BenchMeasurement]) -> String {
    let height = top + rowHeight * measurements.count + 50
    let axis = Axis(measurements)
    var text = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" width="\(width)" \
      height="\(height)" font-family="sans-serif" font-size="12">
      <title>Time of a window</title>
      <rect width="100%" height="100%" fill="#ffffff"/>
      <text x="\(left)" y="24" font-size="16">Time of a window, µs</text>

      """
    let bottom = top + rowHeight * measurements.count
    for tick in axis.ticks {
      let x = number(axis.place(tick))
      text += """
        <line x1="\(x)" y1="\(top)" x2="\(x)" y2="\(bottom)" stroke="#dddddd"/>
        <text x="\(x)" y="\(bottom + 18)" text-anchor="middle">\(label(tick))</text>

        """
    }
    for (index, measurement) in measurements.enumerated() {
      text += row(measurement, axis, base: top + rowHeight * (index + 1))
    }
    return text + "</svg>\n"
  }

  /// The histogram of one model, with lines at its percentiles.
  private static func row(_ m: BenchMeasurement, _ axis: Axis, base: Int) -> String {
    var counts = [Int](repeating: 0, count: binCount)
    for time in m.times {
      let share = axis.share(Double(time) / 1000)
      counts[min(max(Int(share * Double(binCount)), 0), binCount - 1)] += 1
    }
    let most = counts.max() ?? 1
    let binWidth = Double(width - 2 * left) / Double(binCount)
    var path = "M\(left),\(base)"
    for (bin, count) in counts.enumerated() {
      let y = Double(base) - Double(count) / Double(most) * Double(rowHeight - 30)
      let x = Double(left) + Double(bin) * binWidth
      path += "L\(number(x)),\(number(y))L\(number(x + binWidth)),\(number(y))"
    }
    path += "L\(width - left),\(base)Z"
    var text = """
      <path d="\(path)" fill="#4477aa"/>
      <text x="\(left)" y="\(base - rowHeight + 20)">\(escaped(m.model)), \(m.precision), \
      \(m.instructionSet)</text>

      """
    var legend = ""
    for (name, share) in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99)] {
      let time = m.percentile(share)
      let x = number(axis.place(Double(time) / 1000))
      legend += "\(name) \(BenchReport.microseconds(time))  "
      text += """
        <line x1="\(x)" y1="\(base - rowHeight + 28)" x2="\(x)" y2="\(base)" stroke="#ee6677"/>

        """
    }
    return text + """
      <text x="\(width - left)" y="\(base - rowHeight + 20)" text-anchor="end">\(legend)</text>

      """
  }

  /// From the fastest window to the 99.5th percentile of the slowest model, in microseconds.
  private struct Axis {
    private let low: Double
    private let high: Double

    init(_ measurements: [BenchMeasurement]) {
      var (low, high) = (Double.infinity, 0.0)
      for m in measurements {
        low = min(low, Double(m.times[0]) / 1000)
        high = max(high, Double(m.percentile(0.995)) / 1000)
      }
      self.low = max(low * 0.9, 0.01)
      self.high = max(high * 1.1, self.low * 1.5)
    }

    /// 0 at the left end, 1 at the right.
    func share(_ time: Double) -> Double {
      log(max(time, low) / low) / log(high / low)
    }

    func place(_ time: Double) -> Double {
      Double(left) + min(share(time), 1) * Double(width - 2 * left)
    }

    /// Round numbers within the axis.
    var ticks: [Double] {
      var ticks: [Double] = []
      var decade = 0.01
      while decade <= high {
        for step in [1, 1.5, 2, 3, 5, 7] where decade * step >= low && decade * step <= high {
          ticks.append(decade * step)
        }
        decade *= 10
      }
      return ticks
    }
  }

  private static func number(_ value: Double) -> String { rounded(value, 1) }

  private static func label(_ value: Double) -> String {
    let text = rounded(value, value < 1 ? 3 : value < 10 ? 1 : 0)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// Text within an element.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in printable(text) {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      default: result.append(character)
      }
    }
    return result
  }
}
