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
    let window = unsafe rows.windowBuffer()
    let buffer = unsafe output.mutableBuffer(0..<output.count)
    var result = unsafe buffer.mutableSpan
    switch mode {
    case .incremental: try unsafe incremental?.run(window.span, into: &result)
    case .stateful: try unsafe stateful?.run(window.span, into: &result)
    case .whole: try unsafe session?.run(window.span, into: &result)
    }
  }
}
