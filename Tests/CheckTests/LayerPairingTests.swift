// SPDX-License-Identifier: Apache-2.0

import MainspringCheck
import MainspringGraph
import Testing
import _MainspringTestSupport

/// Layers of small graphs side by side.
struct LayerPairingTests {
  private func compare(_ reference: Graph, _ other: Graph) throws -> [LayerDifference] {
    var comparison = try LayerComparison(
      Subject(name: "reference", reference, stage: .float32),
      Subject(name: "other", other, stage: .float32))
    let size = reference.shape(of: reference.inputs[0]).elementCount
    try comparison.add([(0..<size).map { Float($0 % 7) - 2.5 }])
    return comparison.finished()
  }

  private func reshaped(_ function: Unary.Function, name: String = "a") throws -> Graph {
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 4]))
    let a = try graph.add(.unary(Unary(function)), to: x, name: name)
    try graph.addOutput(
      try graph.add(.reshape(Reshape(to: try Shape([1, 2, 2]))), to: a, name: "y"))
    return graph
  }

  @Test func layersOfOneNameAndAnotherKindDiverge() throws {
    let layers = try compare(try reshaped(.tanh), try reshaped(.logistic))
    #expect(layers.first { $0.diverges }?.name == "a")
    #expect(layers.last?.name == "y")
    #expect(layers.last?.diverges == true)
    #expect(!(try compare(try reshaped(.tanh), try reshaped(.tanh))).contains { $0.diverges })
  }

  @Test func resultsThatAreCopiedAreCompared() throws {
    let layers = try compare(try reshaped(.tanh), try reshaped(.logistic, name: "b"))
    #expect(layers.filter(\.diverges).map(\.name) == ["y"])
  }

  private func separable() throws -> Graph {
    var graph = Graph()
    var random = SplitMix64(seed: 11)
    var value = graph.addInput(name: "x", shape: try Shape([1, 1, 8, 3]))
    for (name, extents, groups) in [
      ("conv", [4, 1, 3, 3], 1), ("depthwise", [4, 1, 3, 1], 4), ("pointwise", [5, 1, 1, 4], 1),
    ] {
      let weights = Tensor(
        shape: try Shape(extents),
        floats: (0..<extents.reduce(1, *)).map { _ in random.float(from: -1, to: 1) })
      value = try graph.add(
        .convolution(
          Convolution(weights: weights, bias: nil, padding: .same, groups: groups)), to: value,
        name: name)
    }
    try graph.addOutput(value)
    return graph
  }

  /// A row that reads one channel may take its scale back, or have one of its own: the next layer
  /// tells.
  @Test func scalesPassThroughRowsOfOneChannel() throws {
    let factor = { (index: Int) -> Float in [0.25, 4, 1, 2][index % 4] }
    let scaled = try separable().scalingRows(of: "conv", by: factor)
    let whole = try compare(
      try separable(), try scaled.scalingRows(of: "depthwise") { 1 / factor($0) })
    #expect(whole.filter(\.diverges).map(\.name) == [])
    #expect(whole.filter(\.isRescaled).map(\.name) == ["conv"])
    let late = try compare(
      try separable(), try scaled.scalingColumns(of: "pointwise") { 1 / factor($0) })
    #expect(late.filter(\.diverges).map(\.name) == [])
    #expect(late.filter(\.isRescaled).map(\.name) == ["conv", "depthwise"])
    let broken = try compare(try separable(), scaled)
    #expect(broken.filter(\.diverges).map(\.name) == ["conv", "depthwise", "pointwise"])
  }

  /// What may hold between layers does not double with each of them.
  @Test func manyScalesBehindAveragesAreSoonCompared() throws {
    var graph = Graph()
    var value = graph.addInput(name: "x", shape: try Shape([1, 1, 4, 3]))
    let scale = graph.addConstant(
      name: "scale", Tensor(shape: try Shape([3]), floats: [0.3, 1.7, 0.9]))
    let shift = graph.addConstant(
      name: "shift", Tensor(shape: try Shape([3]), floats: [0.1, -0.7, 0.2]))
    let pool = Pool(
      kind: .average, size: Extent2D(height: 1, width: 1), stride: Extent2D(height: 1, width: 1),
      padding: .valid)
    for index in 0..<40 {
      for (function, constant) in [(Binary.Function.multiply, scale), (.add, shift)] {
        value = try graph.add(
          .binary(Binary(function)), to: [value, constant], name: "\(function)\(index)")
      }
      value = try graph.add(.pool(pool), to: value, name: "pool\(index)")
    }
    try graph.addOutput(value)
    let layers = try compare(graph, graph)
    #expect(layers.count >= 40)
    #expect(!layers.contains { $0.diverges })
  }
}
