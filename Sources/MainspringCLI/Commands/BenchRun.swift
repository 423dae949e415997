// SPDX-License-Identifier: Apache-2.0

import Mainspring

/// Runs windows and takes the time.
struct BenchRun: ~Copyable {
  private let plan: Plan
  private let windows: [[[Float]]]
  private var session: Session
  private var results: [[Float]]
  /// Of each window, from before the measurement.
  private var expected: [[[Float]]] = []
  /// Memory that fills every cache; empty for warm ones.
  private var evictor: [UInt8]

  private static let evictorByteCount = 96 << 20

  init(_ plan: Plan, _ windows: BenchWindows, evictsCaches: Bool) {
    self.plan = plan
    self.windows = windows.windows
    session = Session(plan)
    results = plan.outputs.map { [Float](repeating: 0, count: $0.shape.elementCount) }
    evictor = [UInt8](repeating: 1, count: evictsCaches ? BenchRun.evictorByteCount : 0)
  }

  /// The time of the first window, before anything else has run.
  mutating func first() throws(Failure) -> Int64 { try time(0) }

  /// - Parameters:
  ///   - firstRun: what ``first()`` took.
  ///   - rate: windows a second; nil for one after the other.
  mutating func measure(
    _ model: OpenedModel, _ graph: Graph, _ load: BenchMeasurement.Load, firstRun: Int64,
    rate: Double?, iterations: Int?, profiles: Bool
  ) throws(Failure) -> BenchMeasurement {
    for index in windows.indices {
      _ = try time(index)
      expected.append(results)
    }
    let isSteady = rate == nil && evictor.isEmpty
    let count: Int
    if let iterations { count = iterations } else { count = try chosenCount(rate) }
    if isSteady { try warmUp(count / 10) }
    let times: [Int64]
    if let rate {
      times = try paced(rate, count, model.path)
    } else {
      times = try steady(count, model.path)
    }
    return BenchMeasurement(
      model: model.path, precision: graph.precisionName, instructionSet: plan.instructionSet,
      multiplyAccumulates: plan.multiplyAccumulates, arenaByteCount: plan.arenaByteCount,
      weightByteCount: plan.weightByteCount, load: load, firstResult: load.total + firstRun,
      times: times.sorted(), isSteady: isSteady,
      parts: profiles
        ? try BenchProfile.parts(plan, windows, &session, count: min(count, 1000)) : [])
  }

  /// Runs one window, floats in to floats out.
  private mutating func time(_ index: Int) throws(Failure) -> Int64 {
    let window = windows[index]
    do throws(RunError) {
      if window.count == 1, results.count == 1 {
        let values = window[0]
        var result = results[0].mutableSpan
        let begin = Clock.now()
        try session.run(values.span, into: &result)
        return Clock.now() - begin
      }
      let begin = Clock.now()
      for (input, values) in window.enumerated() { try session.setInput(input, values.span) }
      session.run()
      for output in results.indices {
        var result = results[output].mutableSpan
        try session.copyOutput(output, into: &result)
      }
      return Clock.now() - begin
    } catch {
      // Sizes were taken from the plan: the engine has no reason to refuse them.
      throw Failure(.software, "\(error)")
    }
  }

  /// As many windows as take a second.
  private mutating func chosenCount(_ rate: Double?) throws(Failure) -> Int {
    if rate != nil { return 20 }
    var fastest = Int64.max
    for index in 0..<5 { fastest = min(fastest, try time(index % windows.count)) }
    let count = 1_000_000_000 / max(fastest, 1)
    return Int(min(max(count, 10), evictor.isEmpty ? 3000 : 100))
  }

  /// For as many windows, and for 50 ms at most.
  private mutating func warmUp(_ count: Int) throws(Failure) {
    let end = Clock.now() + 50_000_000
    for index in 0..<count where Clock.now() < end { _ = try time(index % windows.count) }
  }

  private mutating func steady(_ count: Int, _ path: String) throws(Failure) -> [Int64] {
    var times: [Int64] = []
    times.reserveCapacity(count)
    var progress = Progress(path, total: count)
    for iteration in 0..<count {
      evictCaches()
      times.append(try time(iteration % windows.count))
      try checkResult(iteration % windows.count, path)
      if iteration % 64 == 0 { progress.update(iteration) }
    }
    progress.finish()
    return times
  }

  private mutating func paced(
    _ rate: Double, _ count: Int, _ path: String
  ) throws(Failure) -> [Int64] {
    let period = Int64(1e9 / rate)
    var times: [Int64] = []
    var progress = Progress(path, total: count)
    var next = Clock.now()
    for iteration in 0..<count {
      next += period
      Clock.wait(until: next)
      evictCaches()
      times.append(try time(iteration % windows.count))
      try checkResult(iteration % windows.count, path)
      progress.update(iteration + 1)
    }
    progress.finish()
    return times
  }

  /// Windows are independent: a window has one result.
  private func checkResult(_ index: Int, _ path: String) throws(Failure) {
    for (output, values) in results.enumerated() {
      let wanted = expected[index][output]
      for (element, value) in values.enumerated()
      where value.bitPattern != wanted[element].bitPattern {
        throw Failure(
          .software,
          "\(path): window \(index): expected \(wanted[element]) again at \(element) of output \(output), found \(value)"
        )
      }
    }
  }

  private mutating func evictCaches() {
    for index in stride(from: 0, to: evictor.count, by: 64) { evictor[index] &+= 1 }
  }
}

extension Graph {
  /// What a model computes with, in the words of `mainspring convert`.
  var precisionName: String {
    let types = inputs.map { values[$0].elementType } + nodes.map { values[$0.output].elementType }
    if types.contains(.int16) { return "int16x8" }
    if types.contains(.int8) { return "int8" }
    let weights = nodes.flatMap { $0.operation.weights.map { $0.elementType } }
    if weights.contains(.int8) { return "dynamic-int8" }
    return weights.contains(.float16) ? "f16" : "f32"
  }
}
