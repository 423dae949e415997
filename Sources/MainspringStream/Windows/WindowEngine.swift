// SPDX-License-Identifier: Apache-2.0

import MainspringRuntime

/// What computes the windows of a stream.
struct WindowEngine: ~Copyable {
  /// One of the three is there.
  private var session: Session?
  private var incremental: IncrementalSession?
  private var stateful: StatefulSession?
  let mode: WindowPlan.Mode

  init(_ plan: WindowPlan) {
    if plan.mode == .stateful {
      stateful = StatefulSession(plan.plan)
      mode = .stateful
    } else if let shared = plan.incremental {
      incremental = IncrementalSession(shared)
      mode = .incremental
    } else {
      session = Session(plan.plan)
      mode = .whole
    }
  }

  /// The next window has nothing to do with the one before.
  @_noAllocation @_noLocks
  mutating func restart() {
    incremental?.restart()
    stateful?.restart()
  }

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
    var result = output.mutableSpan(0..<output.count)
    switch mode {
    case .incremental:
      return unsafe incremental?.attempt(rows.windowBuffer().span, &result) ?? nil
    case .stateful: return unsafe stateful?.attempt(rows.windowBuffer().span, &result) ?? nil
    case .whole: return unsafe session?.attempt(rows.windowBuffer().span, &result) ?? nil
    }
  }
}

/// Spans end before an error is thrown: the compiler cannot see otherwise that they free nothing.
extension Session {
  @_noAllocation @_noLocks
  fileprivate mutating func attempt(
    _ window: Span<Float>, _ result: inout MutableSpan<Float>
  ) -> RunError? {
    do throws(RunError) {
      try run(window, into: &result)
      return nil
    } catch {
      return error
    }
  }
}

extension IncrementalSession {
  @_noAllocation @_noLocks
  fileprivate mutating func attempt(
    _ window: Span<Float>, _ result: inout MutableSpan<Float>
  ) -> RunError? {
    do throws(RunError) {
      try run(window, into: &result)
      return nil
    } catch {
      return error
    }
  }
}

extension StatefulSession {
  @_noAllocation @_noLocks
  fileprivate mutating func attempt(
    _ window: Span<Float>, _ result: inout MutableSpan<Float>
  ) -> RunError? {
    do throws(RunError) {
      try run(window, into: &result)
      return nil
    } catch {
      return error
    }
  }
}
