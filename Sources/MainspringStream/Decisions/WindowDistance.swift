// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

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
    var total: Float = 0
    for channel in 0..<channelCount {
      let (mean, deviation) = WindowDistance.statistics(window, channel, of: channelCount)
      total += square(channel, mean, deviation)
    }
    return WindowDistance.root(total / Float(2 * channelCount))
  }

  /// The same of a window's features: by channel the mean, then by channel the deviation.
  func measure(features: ArraySlice<Float>) -> Float {
    if channelCount == 0 { return 0 }
    let first = features.startIndex
    var total: Float = 0
    for channel in 0..<channelCount {
      total += square(channel, features[first + channel], features[first + channelCount + channel])
    }
    return WindowDistance.root(total / Float(2 * channelCount))
  }

  @_noAllocation @_noLocks
  private func square(_ channel: Int, _ mean: Float, _ deviation: Float) -> Float {
    let a = (mean - center[channel]) / spread[channel]
    let b = (deviation - center[channelCount + channel]) / spread[channelCount + channel]
    return a * a + b * b
  }

  @_noAllocation @_noLocks
  static func statistics(
    _ window: Span<Float>, _ channel: Int, of channelCount: Int
  ) -> (mean: Float, deviation: Float) {
    let rows = Float(window.count / channelCount)
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
  private static func root(_ x: Float) -> Float {
    guard x > .leastNormalMagnitude, x < .infinity else { return x > 0 ? x : 0 }
    // Half the exponent is a guess within 6 %.
    var y = Float(bitPattern: (x.bitPattern >> 1) + 0x1fbd_1df5)
    for _ in 0..<3 { y = 0.5 * (y + x / y) }
    return y
  }
}
