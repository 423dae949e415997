// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph

extension KnownWindows {
  /// Fits mean and spread to windows, and the limit to what the given share of them keeps to.
  ///
  /// - Parameters:
  ///   - windows: each `[rows × channels]`, of equal length.
  ///   - share: of the windows within the limit, such as 0.995.
  /// - Returns: nil with fewer than two windows.
  public static func fitted(
    to windows: [[Float]], channelCount: Int, share: Float
  ) -> KnownWindows? {
    guard channelCount >= 1 else { return nil }
    var features: [[Float]] = []
    for window in windows {
      features.append(Self.features(of: window.span, channelCount: channelCount))
    }
    return fitted(toFeatures: features, channelCount: channelCount, share: share)
  }

  /// The same with what is compared of each window.
  package static func fitted(
    toFeatures features: [[Float]], channelCount: Int, share: Float
  ) -> KnownWindows? {
    guard features.count >= 2, channelCount >= 1 else { return nil }
    var known = KnownWindows(
      center: [Float](repeating: 0, count: 2 * channelCount),
      spread: [Float](repeating: 1, count: 2 * channelCount), limit: 1)
    let count = Float(features.count)
    for index in 0..<2 * channelCount {
      let mean = features.reduce(0) { $0 + $1[index] } / count
      let square = features.reduce(0) { $0 + ($1[index] - mean) * ($1[index] - mean) } / count
      known.center[index] = mean
      // A channel that never changes still has a resolution.
      known.spread[index] = max(square.squareRoot(), 1e-3 * max(abs(mean), 1e-3))
    }
    let distances = known.distances(of: features.flatMap { $0 }).sorted()
    let last = min(Int(share * count), distances.count - 1)
    known.limit = max(distances[max(last, 0)], .leastNormalMagnitude)
    return known
  }

  /// What is compared of a window `[rows × channels]`: by channel the mean, then by channel the
  /// deviation.
  package static func features(of window: Span<Float>, channelCount: Int) -> [Float] {
    let all = (0..<channelCount).map {
      WindowDistance.statistics(window, $0, of: channelCount)
    }
    return all.map { $0.mean } + all.map { $0.deviation }
  }

  /// The distances a stream gives to windows, of their features, `[windows × 2·channels]`.
  package func distances(of features: [Float]) -> [Float] {
    let distance = WindowDistance(self)
    let width = max(center.count, 1)
    return stride(from: 0, to: features.count, by: width).map {
      distance.measure(features: features[$0..<$0 + width])
    }
  }
}
