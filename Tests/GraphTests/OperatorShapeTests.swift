// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import Testing
import _MainspringTestSupport

/// The shape rules: one accepted and several refused forms for each operator.
struct OperatorShapeTests {
  private func shape(_ operation: Operator, _ inputs: [Int]...) throws -> [Int] {
    try operation.outputShape(of: inputs.map { try Shape($0) }).extents
  }

  private func refuses(_ operation: Operator, _ inputs: [Int]...) {
    #expect(throws: ShapeError.self, "\(operation.name) of \(inputs)") {
      try operation.outputShape(of: inputs.map { try Shape($0) })
    }
  }

  @Test func productsNeedMatchingFeatures() throws {
    var random = SplitMix64(seed: 2)
    let dense = try random.dense(3, 5)
    #expect(try shape(dense, [1, 7, 3]) == [1, 7, 5])
    refuses(dense, [1, 4])
    refuses(dense, [])
    refuses(dense, [1, 3], [1, 3])
    refuses(.dense(Dense(weights: try random.tensor([2, 2, 2]), bias: nil)), [1, 2])
    refuses(
      .dense(Dense(weights: try random.tensor([2, 3]), bias: try random.tensor([3]))), [1, 3])

    let product = Operator.matMul(MatMul(transposesRight: true))
    #expect(try shape(product, [4, 2, 3], [5, 3]) == [4, 2, 5])
    refuses(product, [2, 3], [3, 5])
    refuses(product, [3], [5, 3])
  }

  @Test func convolutionsNeedFourAxesAndDivisibleGroups() throws {
    var random = SplitMix64(seed: 3)
    let convolution = try random.convolution(4, 6, size: 3, padding: .valid, groups: 2)
    #expect(try shape(convolution, [1, 1, 9, 4]) == [1, 1, 7, 6])
    refuses(convolution, [1, 9, 4])
    refuses(convolution, [1, 1, 2, 4])
    refuses(convolution, [1, 1, 9, 2])
    refuses(try random.convolution(6, 4, size: 3, padding: .same, groups: 3), [1, 1, 9, 6])
    let pool = Pool(
      kind: .maximum, size: Extent2D(height: 1, width: 2), stride: Extent2D(height: 1, width: 2),
      padding: .valid)
    #expect(try shape(.pool(pool), [1, 1, 5, 3]) == [1, 1, 2, 3])
    refuses(.pool(pool), [1, 1, 1, 3])
    refuses(.pool(pool), [1, 5, 3])

    let transposed = TransposedConvolution(
      weights: try random.tensor([2, 1, 3, 4]), bias: nil, stride: Extent2D(height: 1, width: 2),
      padding: .same, outputSize: Extent2D(height: 1, width: 10))
    #expect(try shape(.transposedConvolution(transposed), [1, 1, 5, 4]) == [1, 1, 10, 2])
    refuses(.transposedConvolution(transposed), [1, 1, 6, 4])
  }

  @Test func recurrentLayersNeedOneBatchAndFittingGates() throws {
    var random = SplitMix64(seed: 4)
    let lstm = try random.lstm(3, 5)
    #expect(try shape(.lstm(lstm), [1, 7, 3]) == [1, 7, 5])
    refuses(.lstm(lstm), [2, 7, 3])
    refuses(.lstm(lstm), [1, 0, 3])
    refuses(.lstm(lstm), [7, 3])
    var wrong = lstm
    wrong.bias = try random.tensor([5])
    refuses(.lstm(wrong), [1, 7, 3])
    wrong = lstm
    wrong.cellClip = -.infinity
    refuses(.lstm(wrong), [1, 7, 3])
    #expect(
      try shape(.gru(try random.gru(3, 5, resetAfter: true, sequence: false)), [1, 7, 3]) == [1, 5])
    refuses(.gru(try random.gru(3, 5, resetAfter: true)), [1, 7, 4])
    #expect(try shape(.simpleRNN(try random.simpleRNN(3, 5)), [1, 2, 3]) == [1, 2, 5])
  }

  @Test func movementStaysInside() throws {
    refuses(.reshape(Reshape(to: try Shape([7]))), [2, 3])
    refuses(.transpose(Transpose(permutation: [0, 0])), [2, 3])
    let slice = Slice(begin: [1, 2], count: [1, 3], stride: [1, -1])
    #expect(try shape(.slice(slice), [2, 3]) == [1, 3])
    refuses(.slice(Slice(begin: [0, 1], count: [1, 3], stride: [1, -1])), [2, 3])
    refuses(.slice(Slice(begin: [0, 0], count: [1, 2], stride: [1, 0])), [2, 3])
    refuses(.slice(Slice(begin: [0, 0], count: [1, 2], stride: [1, Int.max])), [2, 3])
    refuses(.slice(Slice(begin: [0], count: [1], stride: [1])), [2, 3])
    #expect(try shape(.concatenate(Concatenate(axis: 1)), [2, 3], [2, 4]) == [2, 7])
    refuses(.concatenate(Concatenate(axis: 1)), [2, 3], [3, 4])
    refuses(.concatenate(Concatenate(axis: 2)), [2, 3])
    refuses(.pad(Pad(before: [0, -1], after: [0, 0])), [2, 3])
    refuses(.pad(Pad(before: [0, 1 << 27], after: [0, 1 << 27])), [2, 3])
    refuses(.tile(Tile(multiples: [1 << 27, 1])), [2, 3])
    refuses(.tile(Tile(multiples: [1, 1 << 28])), [0, 1 << 28])
    refuses(.reverse(Reverse(axes: [1, 1])), [2, 3])
    #expect(try shape(.reduce(Reduce(kind: .mean, axes: [1], keepsAxes: false)), [2, 3]) == [2])
    refuses(.reduce(Reduce(kind: .mean, axes: [1], keepsAxes: false)), [2, 0])
    refuses(.reduce(Reduce(kind: .mean, axes: [2], keepsAxes: false)), [2, 3])
  }

  @Test func elementwiseOperatorsBroadcast() throws {
    #expect(try shape(.binary(Binary(.add)), [1, 3], [2, 1]) == [2, 3])
    refuses(.binary(Binary(.add)), [1, 3], [2])
    refuses(.binary(Binary(.add)), [1, 3])
    #expect(try shape(.select(Select()), [1], [2, 1], [3]) == [2, 3])
    refuses(.select(Select()), [2], [3], [3])
    var random = SplitMix64(seed: 5)
    refuses(try random.scaleShift(3), [1, 4])
    refuses(.parametricReLU(ParametricReLU(slope: try random.tensor([4, 3]))), [1, 3])
    refuses(.softmax(Softmax()), [])
    refuses(.logSoftmax(LogSoftmax()), [2, 0])
  }

  @Test func graphsRefuseOperandsThatDoNotExistYet() throws {
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 3]))
    #expect(throws: GraphError.self) { try graph.add(.unary(Unary(.relu)), to: 7, name: "y") }
    #expect(throws: GraphError.self) { try graph.addOutput(9) }
    #expect(graph.nodes.isEmpty && graph.outputs.isEmpty)
    #expect(try graph.add(.unary(Unary(.relu)), to: x, name: "y") == 1)
  }
}
