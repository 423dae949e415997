// SPDX-License-Identifier: Apache-2.0

import Mainspring

/// Where the time of a window goes.
enum BenchProfile {
  /// The median time of each operator, in the order they run; what was fused into one is named with
  /// it.
  static func parts(
    _ plan: Plan, _ windows: [[[Float]]], _ session: inout Session, count: Int
  ) throws(Failure) -> [BenchMeasurement.Part] {
    let operations = plan.operations
    var times = operations.map { _ in [Int64]() }
    for iteration in 0..<count {
      let window = windows[iteration % windows.count]
      do throws(RunError) {
        for (input, values) in window.enumerated() { try session.setInput(input, values.span) }
      } catch {
        throw Failure(.software, "\(error)")
      }
      var last = Clock.now()
      for (index, operation) in operations.enumerated() where !operation.steps.isEmpty {
        session.run(steps: operation.steps)
        let now = Clock.now()
        times[index].append(now - last)
        last = now
      }
    }
    let clock = clockCost()
    var parts: [BenchMeasurement.Part] = []
    for (index, operation) in operations.enumerated() {
      let sorted = times[index].sorted()
      if sorted.isEmpty {
        // Without steps of its own: done by the one before, or there is nothing to do.
        guard let before = parts.last, operation.isFused else { continue }
        parts[parts.count - 1] = BenchMeasurement.Part(
          name: before.name, kind: before.kind + " + " + operation.kind,
          multiplyAccumulates: before.multiplyAccumulates + operation.multiplyAccumulates,
          time: before.time)
        continue
      }
      parts.append(
        BenchMeasurement.Part(
          name: operation.name, kind: operation.kind,
          multiplyAccumulates: operation.multiplyAccumulates,
          time: max(sorted[sorted.count / 2] - clock, 0)))
    }
    return parts
  }

  /// What asking for the time costs.
  private static func clockCost() -> Int64 {
    var costs: [Int64] = []
    for _ in 0..<100 {
      let begin = Clock.now()
      costs.append(Clock.now() - begin)
    }
    return costs.sorted()[50]
  }
}
