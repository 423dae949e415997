// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph

/// How far a window is from those a model knows; see ``KnownWindows``.
struct WindowDistance: ~Copyable {
  private let center: FloatBlock
  private let spread: FloatBlock
  private let channelCount: Int

  /// - Parameter known: nil for a distance that is always 0.
  init(_ known: KnownWindows?) {
    center = FloatBlock(known?.center ?? [])
    spread = FloatBlock(known?.spread ?? [])
    channelCount = center.count / 2
  }

  /// - Parameter window: `[rows × channels]`.
  /// - Complexity: O(rows · channels).
  @_noAllocation @_noLocks
  func measure(_ rows: borrowing RowRing) -> Float {
    unsafe channelCount == 0 ? 0 : measure(rows.windowBuffer().span)
  }

  @_noAllocation @_noLocks
  func measure(_ window: Span<Float>) -> Float {
    if channelCount == 0 { return 0 }
    let rows = Float(window.count / channelCount)
    var total: Float = 0
    for channel in 0..<channelCount {
      let (mean, deviation) = statistics(window, channel, rows)
      let a = (mean - center[channel]) / spread[channel]
      let b = (deviation - center[channelCount + channel]) / spread[channelCount + channel]
      total += a * a + b * b
    }
    return root(total / Float(2 * channelCount))
  }

  @_noAllocation @_noLocks
  private func statistics(
    _ window: Span<Float>, _ channel: Int, _ rows: Float
  ) -> (mean: Float, deviation: Float) {
    var sum: Float = 0
    var index = channel
    while index < window.count {
      sum += window[index]
      index += channelCount
    }
    let mean = sum / rows
    var squares: Float = 0
    index = channel
    while index < window.count {
      let difference = window[index] - mean
      squares += difference * difference
      index += channelCount
    }
    return (mean, root(squares / rows))
  }

  /// √x to a few units in the last place, by Newton's method: the library's function is not known to
  /// take no lock.
  @_noAllocation @_noLocks
  private func root(_ x: Float) -> Float {
    guard x > .leastNormalMagnitude, x < .infinity else { return x > 0 ? x : 0 }
    // Half the exponent is a guess within 6 %.
    var y = Float(bitPattern: (x.bitPattern >> 1) + 0x1fbd_1df5)
    for _ in 0..<3 { y = 0.5 * (y + x / y) }
    return y
  }
}

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
    guard windows.count >= 2, channelCount >= 1 else { return nil }
    let flat = KnownWindows(
      center: [Float](repeating: 0, count: 2 * channelCount),
      spread: [Float](repeating: 1, count: 2 * channelCount), limit: 1)
    let plain = WindowDistance(flat)
    var features: [[Float]] = []
    for window in windows { features.append(plain.features(window.span)) }
    var known = flat
    let count = Float(windows.count)
    for index in 0..<2 * channelCount {
      let mean = features.reduce(0) { $0 + $1[index] } / count
      let square = features.reduce(0) { $0 + ($1[index] - mean) * ($1[index] - mean) } / count
      known.center[index] = mean
      // A channel that never changes still has a resolution.
      known.spread[index] = max(square.squareRoot(), 1e-3 * max(abs(mean), 1e-3))
    }
    let fitted = WindowDistance(known)
    let distances = windows.map { fitted.measure($0.span) }.sorted()
    let last = min(Int(share * count), distances.count - 1)
    known.limit = max(distances[max(last, 0)], .leastNormalMagnitude)
    return known
  }
}

extension WindowDistance {
  /// What is compared of a window: by channel the mean, then by channel the deviation.
  fileprivate func features(_ window: Span<Float>) -> [Float] {
    let rows = Float(window.count / channelCount)
    let all = (0..<channelCount).map { statistics(window, $0, rows) }
    return all.map { $0.mean } + all.map { $0.deviation }
  }
}
