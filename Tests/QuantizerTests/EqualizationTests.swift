// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import Testing
import _MainspringTestSupport

@testable import MainspringConvert

@Suite struct EqualizationTests {
  @Test(arguments: [0, 0.25, 0.5, 0.75, 1] as [Float])
  func theFloatGraphComputesTheSame(strength: Float) throws {
    var random = SplitMix64(seed: 1)
    let graph = try random.gestureModel().integerForm()
    let windows = try random.windows(graph, count: 20)
    let ranges = try Calibrator(graph).calibrate(windows, moments: true).ranges(.percentile(99.9))
    let (equal, _) = try ChannelEqualization(strength: strength).applied(to: graph, ranges)
    #expect(equal != graph)
    let agreement = try ModelComparison(graph, windows).agreement(of: equal)
    #expect(agreement.largestDifference < 1e-5)
  }

  /// Ranges and moments are carried over by calculation; measuring anew gives the same.
  @Test(arguments: [0.5, 1] as [Float])
  func rangesAndMomentsFollow(strength: Float) throws {
    var random = SplitMix64(seed: 2)
    let graph = try random.gestureModel().integerForm()
    let windows = try random.windows(graph, count: 20)
    let ranges = try Calibrator(graph).calibrate(windows, moments: true).ranges(.minMax)
    let (equal, carried) = try ChannelEqualization(strength: strength).applied(to: graph, ranges)
    let measured = try Calibrator(equal).calibrate(windows, moments: true).ranges(.minMax)
    for name in ["conv", "norm", "conv2"] {
      let id = try #require(graph.node(name)?.output)
      let (a, b) = (try #require(carried.chosen[id]), try #require(measured.chosen[id]))
      #expect(abs(a.upper - b.upper) <= 1e-4 * b.magnitude, "\(name)")
      #expect(abs(a.lower - b.lower) <= 1e-4 * b.magnitude, "\(name)")
      let (c, d) = (try #require(carried.seen[id]), try #require(measured.seen[id]))
      #expect(abs(c.upper - d.upper) <= 1e-4 * d.magnitude, "\(name)")
    }
    for (id, moments) in measured.moments {
      let other = try #require(carried.moments[id])
      for (a, b) in zip(moments.sums.joined(), other.sums.joined()) {
        #expect(abs(a - b) <= 1e-3 * max(abs(a), 1))
      }
    }
  }

  @Test func aDepthwiseReaderEqualizesEntirely() throws {
    var random = SplitMix64(seed: 3)
    let graph = try random.gestureModel().integerForm()
    let windows = try random.windows(graph, count: 20)
    let ranges = try Calibrator(graph).calibrate(windows).ranges(.minMax)
    let (_, carried) = try ChannelEqualization(strength: 0).applied(to: graph, ranges)
    let conv = try #require(graph.node("conv")?.output)
    let peaks = try #require(carried.channels[conv]).map(\.upper)
    let living = peaks.filter { $0 > 0 }
    #expect((living.max() ?? 0) / (living.min() ?? 1) < 1.01)
  }

  @Test func channelsThatOthersReadAsWellAreLeftAlone() throws {
    var random = SplitMix64(seed: 4)
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 4]))
    let a = try graph.add(try random.dense(4, 4), to: x, name: "a")
    let b = try graph.add(try random.dense(4, 4), to: a, name: "b")
    try graph.addOutput(try graph.add(.binary(Binary(.add)), to: [a, b], name: "sum"))
    let bent = Graph.bent(try random.dense(4, 4, .relu6), try random.dense(4, 4))
    for graph in [graph, try bent()] {
      let windows = try random.windows(graph, count: 10)
      let ranges = try Calibrator(graph).calibrate(windows).ranges(.minMax)
      let (same, carried) = try ChannelEqualization(strength: 1).applied(to: graph, ranges)
      #expect(same == graph)
      #expect(carried == ranges)
    }
  }
}

extension Graph {
  /// Two operators, the first of which ends in something that no factor commutes with.
  fileprivate static func bent(_ first: Operator, _ second: Operator) -> () throws -> Graph {
    {
      var graph = Graph()
      let x = graph.addInput(name: "x", shape: try Shape([1, 4]))
      let a = try graph.add(first, to: x, name: "a")
      try graph.addOutput(try graph.add(second, to: a, name: "b"))
      return graph
    }
  }
}
