// SPDX-License-Identifier: Apache-2.0

import Mainspring
import Testing
import _MainspringTestSupport

/// Raw samples, scaled by what the model's contract says.
@Suite struct ScalerTests {
  private static let scaler = Scaler(means: [2, -1, 0.5], deviations: [4, 0.5, 3])

  private func plan(_ scaler: Scaler?) throws -> WindowPlan {
    var graph = try meanModel(time: 8, channels: 3)
    if let scaler {
      var contract = ModelContract()
      contract.inputs = [ModelContract.Input()]
      contract.inputs[0].scaler = scaler
      try graph.setContract(contract)
    }
    return try WindowPlan(graph, hop: 3)
  }

  private func answers(
    _ plan: WindowPlan, isScaled: Bool, _ values: (inout [Float]) -> Void
  ) throws -> [Answer] {
    // Samples lie on the grid, so that nothing is interpolated before or after scaling.
    var stream = try Stream(
      plan, AlignmentOptions(rate: 50, channelCount: 3), isScaled: isScaled)
    var random = SplitMix64(seed: 3)
    var result: [Answer] = []
    for row in 0..<200 {
      var sample = random.floats(3, from: -8, to: 8)
      values(&sample)
      try stream.insert(sample.span, at: Int64(row) * 20 * millisecond)
      result += try stream.answers()
    }
    stream.end()
    return result + (try stream.answers())
  }

  @Test func scalesEachRowOnce() throws {
    let expected = try answers(try plan(nil), isScaled: false) { Self.scaler.apply(to: &$0) }
    #expect(expected.count > 60)
    #expect(try answers(try plan(Self.scaler), isScaled: false) { _ in } == expected)
    let given = try answers(try plan(Self.scaler), isScaled: true) { Self.scaler.apply(to: &$0) }
    #expect(given == expected)
    #expect(try answers(try plan(nil), isScaled: false) { _ in } != expected)
  }

  @Test func oneNumberScalesAllChannels() throws {
    let scaler = Scaler(means: [0.25], deviations: [2])
    let expected = try answers(try plan(nil), isScaled: false) { scaler.apply(to: &$0) }
    #expect(try answers(try plan(scaler), isScaled: false) { _ in } == expected)
  }
}
