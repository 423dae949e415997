// SPDX-License-Identifier: Apache-2.0

/// Room for the waiting samples of all sensors: a time, values, and whether a row used it.
@safe struct SampleSlots: ~Copyable, @unchecked Sendable {
  private struct Slot: BitwiseCopyable {
    var time: Int64 = 0
    var isUsed: Bool = false
  }

  private let slots: UnsafeMutablePointer<Slot>
  private let values: FloatBlock
  let count: Int
  /// Values between neighbouring samples.
  let width: Int

  init(count: Int, width: Int) {
    self.count = count
    self.width = width
    unsafe slots = UnsafeMutablePointer<Slot>.allocate(capacity: max(count, 1))
    unsafe slots.initialize(repeating: Slot(), count: max(count, 1))
    values = FloatBlock(count: count * width)
  }

  deinit { unsafe slots.deallocate() }

  @_noAllocation @_noLocks
  func time(_ slot: Int) -> Int64 {
    precondition(slot >= 0 && slot < count, "a slot")
    return unsafe slots[slot].time
  }

  @_noAllocation @_noLocks
  func isUsed(_ slot: Int) -> Bool {
    precondition(slot >= 0 && slot < count, "a slot")
    return unsafe slots[slot].isUsed
  }

  /// - Returns: whether it was not used before.
  @_noAllocation @_noLocks
  func use(_ slot: Int) -> Bool {
    if isUsed(slot) { return false }
    unsafe slots[slot].isUsed = true
    return true
  }

  @_noAllocation @_noLocks
  func value(_ slot: Int, _ index: Int) -> Float { values[slot * width + index] }

  @_noAllocation @_noLocks
  func set(_ slot: Int, _ time: Int64, _ sample: Span<Float>) {
    precondition(slot >= 0 && slot < count, "a slot")
    unsafe slots[slot] = Slot(time: time, isUsed: false)
    values.write(sample, at: slot * width)
  }

  @_noAllocation @_noLocks
  func move(_ from: Int, to target: Int) {
    precondition(from >= 0 && from < count && target >= 0 && target < count, "two slots")
    unsafe slots[target] = slots[from]
    values.move(from: from * width, count: width, to: target * width)
  }
}
