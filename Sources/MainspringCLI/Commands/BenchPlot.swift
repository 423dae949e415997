// SPDX-License-Identifier: Apache-2.0

import Glibc
import Mainspring
import MainspringArguments
import MainspringReport

/// Distributions of latency as a picture, a row for each model, one logarithmic axis for all.
enum BenchPlot {
  private static let (width, rowHeight, left, top) = (860.0, 90.0, 30.0, 46.0)
  private static let binCount = 200

  static func svg(_ measurements: [BenchMeasurement]) -> String {
    let bottom = top + rowHeight * Double(measurements.count)
    let axis = Axis(measurements)
    var picture = Picture(width: width, height: bottom + 50)
    picture.text("Time of a window, µs", left, 24, size: 16)
    for tick in axis.ticks {
      let x = axis.place(tick)
      picture.line(x, top, x, bottom)
      picture.text(label(tick), x, bottom + 18, anchor: .middle)
    }
    for (index, measurement) in measurements.enumerated() {
      draw(measurement, axis, base: top + rowHeight * Double(index + 1), &picture)
    }
    return picture.file(title: "Time of a window")
  }

  /// The histogram of one model, with lines at its percentiles.
  private static func draw(
    _ m: BenchMeasurement, _ axis: Axis, base: Double, _ picture: inout Picture
  ) {
    var counts = [Int](repeating: 0, count: binCount)
    for time in m.times {
      let share = axis.share(Double(time) / 1000)
      counts[min(max(Int(share * Double(binCount)), 0), binCount - 1)] += 1
    }
    let most = counts.max() ?? 1
    let binWidth = (width - 2 * left) / Double(binCount)
    var corners = [(x: left, y: base)]
    for (bin, count) in counts.enumerated() {
      let y = base - Double(count) / Double(most) * (rowHeight - 30)
      let x = left + Double(bin) * binWidth
      corners += [(x, y), (x + binWidth, y)]
    }
    picture.shape(corners + [(width - left, base)])
    let head = base - rowHeight + 20
    picture.text("\(printable(m.model)), \(m.precision), \(m.instructionSet)", left, head)
    var legend: [String] = []
    for (name, share) in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99)] {
      let time = m.percentile(share)
      let x = axis.place(Double(time) / 1000)
      legend.append("\(name) \(BenchReport.microseconds(time))")
      picture.line(x, head + 8, x, base, kind: "limit")
    }
    picture.text(legend.joined(separator: "  "), width - left, head, anchor: .end)
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
      left + min(share(time), 1) * (width - 2 * left)
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

  private static func label(_ value: Double) -> String {
    let text = rounded(value, value < 1 ? 3 : value < 10 ? 1 : 0)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
