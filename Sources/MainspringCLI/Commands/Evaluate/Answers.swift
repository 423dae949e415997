// SPDX-License-Identifier: Apache-2.0

import Mainspring

/// What a model answers to windows that come one by one; some are computed together.
struct Answers: ~Copyable {
  /// The first output of each window that was computed.
  private(set) var outputs: [[Float]] = []
  private var session: BatchSession
  private var waiting = 0
  private let size: Int

  init(_ plan: Plan) {
    session = BatchSession(plan)
    size = plan.outputs[0].shape.elementCount
  }

  /// - Parameter window: the elements of each input.
  mutating func append(_ window: [[Float]]) throws(Failure) {
    for (index, values) in window.enumerated() {
      do throws(RunError) {
        try session.setInput(index, values.span, lane: waiting)
      } catch {
        throw Failure(.software, "\(error)")
      }
    }
    waiting += 1
    if waiting == session.laneCount { try finish() }
  }

  /// Computes the windows that still wait for others.
  mutating func finish() throws(Failure) {
    session.run(lanes: waiting)
    var result = [Float](repeating: 0, count: size)
    for lane in 0..<waiting {
      do throws(RunError) {
        var span = result.mutableSpan
        try session.copyOutput(0, into: &span, lane: lane)
      } catch {
        // Sizes were taken from the plan: the engine has no reason to refuse them.
        throw Failure(.software, "\(error)")
      }
      outputs.append(result)
    }
    waiting = 0
  }
}
