// SPDX-License-Identifier: Apache-2.0

/// Intervals of a clock in sixteenths of its promised period, up to four periods; longer ones are
/// pauses and say nothing.
struct IntervalHistogram: BitwiseCopyable {
  private var bins = InlineArray<64, UInt16>(repeating: 0)
  private var count: Double = 0
  private var periods: Double = 0

  private static var scale: Double {
    @_noAllocation @_noLocks get { 16 }
  }

  init() {}

  /// - Parameter interval: in promised periods, above 0.
  @_noAllocation @_noLocks
  mutating func add(_ interval: Double) {
    let place = interval * IntervalHistogram.scale
    guard place < 64 else { return }
    let bin = Int(place)
    guard bins[bin] < .max else { return }
    bins[bin] += 1
    count += 1
    periods += interval
  }

  @_noAllocation @_noLocks
  mutating func removeAll() {
    for bin in 0..<64 { bins[bin] = 0 }
    (count, periods) = (0, 0)
  }

  /// How often the clock ticks in a promised period, when each interval is a whole number of ticks.
  ///
  /// - Parameter count: all intervals, with those that are pauses.
  /// - Returns: 0 when most of them are pauses.
  /// - Complexity: eight walks over the bins.
  @_noAllocation @_noLocks
  func clock(count all: Double) -> Double {
    guard count > 0, count >= all / 4 else { return 0 }
    var tick = lowerThird
    for _ in 0..<8 {
      var ticks = 0.0
      for bin in 0..<64 where bins[bin] > 0 {
        ticks += Double(bins[bin]) * Double(Int(middle(of: bin) / tick + 0.5))
      }
      guard ticks > 0 else { return 0 }
      let fitting = periods / ticks
      if fitting == tick { break }
      tick = fitting
    }
    return 1 / tick
  }

  /// The interval that a third of them do not exceed.
  private var lowerThird: Double {
    @_noAllocation @_noLocks get {
      var below = 0.0
      for bin in 0..<64 {
        below += Double(bins[bin])
        if below * 3 >= count { return middle(of: bin) }
      }
      return middle(of: 63)
    }
  }

  @_noAllocation @_noLocks
  private func middle(of bin: Int) -> Double { (Double(bin) + 0.5) / IntervalHistogram.scale }
}
