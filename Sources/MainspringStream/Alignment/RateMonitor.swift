// SPDX-License-Identifier: Apache-2.0

/// What a sensor's own clock says about its rate, judged every 64 samples.
///
/// Lost samples do not count: each interval is a whole number of promised periods, and the sensor's
/// period is what fits all of them.
struct RateMonitor: BitwiseCopyable {
  /// Samples a second that were promised; 0 for any.
  let promised: Double
  /// Samples a second in the last 64 intervals; 0 before.
  private(set) var measured: Double = 0

  private var intervals: Int32 = 0
  private var periods: Double = 0
  private var fewest: Double = 0
  private var nanoseconds: Double = 0

  private static var intervalCount: Int32 {
    @_noAllocation @_noLocks get { 64 }
  }

  init(promised: Double) { self.promised = promised }

  /// Counts the time between two samples that followed each other.
  ///
  /// - Returns: whether ``measured`` is new.
  @_noAllocation @_noLocks
  mutating func add(_ interval: Int64) -> Bool {
    let time = Double(interval)
    // Without a promise, every interval is a period.
    let count = promised > 0 ? Double(max(Int64(time * promised / 1e9 + 0.5), 1)) : 1
    fewest = intervals == 0 ? count : min(fewest, count)
    periods += count
    nanoseconds += time
    intervals += 1
    guard intervals == RateMonitor.intervalCount else { return false }
    measured = periods / fewest / (nanoseconds / 1e9)
    (intervals, periods, nanoseconds) = (0, 0, 0)
    return true
  }

  /// How far the rate is off, as a share of the promise; 0 without one.
  var deviation: Double {
    @_noAllocation @_noLocks get {
      promised > 0 && measured > 0 ? abs(measured / promised - 1) : 0
    }
  }

  /// From here on a rate is reported.
  static var reported: Double {
    @_noAllocation @_noLocks get { 0.05 }
  }
  /// From here on a rate is refused.
  static var refused: Double {
    @_noAllocation @_noLocks get { 0.2 }
  }
}

/// The rate of a sensor.
public struct SensorRate: Hashable, Sendable {
  /// Samples a second that were promised; nil for any.
  public let promised: Double?
  /// Samples a second by the sensor's own time stamps; nil before 64 samples came.
  public let measured: Double?
  /// Off by more than 5 %.
  public let isOff: Bool
}
