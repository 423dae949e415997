// SPDX-License-Identifier: Apache-2.0

import MainspringRuntime

/// What computes the windows of a stream.
struct WindowEngine: ~Copyable {
  private var session: Session
  let isIncremental: Bool

  init(_ plan: WindowPlan) {
    session = Session(plan.plan)
    isIncremental = false
  }

  /// The next window has nothing to do with the one before.
  @_noAllocation @_noLocks
  mutating func restart() {}

  /// Computes the window that follows the one before by a hop.
  @_noAllocation @_noLocks
  mutating func run(
    _ rows: borrowing RowRing, into output: inout FloatBlock
  ) throws(RunError) {
    if let failure = compute(rows, &output) { throw failure }
  }

  @_noAllocation @_noLocks
  private mutating func compute(
    _ rows: borrowing RowRing, _ output: inout FloatBlock
  ) -> RunError? {
    if let failure = setInput(rows) { return failure }
    session.run()
    var result = output.mutableSpan(0..<output.count)
    return session.attemptCopy(&result)
  }

  @_noAllocation @_noLocks
  private mutating func setInput(_ rows: borrowing RowRing) -> RunError? {
    unsafe session.attemptInput(rows.windowBuffer().span)
  }
}

/// Spans end before an error is thrown: the compiler cannot see otherwise that they free nothing.
extension Session {
  @_noAllocation @_noLocks
  fileprivate mutating func attemptInput(_ window: Span<Float>) -> RunError? {
    do throws(RunError) {
      try setInput(0, window)
      return nil
    } catch {
      return error
    }
  }

  @_noAllocation @_noLocks
  fileprivate func attemptCopy(_ result: inout MutableSpan<Float>) -> RunError? {
    do throws(RunError) {
      try copyOutput(0, into: &result)
      return nil
    } catch {
      return error
    }
  }
}
