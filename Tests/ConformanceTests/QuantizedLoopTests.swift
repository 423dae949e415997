// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringConvert
import MainspringKeras
import Testing
import _MainspringTestSupport

/// Keras models of GRUs and simple recurrent layers in integers, by their files.
@Suite struct QuantizedLoopTests {
  @Test(arguments: ["k2_gru", "k3_gru", "k2_rnn", "k3_rnn"])
  func staysCloseToItsFloats(name: String) throws {
    let graph = try KerasModel.load(Location.fixture("conformance/models/\(name).h5")).graph
      .optimized()
    var converter = try ModelConverter(
      graph, calibration: try windows(graph, count: 200, seed: 1),
      evaluation: Evaluation(try windows(graph, count: 200, seed: 2)))
    var means: [Double] = []
    for precision in [ModelPrecision.int8, .int16x8] {
      let conversion = try converter.convert(to: precision)
      // Nothing but integers.
      #expect(conversion.layers.allSatisfy { $0.wanted == nil && $0.precision != .float32 })
      let agreement = try #require(conversion.agreement)
      #expect(agreement.share >= 0.97, "\(precision): \(agreement)")
      means.append(agreement.meanDifference)
    }
    #expect(means[0] <= 0.006 && means[1] <= 0.0015 && means[1] < means[0] / 2, "\(means)")
  }

  /// Smooth as a sensor's are.
  private func windows(_ graph: Graph, count: Int, seed: UInt64) throws -> WindowSet {
    var random = SplitMix64(seed: seed)
    var set = WindowSet(for: graph)
    let shape = graph.shape(of: graph.inputs[0])
    let channels = shape.channels
    for _ in 0..<count {
      var window: [Float] = []
      var row = random.floats(channels, from: -1, to: 1)
      for _ in 0..<shape.rows {
        for channel in row.indices {
          row[channel] = 0.8 * row[channel] + random.float(from: -1, to: 1)
        }
        window += row
      }
      try set.append([window])
    }
    return set
  }
}
