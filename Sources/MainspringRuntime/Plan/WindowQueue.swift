// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Windows that come one by one, as many of them computed together as a batch has lanes: how
/// archives are walked.
package struct WindowQueue: ~Copyable {
  private var session: BatchSession
  /// By output: what is handed out, one window after the other.
  private var results: [[Float]]
  /// Windows in the first lanes.
  private var waiting = 0
  /// Windows that were handed out.
  package private(set) var count: Int = 0

  /// - Parameter windowCount: how many will come, if that is known: fewer than lanes need less
  ///   memory.
  package init(_ plan: Plan, windowCount: Int = .max) {
    session = BatchSession(plan, laneCount: max(min(windowCount, 4), 1))
    results = plan.outputs.map { [Float](repeating: 0, count: $0.shape.elementCount) }
  }

  /// Takes a window in; once every lane has one, the results of all are handed out.
  ///
  /// - Parameters:
  ///   - window: the elements of each of the plan's inputs.
  ///   - refusal: what is thrown when elements are not as many as an input has.
  ///   - body: takes the window's number and the elements of each output.
  package mutating func append<Failure: Error>(
    _ window: [[Float]], refusal: (RunError) -> Failure,
    _ body: (_ window: Int, _ outputs: [[Float]]) throws(Failure) -> Void
  ) throws(Failure) {
    precondition(window.count == session.plan.inputs.count, "an array for each input")
    do throws(RunError) {
      for (input, values) in window.enumerated() {
        try session.setInput(input, values.span, lane: waiting)
      }
    } catch {
      throw refusal(error)
    }
    waiting += 1
    if waiting == session.laneCount { try finish(body) }
  }

  /// Computes the windows that still wait for others.
  package mutating func finish<Failure: Error>(
    _ body: (_ window: Int, _ outputs: [[Float]]) throws(Failure) -> Void
  ) throws(Failure) {
    session.run(lanes: waiting)
    let ready = waiting
    waiting = 0
    for lane in 0..<ready {
      takeResults(lane)
      try body(count, results)
      count += 1
    }
  }

  private mutating func takeResults(_ lane: Int) {
    for output in results.indices {
      var span = results[output].mutableSpan
      do throws(RunError) {
        try session.copyOutput(output, into: &span, lane: lane)
      } catch {
        preconditionFailure("outputs of the plan's sizes: \(error)")
      }
    }
  }
}
