// SPDX-License-Identifier: Apache-2.0

/// Samples at a fixed rate, as a model takes them.
package struct UniformSamples: Hashable, Sendable {
  package let channelCount: Int
  /// Row-major: a row of channels for each step.
  package private(set) var values: [Float]
  /// By step: whether it lies in a gap of the recording, and is no sample at all.
  package private(set) var isGap: [Bool]
  /// The longest time between neighbours that steps lie between, in periods of the grid.
  package private(set) var largestPause: Double

  package var count: Int { isGap.count }

  /// The rows of one series as they are.
  package init(_ series: Series) {
    channelCount = series.channels.count
    values = series.values.map { Float($0) }
    isGap = [Bool](repeating: false, count: series.count)
    largestPause = 1
  }

  /// A recording on a uniform grid, by linear interpolation between the neighbours in time.
  ///
  /// The grid covers the time in which all series have samples. Of samples at the same time the
  /// first counts. Where neighbours are too far apart there is a gap.
  ///
  /// - Parameters:
  ///   - rate: steps for each second.
  ///   - channels: which channels, in which order.
  ///   - maximumGap: how far neighbours may be apart, in periods of the grid.
  /// - Returns: nil when a channel is missing.
  /// - Precondition: the series have times.
  package init?(
    _ recording: Recording, rate: Double, channels: [String],
    maximumGap: Double = UniformSamples.defaultGap
  ) {
    precondition(rate > 0 && rate.isFinite && maximumGap > 0, "a rate and a gap")
    channelCount = channels.count
    var sources: [(series: Int, column: Int)] = []
    for name in channels {
      let place = recording.series.enumerated().lazy.compactMap { index, series in
        series.channels.firstIndex(of: name).map { (series: index, column: $0) }
      }.first
      guard let place else { return nil }
      sources.append(place)
    }
    let used = Set(sources.map(\.series)).sorted()
    largestPause = 0
    let begin = used.map { recording.series[$0].times.first ?? .infinity }.max() ?? .infinity
    let end = used.map { recording.series[$0].times.last ?? -.infinity }.min() ?? -.infinity
    let steps = ((end - begin) * rate + 1e-6).rounded(.down)
    guard begin.isFinite, steps >= 0, steps < UniformSamples.mostSteps else {
      (values, isGap) = ([], [])
      return
    }
    let count = Int(steps) + 1
    values = [Float](repeating: 0, count: count * channels.count)
    isGap = [Bool](repeating: false, count: count)
    for series in used {
      let wanted = sources.enumerated().filter { $0.element.series == series }.map {
        (channel: $0.offset, column: $0.element.column)
      }
      place(recording.series[series], wanted, begin: begin, rate: rate, gap: maximumGap)
    }
  }

  /// Periods of the grid; what sensors lose now and then, and not what is a pause.
  package static let defaultGap: Double = 3

  /// A clock that jumps would ask for more: two days at 100 Hz.
  private static let mostSteps = 17_280_000.0

  private mutating func place(
    _ series: Series, _ wanted: [(channel: Int, column: Int)], begin: Double, rate: Double,
    gap: Double
  ) {
    let width = series.channels.count
    let largestGap = gap / rate * (1 + 1e-9)
    var left = 0
    var right = series.row(after: 0)
    for step in 0..<count {
      let time = begin + Double(step) / rate
      while right < series.count, series.times[right] <= time {
        left = right
        right = series.row(after: left)
      }
      // At the very end there is nothing to the right, and no weight on it either.
      if right == series.count { right = left }
      let span = series.times[right] - series.times[left]
      let share = span > 0 ? min(max((time - series.times[left]) / span, 0), 1) : 0
      if share > 0 { largestPause = max(largestPause, span * rate) }
      if span > largestGap, share > 0 { isGap[step] = true }
      for (channel, column) in wanted {
        let (a, b) = (series.values[left * width + column], series.values[right * width + column])
        // A neighbour that is not finite does not matter where it has no weight.
        values[step * channelCount + channel] = Float(share == 0 ? a : a + (b - a) * share)
      }
    }
  }

  /// Starts of the windows that hold no gap, each a hop behind the last; and how many do.
  package func windowStarts(length: Int, hop: Int) -> (starts: [Int], skippedCount: Int) {
    precondition(length > 0 && hop > 0, "a window and a hop have steps")
    guard count >= length else { return ([], 0) }
    var starts: [Int] = []
    var skipped = 0
    for start in stride(from: 0, through: count - length, by: hop) {
      if isGap[start..<start + length].contains(true) { skipped += 1 } else { starts.append(start) }
    }
    return (starts, skipped)
  }

  /// The elements of a window, row-major.
  package func window(at start: Int, length: Int) -> ArraySlice<Float> {
    values[start * channelCount..<(start + length) * channelCount]
  }
}

extension Series {
  /// The first row of a later time, or the number of rows.
  fileprivate func row(after row: Int) -> Int {
    var next = row + 1
    while next < count, times[next] == times[row] { next += 1 }
    return min(next, count)
  }
}
