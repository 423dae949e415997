// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// What a decider knows of one class.
struct ClassState: BitwiseCopyable {
  let threshold: Float
  let isBackground: Bool
  /// Whether it has been convincing since ``start``.
  var isConvincing: Bool = false
  var start: Int64 = 0
  /// Whether an event is possible: it was quiet since the last one.
  var isArmed: Bool = true
  /// Time of the last event.
  var last: Int64 = .min
}

/// The states of all classes.
@safe struct ClassTable: ~Copyable, @unchecked Sendable {
  private let states: UnsafeMutablePointer<ClassState>
  let count: Int

  init(_ rules: DecisionRules) {
    count = rules.thresholds.count
    unsafe states = UnsafeMutablePointer<ClassState>.allocate(capacity: max(count, 1))
    for (index, threshold) in rules.thresholds.enumerated() {
      unsafe (states + index).initialize(
        to: ClassState(threshold: threshold, isBackground: rules.background.contains(index)))
    }
  }

  deinit { unsafe states.deallocate() }

  subscript(label: Int) -> ClassState {
    @_noAllocation @_noLocks get {
      precondition(label >= 0 && label < count, "a class")
      return unsafe states[label]
    }
    @_noAllocation @_noLocks nonmutating set {
      precondition(label >= 0 && label < count, "a class")
      unsafe states[label] = newValue
    }
  }
}
