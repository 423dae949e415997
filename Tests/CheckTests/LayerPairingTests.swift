// SPDX-License-Identifier: Apache-2.0

import MainspringCheck
import MainspringGraph
import Testing

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
