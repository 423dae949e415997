// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringTFLite
import Testing
import _MainspringTestSupport

@Suite struct NormalizationTests {
  private var random = SplitMix64(seed: 20)

  private mutating func tensor(_ extents: [Int]) throws -> Tensor {
    let shape = try Shape(extents)
    return Tensor(shape: shape, floats: random.floats(shape.elementCount))
  }

  /// The normal form computes the same, and is its own normal form.
  private mutating func normalized(_ graph: Graph) throws -> Graph {
    let result = try graph.normalized()
    #expect(try result.normalized() == result)
    let inputs = graph.inputs.map { id in
      random.floats(graph.shape(of: id).elementCount).map { Double($0) }
    }
    let (before, after) = (
      try Interpreter.run(graph, inputs), try Interpreter.run(result, inputs)
    )
    for (a, b) in zip(before.joined(), after.joined()) { #expect(abs(a - b) < 1e-12) }
    return result
  }

  private func names(_ graph: Graph) -> [String] { graph.nodes.map { $0.operation.name } }

  @Test mutating func timeInTheHeightBecomesTimeInTheWidth() throws {
    // As Keras 2's converter writes: convolution over width, pool over height.
    var tall = Graph()
    let x = tall.addInput(name: "x", shape: try Shape([1, 9, 2]))
    let (filter, scale, shift) = (try tensor([3, 1, 3, 2]), try tensor([3]), try tensor([3]))
    let convolution = Operator.convolution(
      Convolution(weights: filter, bias: nil, padding: .same, activation: .relu))
    var y = try tall.add(.reshape(Reshape(to: try Shape([1, 1, 9, 2]))), to: x, name: "r")
    y = try tall.add(convolution, to: y, name: "c")
    let a = tall.addConstant(name: "a", scale)
    y = try tall.add(.binary(Binary(.multiply)), to: [y, a], name: "m")
    let b = tall.addConstant(name: "b", shift)
    y = try tall.add(.binary(Binary(.add)), to: [y, b], name: "s")
    y = try tall.add(.reshape(Reshape(to: try Shape([1, 9, 1, 3]))), to: y, name: "r2")
    let pool = Pool(
      kind: .maximum, size: Extent2D(height: 2, width: 1), stride: Extent2D(height: 2, width: 1),
      padding: .valid)
    y = try tall.add(.pool(pool), to: y, name: "p")
    y = try tall.add(.reshape(Reshape(to: try Shape([1, 4, 3]))), to: y, name: "out")
    try tall.addOutput(y)

    // As this project writes.
    var wide = Graph()
    let x2 = wide.addInput(name: "x", shape: try Shape([1, 9, 2]))
    y = try wide.add(.reshape(Reshape(to: try Shape([1, 1, 9, 2]))), to: x2, name: "r")
    y = try wide.add(convolution, to: y, name: "c")
    y = try wide.add(.scaleShift(ScaleShift(scale: scale, shift: shift)), to: y, name: "s")
    let flat = Pool(
      kind: .maximum, size: Extent2D(height: 1, width: 2), stride: Extent2D(height: 1, width: 2),
      padding: .valid)
    y = try wide.add(.pool(flat), to: y, name: "p")
    y = try wide.add(.reshape(Reshape(to: try Shape([1, 4, 3]))), to: y, name: "out")
    try wide.addOutput(y)

    #expect(try normalized(tall) == normalized(wide))
    #expect(
      names(try wide.normalized())
        == ["Reshape", "Convolution", "ScaleShift", "MaxPool", "Reshape"])
  }

  @Test mutating func aConvolutionOverHeightTurnsItsWindow() throws {
    for padding in [Padding.same, .valid] {
      var graph = Graph()
      let x = graph.addInput(name: "x", shape: try Shape([1, 12, 1, 4]))
      let convolution = Convolution(
        weights: try tensor([6, 3, 1, 2]), bias: try tensor([6]),
        stride: Extent2D(height: 2, width: 5), dilation: Extent2D(height: 2, width: 3),
        padding: padding, groups: 2)
      try graph.addOutput(try graph.add(.convolution(convolution), to: x, name: "y"))
      if case .convolution(let turned) = try normalized(graph).nodes[1].operation {
        #expect(turned.size == Extent2D(height: 1, width: 3))
        #expect(turned.stride == Extent2D(height: 1, width: 2))
        #expect(turned.dilation == Extent2D(height: 1, width: 2))
      } else {
        Issue.record("no convolution")
      }
    }
  }

  @Test mutating func multiplyAndAddMergeOnlyWhenTheyAreANormalization() throws {
    func pair(
      _ scale: Tensor, _ last: Binary, _ shift: Tensor, sharing: Bool = false
    ) throws -> Graph {
      var graph = Graph()
      let x = graph.addInput(name: "x", shape: try Shape([1, 4, 3]))
      let a = graph.addConstant(name: "a", scale)
      let m = try graph.add(.binary(Binary(.multiply)), to: [a, x], name: "m")
      let b = graph.addConstant(name: "b", shift)
      try graph.addOutput(try graph.add(.binary(last), to: [m, b], name: "y"))
      if sharing { try graph.addOutput(m) }
      return graph
    }
    let (vector, row, cells) = (try tensor([3]), try tensor([1, 1, 3]), try tensor([4, 1]))
    let number = Tensor(scalar: 2)
    #expect(names(try normalized(pair(vector, Binary(.add), row))) == ["ScaleShift"])
    #expect(names(try normalized(pair(vector, Binary(.subtract), row))) == ["ScaleShift"])
    #expect(names(try normalized(pair(number, Binary(.add), vector))) == ["ScaleShift"])
    #expect(
      names(try normalized(pair(vector, Binary(.add, activation: .relu), row)))
        == ["ScaleShift", "ReLU"])
    for other in [
      try pair(number, Binary(.add), number), try pair(vector, Binary(.add), cells),
      try pair(cells, Binary(.add), vector), try pair(vector, Binary(.maximum), vector),
      try pair(vector, Binary(.add), vector, sharing: true),
    ] {
      #expect(!names(try normalized(other)).contains("ScaleShift"))
    }
  }

  @Test mutating func theLastStepOfASequenceIsALayerThatReturnsIt() throws {
    func recurrent(_ cell: Operator, time: Int, step: Int) throws -> Graph {
      var graph = Graph()
      let x = graph.addInput(name: "x", shape: try Shape([1, time, 2]))
      let all = try graph.add(cell, to: x, name: "all")
      let slice = Slice(begin: [0, step, 0], count: [1, 1, 3], stride: [1, 1, 1])
      let last = try graph.add(.slice(slice), to: all, name: "last")
      try graph.addOutput(
        try graph.add(.reshape(Reshape(to: try Shape([1, 3]))), to: last, name: "y"))
      return graph
    }
    let (w, u) = (try tensor([12, 2]), try tensor([12, 3]))
    let cells: [Operator] = [
      .lstm(LSTM(inputWeights: w, recurrentWeights: u, bias: try tensor([12]))),
      .gru(
        GRU(
          inputWeights: w.rows(0..<9), recurrentWeights: u.rows(0..<9), inputBias: try tensor([9]),
          recurrentBias: nil)),
      .simpleRNN(
        SimpleRNN(
          inputWeights: w.rows(0..<3), recurrentWeights: u.rows(0..<3), bias: try tensor([3]))),
    ]
    for cell in cells {
      let last = try normalized(try recurrent(cell, time: 4, step: 3))
      #expect(last.nodes.count == 1)
      #expect(last.shape(of: last.outputs[0]).extents == [1, 3])
      #expect(try normalized(try recurrent(cell, time: 4, step: 2)).nodes.count == 3)
      #expect(try normalized(try recurrent(cell, time: 1, step: 0)).nodes.count == 1)
    }
  }

  @Test mutating func transposesOfUnitAxesAreReshapes() throws {
    for (permutation, isReshape) in [
      ([1, 0, 2], true), ([2, 1, 0], false), ([1, 2, 0], true), ([0, 2, 1], false),
    ] {
      var graph = Graph()
      let x = graph.addInput(name: "x", shape: try Shape([1, 5, 3]))
      let transpose = Operator.transpose(Transpose(permutation: permutation))
      try graph.addOutput(try graph.add(transpose, to: x, name: "y"))
      #expect(names(try normalized(graph)) == [isReshape ? "Reshape" : "Transpose"])
    }
  }

  @Test mutating func settingsWithoutEffectDisappear() throws {
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([2, 3, 4]))
    let zeros = Tensor(shape: try Shape([5]), floats: [0, 0, 0, 0, 0])
    var y = try graph.add(
      .dense(Dense(weights: try tensor([5, 4]), bias: zeros)), to: x, name: "d")
    y = try graph.add(.reverse(Reverse(axes: [0, 2])), to: y, name: "r")
    let slice = Slice(begin: [1, 0, 0], count: [1, 3, 5], stride: [-7, 1, 1])
    y = try graph.add(.slice(slice), to: y, name: "s")
    let maximum = Binary(.maximum, activation: .relu6)
    y = try graph.add(.binary(maximum), to: [y, y], name: "m")
    y = try graph.add(.reduce(Reduce(kind: .sum, axes: [], keepsAxes: false)), to: y, name: "z")
    try graph.addOutput(y)
    let result = try normalized(graph)
    #expect(names(result) == ["Dense", "Reverse", "Reverse", "Slice", "Maximum", "ReLU6"])
    #expect(result.values[result.outputs[0]].name == "z")
  }
}
