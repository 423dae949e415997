// SPDX-License-Identifier: Apache-2.0

/// Where the waiting samples of one sensor are, and how far its clock has come.
///
/// Samples are sorted by time in a ring of slots; ``SampleAligner`` holds what is in the slots.
struct SensorState: BitwiseCopyable {
  /// Values of a sample.
  let width: Int
  /// Its first entry in the list of channels.
  let firstChannel: Int
  /// Values of this magnitude and above are saturated.
  let limit: Float
  var monitor: RateMonitor
  /// The monitor has something to say that was not looked at.
  var hasNewRate: Bool = false

  /// Slot of the oldest sample, and how many there are.
  var head: Int = 0
  var count: Int = 0
  /// Time of the newest sample that came.
  var newest: Int64 = .min
  /// Nothing up to this time is wanted any more.
  var floor: Int64 = .min
  /// Samples in a row that agree that the clock was set back, and the time of the last of them.
  var behindCount: Int = 0
  var behindTime: Int64 = 0

  init(width: Int, firstChannel: Int, limit: Float, rate: Double?) {
    self.width = width
    self.firstChannel = firstChannel
    self.limit = limit
    monitor = RateMonitor(promised: rate ?? 0)
  }

  /// Forgets the clock; samples must be gone.
  @_noAllocation @_noLocks
  mutating func forget() {
    (head, count, newest, floor) = (0, 0, .min, .min)
    (behindCount, behindTime) = (0, 0)
  }
}
