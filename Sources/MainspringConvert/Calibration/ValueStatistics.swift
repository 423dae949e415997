// SPDX-License-Identifier: Apache-2.0

/// What was seen of one value, as a whole or by channel.
struct ValueStatistics: Sendable {
  /// One for each channel of the innermost axis, or a single one.
  private var histograms: [FloatHistogram]

  init(channelCount: Int) {
    histograms = [FloatHistogram](repeating: FloatHistogram(), count: max(channelCount, 1))
  }

  /// Takes the elements of one window in.
  ///
  /// - Returns: false when a value is not finite.
  mutating func add(_ values: [Float]) -> Bool {
    let width = histograms.count
    if width == 1 { return histograms[0].add(values) }
    var channel = 0
    for value in values {
      if !histograms[channel].add(value) { return false }
      channel = channel + 1 == width ? 0 : channel + 1
    }
    return true
  }

  /// All channels together.
  var histogram: FloatHistogram {
    var result = histograms[0]
    for other in histograms.dropFirst() { result.merge(other) }
    return result
  }

  /// The range of each channel; empty when channels are not told apart.
  ///
  /// The entropy of a channel alone says nothing about what it is worth beside others: with that
  /// method a channel has the range it was seen in.
  func channelBounds(_ method: CalibrationMethod) -> [Bounds] {
    if histograms.count == 1 { return [] }
    return histograms.compactMap { $0.bounds(method == .entropy ? .minMax : method) }
  }
}
