// SPDX-License-Identifier: Apache-2.0

import Mainspring
import Testing
import _MainspringTestSupport

/// Windows that share what they have in common, against windows computed from their start.
@Suite struct IncrementalTests {
  #if DEBUG
    private static let models = 400
  #else
    private static let models = 4000
  #endif

  /// Runs windows of one long series both ways and compares every bit.
  ///
  /// - Returns: whether anything was shared.
  @discardableResult
  private func compare(
    _ graph: Graph, hop: Int, on set: InstructionSet, windows: Int, seed: UInt64, _ name: String
  ) throws -> Bool {
    guard let plan = try IncrementalPlan(graph, hop: hop, instructionSet: set) else { return false }
    var shared = IncrementalSession(plan)
    var whole = Session(try Plan(graph, instructionSet: set))
    let shape = graph.shape(of: graph.inputs[0])
    let (time, channels) = (shape[shape.rank - 2], shape.channels)
    var random = SplitMix64(seed: seed)
    let series = random.floats((time + hop * windows) * channels, from: -2, to: 2)
    var expected = [Float](repeating: 0, count: whole.plan.outputs[0].shape.elementCount)
    var found = expected
    for window in 0..<windows {
      // Once in a while the series breaks off.
      if window > 0, random.index(below: 25) == 0 { shared.restart() }
      let rows = Array(series[window * hop * channels..<(window * hop + time) * channels])
      var a = expected.mutableSpan
      try whole.run(rows.span, into: &a)
      var b = found.mutableSpan
      try shared.run(rows.span, into: &b)
      if found.map(\.bitPattern) != expected.map(\.bitPattern) {
        Issue.record("\(name), hop \(hop), \(set), window \(window): \(found), not \(expected)")
        break
      }
    }
    return true
  }

  @Test(arguments: InstructionSet.available) func randomModelsGiveTheSameBits(set: InstructionSet)
    throws
  {
    var sharing = 0
    for seed in 0..<UInt64(Self.models) {
      let (graph, name) = try RandomModel.graph(seed: seed)
      var random = SplitMix64(seed: seed &* 77)
      let hop = 1 + random.index(below: random.index(below: 4) == 0 ? 60 : 12)
      for form in [graph, try graph.optimized()] {
        if try compare(form, hop: hop, on: set, windows: 40, seed: seed, name) { sharing += 1 }
      }
    }
    // A test of what falls back only would show nothing.
    #expect(sharing > Self.models / 2)
  }
}
