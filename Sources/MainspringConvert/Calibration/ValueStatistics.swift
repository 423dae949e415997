// SPDX-License-Identifier: Apache-2.0

/// What was seen of one value, as a whole and by channel.
struct ValueStatistics: Sendable {
  private(set) var histogram = FloatHistogram()
  private(set) var channels: ChannelStatistics

  init(channelCount: Int) { channels = ChannelStatistics(count: channelCount) }

  /// - Returns: false when a value is not finite.
  mutating func add(_ values: [Float]) -> Bool {
    guard histogram.add(values) else { return false }
    channels.add(values)
    return true
  }
}

/// Extremes and means along the innermost axis.
struct ChannelStatistics: Sendable {
  private(set) var minimum: [Float]
  private(set) var maximum: [Float]
  private var sum: [Double]
  private var rowCount = 0

  init(count: Int) {
    minimum = [Float](repeating: .infinity, count: count)
    maximum = [Float](repeating: -.infinity, count: count)
    sum = [Double](repeating: 0, count: count)
  }

  mutating func add(_ values: [Float]) {
    let width = minimum.count
    guard width > 0 else { return }
    let rows = values.count / width
    for row in 0..<rows {
      for channel in 0..<width {
        let value = values[row * width + channel]
        minimum[channel] = min(minimum[channel], value)
        maximum[channel] = max(maximum[channel], value)
        sum[channel] += Double(value)
      }
    }
    rowCount += rows
  }

  var means: [Float] { rowCount == 0 ? [] : sum.map { Float($0 / Double(rowCount)) } }
}
