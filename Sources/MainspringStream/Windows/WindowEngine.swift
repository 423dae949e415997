// SPDX-License-Identifier: Apache-2.0

import MainspringRuntime

/// What computes the windows of a stream.
struct WindowEngine: ~Copyable {
  /// One of the three is there. Each is assigned once: to take the place of a `nil`, its end would
  /// have to be known here.
  private var session: Optional<Session>
  private var incremental: Optional<IncrementalSession>
  private var stateful: Optional<StatefulSession>
  let mode: WindowPlan.Mode

  init(_ plan: WindowPlan) {
    let isStateful = plan.mode == .stateful
    let shared = isStateful ? nil : plan.incremental
    mode = isStateful ? .stateful : shared == nil ? .whole : .incremental
    stateful = isStateful ? StatefulSession(plan.plan) : nil
    incremental = shared.map { IncrementalSession($0) }
    session = isStateful || shared != nil ? nil : Session(plan.plan)
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
