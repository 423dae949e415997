// SPDX-License-Identifier: Apache-2.0

/// What a sensor's own clock says about its rate.
///
/// Samples are counted in blocks of at least 64 intervals and at least 64 promised periods of time.
/// Two figures speak for a rate, and a sensor is off only where both say so:
///
/// - the mean, samples by time. A burst is made up for by the pauses before it: what they owe, up to
///   a minute's samples, is taken off a block that has too many. So nothing but a sensor that is too
///   fast has too many for long.
/// - where the mean is too low, the clock behind the intervals: from the interval that a third of
///   them keep to on, each counts as a whole number of periods, and the period is what fits them
///   best. So lost samples make a stream sparse and not slow; a slow sensor has its intervals
///   around one value above the promised period, whatever the jitter.
///
/// And of two blocks that follow each other the one nearer to the promise counts, or the promise if
/// they are off to different sides: a burst at the very start has no pause before it.
///
/// Limits: jitter of more than 0.4 of a period either way looks like a faster clock, losses of more
/// than three in five like a slower one, and a slow sensor whose samples come in bursts like a fast
/// one that loses many. None but the second, or jitter of 0.4 with half of the samples lost, is reason
/// to refuse a sensor that keeps its promise.
struct RateMonitor: BitwiseCopyable {
  /// Samples a second that were promised; 0 for any.
  let promised: Double
  /// Samples a second, of the last two blocks; 0 before the first. The promise where what came
  /// agrees with it: it is sparse, or in bursts.
  private(set) var measured: Double = 0

  /// Of this block: samples after the first, and nanoseconds.
  private var count: Double = 0
  private var nanoseconds: Double = 0
  private var intervals = IntervalHistogram()
  /// Samples that were missing before this block.
  private var owed: Double = 0
  /// What the block before said; 0 without one.
  private var before: Double = 0
  private var isConfirmed = false

  init(promised: Double) { self.promised = promised }

  /// Counts the time between two samples that followed each other.
  ///
  /// - Returns: whether ``measured`` is new.
  @_noAllocation @_noLocks
  mutating func add(_ interval: Int64) -> Bool {
    count += 1
    nanoseconds += Double(interval)
    intervals.add(Double(interval) * promised / 1e9)
    guard count >= 64, nanoseconds >= (promised > 0 ? 64e9 / promised : 1e9) else { return false }
    let now = judged()
    measured = promised > 0 && before > 0 ? nearer(now, before) : now
    isConfirmed = before > 0
    before = now
    (count, nanoseconds) = (0, 0)
    intervals.removeAll()
    return true
  }

  /// What this block says, in samples a second.
  @_noAllocation @_noLocks
  private mutating func judged() -> Double {
    let seconds = nanoseconds / 1e9
    if promised == 0 { return count / seconds }
    let excess = count - seconds * promised
    let mean = (count - min(max(excess, 0), owed)) / seconds
    owed = min(max(owed - excess, 0), 60 * promised)
    if mean >= promised { return mean }
    return min(max(intervals.clock(count: count) * promised, mean), promised)
  }

  @_noAllocation @_noLocks
  private func nearer(_ a: Double, _ b: Double) -> Double {
    if (a > promised) != (b > promised) { return promised }
    return abs(a - promised) < abs(b - promised) ? a : b
  }

  /// How far the rate is off, as a share of the promise; 0 without one, and before two blocks.
  var deviation: Double {
    @_noAllocation @_noLocks get {
      promised > 0 && isConfirmed ? abs(measured / promised - 1) : 0
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
