// SPDX-License-Identifier: Apache-2.0

import MainspringCheck
import MainspringGraph
import Testing
import _MainspringTestSupport

/// Layers of models whose branches run side by side, in any order.
struct BranchTests {
  private static let namings: [BranchedGraph.Naming] = [.keras, .tensorFlow, .numbered]

  /// As TensorFlow has dense layers on sequences; nothing with weights reads what they give.
  @Test func aBiasMayBeAStepOfItsOwn() throws {
    var random = SplitMix64(seed: 8)
    let weights = Tensor(
      shape: try Shape([5, 3]), floats: (0..<15).map { _ in Float(random.next() % 200) / 100 - 1 })
    let bias = Tensor(shape: try Shape([5]), floats: [1, -2, 3, -4, 5])
    func model(isApart: Bool) throws -> Graph {
      var graph = Graph()
      let x = graph.addInput(name: "x", shape: try Shape([1, 4, 3]))
      var value = x
      if isApart {
        value = try graph.add(
          .dense(Dense(weights: weights, bias: nil)), to: x, name: "l/MatMul")
        let constant = graph.addConstant(name: "l/bias", bias)
        value = try graph.add(.binary(Binary(.add)), to: [value, constant], name: "l/BiasAdd")
      } else {
        value = try graph.add(.dense(Dense(weights: weights, bias: bias)), to: x, name: "l")
      }
      let gate = try graph.add(.unary(Unary(.logistic)), to: x, name: "gate")
      let sum = try graph.add(
        .concatenate(Concatenate(axis: 2)), to: [value, gate], name: "both")
      try graph.addOutput(sum)
      return graph
    }
    let layers = try compare(try model(isApart: false), try model(isApart: true))
    let dense = try #require(layers.first { $0.name == "l" })
    #expect(dense.exclusion == nil)
    #expect(dense.largest < 1e-5)
  }

  private func compare(_ reference: Graph, _ other: Graph) throws -> [LayerDifference] {
    var comparison = try LayerComparison(
      Subject(name: "reference", reference, stage: .float32),
      Subject(name: "other", other, stage: .float32))
    var random = SplitMix64(seed: 3)
    let size = reference.shape(of: reference.inputs[0]).elementCount
    for _ in 0..<4 {
      try comparison.add([(0..<size).map { _ in Float(random.next() % 2001) / 500 - 2 }])
    }
    return comparison.finished()
  }

  /// Every layer is compared with itself, and so is exact.
  private func expectAllExact(_ reference: Graph, _ other: Graph) throws {
    for layers in [try compare(reference, other), try compare(other, reference)] {
      #expect(layers.filter { $0.exclusion != nil }.map(\.name) == [])
      // Sums of two may be added the other way around, and are the same.
      #expect(layers.filter { $0.signalToNoise != .infinity }.map(\.name) == [])
      #expect(layers.count == reference.observableCount)
    }
  }

  @Test(arguments: namings) func residualBranchesAreTheirOwn(naming: BranchedGraph.Naming) throws {
    try expectAllExact(
      try BranchedGraph.residual(), try BranchedGraph.residual(naming, shortcutFirst: false))
  }

  @Test(arguments: namings, [[3, 2, 1, 0], [1, 2, 0, 3], [2, 3, 0, 1]])
  func joinedBranchesAreTheirOwn(naming: BranchedGraph.Naming, order: [Int]) throws {
    try expectAllExact(
      try BranchedGraph.inception(), try BranchedGraph.inception(naming, order: order))
  }

  @Test(arguments: namings) func layersWithoutWeightsAreToldByTheirNeighbors(
    naming: BranchedGraph.Naming
  ) throws {
    try expectAllExact(
      try BranchedGraph.weightless(), try BranchedGraph.weightless(naming, isSwapped: true))
  }

  /// Another training: names tell the layers apart, weights do not.
  @Test func namesTellLayersOfOtherWeightsApart() throws {
    let layers = try compare(
      try BranchedGraph.inception(), try BranchedGraph.inception(order: [3, 1, 2, 0], seed: 99))
    #expect(layers.allSatisfy { $0.exclusion == nil && $0.name == $0.otherName })
    #expect(layers.allSatisfy { $0.diverges })
  }

  /// Whatever the order, it is the damaged layer that diverges first, and its branch with it.
  @Test(arguments: ["conv_2_1", "conv_3", "conv_1"], [true, false])
  func theDamagedLayerOfABranchIsNamed(layer: String, shortcutFirst: Bool) throws {
    let healthy = try BranchedGraph.residual(shortcutFirst: shortcutFirst)
    let damaged = try healthy.scalingRows(of: layer) { [0.25, 4, 1, 2][$0 % 4] }
    let layers = try compare(try BranchedGraph.residual(), damaged)
    #expect(layers.first { $0.diverges }?.name == layer)
    #expect(layers.allSatisfy { $0.exclusion == nil })
    let sum = layer.hasSuffix("_1") ? "sum_1" : "sum"
    #expect(layers.first { $0.name == sum }?.diverges == true)
  }
}

extension Graph {
  fileprivate var observableCount: Int { nodes.count { values[$0.output].constant == nil } }
}
