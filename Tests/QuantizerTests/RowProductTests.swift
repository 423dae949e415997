// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import Testing
import _MainspringTestSupport

@testable import MainspringConvert

/// Dynamic-range convolutions of sequences.
@Suite struct RowProductTests {
  private func graph(_ convolution: Convolution, length: Int = 13) throws -> Graph {
    var graph = Graph()
    let channels = convolution.weights.shape[3] * convolution.groups
    let x = graph.addInput(name: "x", shape: try Shape([1, 1, length, channels]))
    let y = try graph.add(.unary(Unary(.tanh)), to: x, name: "bent")
    try graph.addOutput(try graph.add(.convolution(convolution), to: y, name: "y"))
    return graph
  }

  private func quantized(_ graph: Graph) throws -> Graph {
    try graph.dynamicRange(QuantizationPlan(.dynamic, for: graph, smallestDynamicWeight: 1)).graph
  }

  @Test(arguments: [(1, 1, 1), (3, 1, 1), (4, 2, 1), (3, 1, 2), (2, 3, 1), (5, 2, 2)])
  func windowsBecomeRows(size: Int, stride: Int, dilation: Int) throws {
    var random = SplitMix64(seed: 91)
    for padding in [Padding.same, .valid] {
      let convolution = Convolution(
        weights: try random.tensor([20, 1, size, 4]), bias: try random.tensor([20]),
        stride: Extent2D(height: 1, width: stride),
        dilation: Extent2D(height: 1, width: dilation), padding: padding, activation: .relu)
      let graph = try graph(convolution)
      let result = try quantized(graph)
      guard case .dense(let dense)? = result.node("y")?.operation else {
        Issue.record("expected a product")
        continue
      }
      #expect(dense.weights.elementType == .int8 && dense.asymmetricInputs)
      #expect(result.shape(of: result.outputs[0]) == graph.shape(of: graph.outputs[0]))
      let windows = try random.windows(graph, count: 8)
      let agreement = try ModelComparison(graph, windows).agreement(of: result)
      #expect(agreement.meanDifference < 0.01, "\(padding)")
    }
  }

  /// A moment ten times as loud as the rest costs the rest nothing.
  @Test func eachRowHasItsOwnScale() throws {
    var random = SplitMix64(seed: 92)
    let convolution = Convolution(
      weights: try random.tensor([16, 1, 1, 4]), bias: try random.tensor([16]))
    let unit = Convolution(
      weights: try random.tensor([4, 1, 1, 4], from: 1, to: 1.0001), bias: nil)
    var deep = Graph()
    let z = deep.addInput(name: "x", shape: try Shape([1, 1, 12, 4]))
    let first = try deep.add(.convolution(unit), to: z, name: "first")
    try deep.addOutput(try deep.add(.convolution(convolution), to: first, name: "y"))
    let model = try deep.dynamicRange(
      QuantizationPlan(.dynamic, for: deep, scalesDenseUnits: true, smallestDynamicWeight: 64))
    var quiet = WindowSet(for: deep)
    var loud = WindowSet(for: deep)
    for _ in 0..<10 {
      var window = random.floats(48, from: -0.1, to: 0.1)
      try quiet.append([window])
      for index in 44..<48 { window[index] *= 100 }
      try loud.append([window])
    }
    let calm = try ModelComparison(deep, quiet).agreement(of: model.graph)
    var errors: Float = 0
    try ModelComparison.run(deep, loud) { _, window, exact in
      do {
        try ModelComparison.run(model.graph, loud) { _, other, found in
          guard other == window else { return }
          for index in 0..<11 * 16 { errors = max(errors, abs(found[index] - exact[index])) }
        }
      } catch {
        Issue.record("\(error)")
      }
    }
    #expect(errors <= 1.5 * calm.largestDifference)
  }

  @Test func othersStayConvolutions() throws {
    var random = SplitMix64(seed: 93)
    let few = Convolution(weights: try random.tensor([8, 1, 3, 4]), bias: nil)
    let grouped = Convolution(weights: try random.tensor([16, 1, 3, 1]), bias: nil, groups: 4)
    for convolution in [few, grouped] {
      let result = try quantized(try graph(convolution))
      guard case .convolution(let x)? = result.node("y")?.operation else {
        Issue.record("expected a convolution")
        continue
      }
      #expect(x.weights.elementType == .int8)
    }
    var image = Graph()
    let x = image.addInput(name: "x", shape: try Shape([1, 6, 6, 4]))
    let y = try image.add(.unary(Unary(.tanh)), to: x, name: "bent")
    let square = Convolution(weights: try random.tensor([16, 3, 3, 4]), bias: nil)
    try image.addOutput(try image.add(.convolution(square), to: y, name: "y"))
    guard case .convolution? = try quantized(image).node("y")?.operation else {
      Issue.record("expected a convolution")
      return
    }
  }
}
