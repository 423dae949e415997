// SPDX-License-Identifier: Apache-2.0

/// What the elements of one channel of an input are like.
public struct ChannelRange: Hashable, Sendable {
  public var mean: Float
  public var deviation: Float
  public var lowest: Float
  public var highest: Float

  public init(mean: Float, deviation: Float, lowest: Float, highest: Float) {
    self.mean = mean
    self.deviation = deviation
    self.lowest = lowest
    self.highest = highest
  }

  /// A channel after a standard scaler: mean 0, deviation 1, three deviations to either side.
  public static let normalized: ChannelRange = ChannelRange(-3, 3)

  /// A channel of which only the range is known, taken for six deviations wide.
  public init(_ lowest: Float, _ highest: Float) {
    self.init(
      mean: (lowest + highest) / 2, deviation: (highest - lowest) / 6, lowest: lowest,
      highest: highest)
  }
}

extension ProbeWindows {
  /// Mean, deviation and extremes of each channel of an input.
  ///
  /// - Parameter channels: the innermost extent of the input.
  /// - Complexity: O(elements).
  public func ranges(of input: Int, channels: Int) -> [ChannelRange] {
    let sizes = self.count == 0 ? 0 : self[0][input].count
    guard channels > 0, sizes > 0 else {
      return [ChannelRange](repeating: .normalized, count: max(channels, 0))
    }
    var sums = [Double](repeating: 0, count: channels)
    var squares = sums
    var lowest = [Float](repeating: .infinity, count: channels)
    var highest = [Float](repeating: -.infinity, count: channels)
    var totals = [Int](repeating: 0, count: channels)
    for index in 0..<count {
      for (position, value) in self[index][input].enumerated() where value.isFinite {
        let channel = position % channels
        totals[channel] += 1
        sums[channel] += Double(value)
        squares[channel] += Double(value) * Double(value)
        lowest[channel] = min(lowest[channel], value)
        highest[channel] = max(highest[channel], value)
      }
    }
    return (0..<channels).map { channel in
      guard lowest[channel] <= highest[channel] else { return .normalized }
      let total = Double(totals[channel])
      let mean = sums[channel] / total
      let variance = max(squares[channel] / total - mean * mean, 0)
      return ChannelRange(
        mean: Float(mean), deviation: Float(variance.squareRoot()), lowest: lowest[channel],
        highest: highest[channel])
    }
  }
}
