// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import Testing
import _MainspringTestSupport

@testable import MainspringConvert

@Suite struct ShiftFoldingTests {
  private struct Setting {
    var padding = Padding.same
    var stride = 1
    var dilation = 1
    var size = 3
    var pool: Pool.Kind? = .maximum
    var scale: ClosedRange<Float> = 0.2...4
    var activation = FusedActivation.relu

    func graph() throws -> Graph {
      var random = SplitMix64(seed: 77)
      var graph = Graph()
      let x = graph.addInput(name: "x", shape: try Shape([1, 1, 18, 3]))
      var y = try graph.add(try random.convolution(3, 5, activation), to: x, name: "first")
      let affine = ScaleShift(
        scale: try random.tensor([5], from: scale.lowerBound, to: scale.upperBound),
        shift: try random.tensor([5], from: -2, to: 2))
      y = try graph.add(.scaleShift(affine), to: y, name: "norm")
      if let pool {
        let size = Extent2D(height: 1, width: 2)
        y = try graph.add(
          .pool(Pool(kind: pool, size: size, stride: size, padding: .valid)), to: y, name: "pool")
      }
      let second = Convolution(
        weights: try random.tensor([4, 1, size, 5]), bias: try random.tensor([4]),
        stride: Extent2D(height: 1, width: stride),
        dilation: Extent2D(height: 1, width: dilation), padding: padding, activation: .relu)
      y = try graph.add(.convolution(second), to: y, name: "second")
      try graph.addOutput(y)
      return graph
    }
  }

  private func difference(_ graph: Graph, _ other: Graph) throws -> Float {
    var random = SplitMix64(seed: 78)
    let windows = try random.windows(graph, count: 10)
    return try ModelComparison(graph, windows).agreement(of: other).largestDifference
  }

  @Test(
    arguments: [
      Setting(), Setting(stride: 2), Setting(dilation: 2), Setting(size: 4),
      Setting(padding: .valid), Setting(pool: nil), Setting(pool: .average),
    ])
  private func theGraphComputesTheSame(setting: Setting) throws {
    let graph = try setting.graph()
    let folded = try graph.foldingShifts()
    #expect(folded.node("norm") == nil)
    #expect((folded.node("second/bordered") == nil) == (setting.padding == .valid))
    #expect(try difference(graph, folded) < 2e-5)
  }

  @Test private func factorsThatTurnAroundOrAnotherReaderLeaveItAlone() throws {
    let turned = try Setting(scale: -4...4).graph()
    #expect(try turned.foldingShifts() == turned)
    let bent = try Setting(activation: .relu6).graph()
    #expect(try bent.foldingShifts() == bent)
    var shared = try Setting().graph()
    try shared.addOutput(try #require(shared.node("pool")).output)
    #expect(try shared.foldingShifts() == shared)
  }

  /// The border's constants are scaled with the channels they stand beside.
  @Test private func equalizationReachesThroughTheBorder() throws {
    var random = SplitMix64(seed: 79)
    let graph = try Setting().graph().integerForm()
    let windows = try random.windows(graph, count: 20)
    let ranges = try Calibrator(graph).calibrate(windows, moments: true).ranges(.minMax)
    let (equal, carried) = try ChannelEqualization(strength: 1).applied(to: graph, ranges)
    #expect(equal != graph)
    #expect(try difference(graph, equal) < 2e-5)
    let measured = try Calibrator(equal).calibrate(windows, moments: true).ranges(.minMax)
    let bordered = try #require(graph.node("second/bordered")?.output)
    let (a, b) = (try #require(carried.seen[bordered]), try #require(measured.seen[bordered]))
    #expect(abs(a.upper - b.upper) < 1e-4 * b.magnitude)
    #expect(abs(a.lower - b.lower) < 1e-4 * b.magnitude)
    let quantized = try Quantizer(equal, carried, QuantizationPlan(.int8, for: equal)).quantized()
    // One scale from the first convolution to the second: nothing is rounded in between.
    #expect(!quantized.nodes.contains { $0.operation.name == "Quantize" })
    #expect(quantized.type("first") == quantized.type("second/bordered"))
  }
}
