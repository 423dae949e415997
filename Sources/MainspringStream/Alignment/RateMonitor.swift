// SPDX-License-Identifier: Apache-2.0

/// What a sensor's own clock says about its rate, judged every 64 samples.
///
/// Lost samples do not make a clock slow: each interval counts as a whole number of promised
/// periods, and the sensor's period is what fits them best. Nor do bursts make it fast: what comes
/// in one is made up for by the pause before it.
struct RateMonitor: BitwiseCopyable {
  /// Samples a second that were promised; 0 for any.
  let promised: Double
  /// Samples a second in the last 64 intervals; 0 before.
  private(set) var measured: Double = 0

  private var intervals: Int32 = 0
  private var periods: Int64 = 0
  private var fewest: Int64 = 0
  private var nanoseconds: Int64 = 0

  private static var intervalCount: Int32 {
    @_noAllocation @_noLocks get { 64 }
  }

  init(promised: Double) { self.promised = promised }

  /// Counts the time between two samples that followed each other.
  ///
  /// - Returns: whether ``measured`` is new.
  @_noAllocation @_noLocks
  mutating func add(_ interval: Int64) -> Bool {
    let count = Int64(min(Double(interval) * promised / 1e9 + 0.5, 1e12))
    fewest = intervals == 0 ? count : min(fewest, count)
    periods += count
    nanoseconds &+= interval
    intervals += 1
    guard intervals == RateMonitor.intervalCount else { return false }
    let seconds = max(Double(nanoseconds), 1) / 1e9
    let mean = Double(intervals) / seconds
    // Every second one lost all the time is no loss, but half the rate.
    let fitting = Double(periods) / Double(max(fewest, 1)) / seconds
    measured = mean > promised ? mean : fitting
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
