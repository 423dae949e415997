// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments

/// Many windows at once, beside the same ones one after the other.
struct BenchBatch {
  let windowCount: Int
  /// The median time of a window among the others, in nanoseconds.
  let together: Int64
  /// The median time of a window alone, taken in turns with the above.
  let alone: Int64

  /// Results together are compared with those alone, bit by bit, in every round.
  ///
  /// - Parameter windows: used again from the first on when there are fewer than `count`.
  init(
    _ plan: Plan, _ windows: BenchWindows, count: Int, path: String
  ) throws(Failure) {
    windowCount = count
    let size = plan.outputs[0].shape.elementCount
    let chosen = (0..<count).map { windows.windows[$0 % windows.windows.count][0] }
    let flat = Array(chosen.joined())
    var results = [Float](repeating: 0, count: count * size)
    var expected = [[Float]](repeating: [Float](repeating: 0, count: size), count: count)
    var isSame = true
    var together: [Int64] = []
    var alone: [Int64] = []
    do throws(RunError) {
      var batch = BatchSession(plan)
      var session = Session(plan)
      let end = Clock.now() + BenchBatch.duration
      var progress = Progress("\(path), \(count) windows at once", total: nil)
      while together.count < BenchBatch.leastRounds || Clock.now() < end {
        let begin = Clock.now()
        try BenchBatch.run(&batch, flat, &results)
        let middle = Clock.now()
        for index in 0..<count {
          try BenchBatch.run(&session, chosen[index], &expected[index])
        }
        let last = Clock.now()
        together.append((middle - begin) / Int64(count))
        alone.append((last - middle) / Int64(count))
        progress.update(together.count)
        isSame = zip(results, expected.joined()).allSatisfy { $0.bitPattern == $1.bitPattern }
        if !isSame { break }
      }
      progress.finish()
    } catch {
      throw Failure(.badData, "\(path): \(error)")
    }
    guard isSame else {
      throw Failure(
        .software, "\(path): expected the results of windows alone, found others together")
    }
    self.together = together.sorted()[together.count / 2]
    self.alone = alone.sorted()[alone.count / 2]
  }

  /// Floats of all windows and results; 1 GiB.
  private static let mostFloats = 1 << 28

  /// - Throws: ``Failure`` when the model has other ports than one input and one output, or so many
  ///   windows take too much memory.
  static func check(
    _ plan: Plan, count: Int, _ path: String, _ arguments: ParsedArguments
  ) throws(Failure) {
    guard plan.inputs.count == 1, plan.outputs.count == 1 else {
      throw Failure(
        .badData,
        """
        \(path): expected a model with one input and one output for '--batch', found \
        \(plan.inputs.count) and \(plan.outputs.count)
        """)
    }
    let size = 2 * (plan.inputs[0].shape.elementCount + plan.outputs[0].shape.elementCount)
    guard count <= mostFloats / max(size, 1) else {
      throw Failure(
        usage: """
          '--batch': expected at most \(mostFloats / max(size, 1)) windows of \(path), found \
          \(count)
          """, arguments)
    }
  }

  private static let duration: Int64 = 1_000_000_000
  private static let leastRounds = 5

  private static func run(
    _ session: inout BatchSession, _ windows: [Float], _ results: inout [Float]
  ) throws(RunError) {
    var span = results.mutableSpan
    try session.runBatch(windows.span, into: &span)
  }

  private static func run(
    _ session: inout Session, _ window: [Float], _ result: inout [Float]
  ) throws(RunError) {
    var span = result.mutableSpan
    try session.run(window.span, into: &span)
  }
}
