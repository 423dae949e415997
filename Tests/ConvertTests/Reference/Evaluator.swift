// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// A value as the evaluator sees it; booleans are 0 and 1.
struct Array64 {
  var shape: [Int]
  var elements: [Double]

  init(_ shape: [Int], _ elements: [Double]) {
    precondition(shape.reduce(1, *) == elements.count)
    self.shape = shape
    self.elements = elements
  }

  init(_ tensor: Tensor) {
    self.init(tensor.shape.extents, (tensor.floats ?? []).map(Double.init))
  }

  /// One element for each index, in row-major order.
  init(shape: [Int], _ element: ([Int]) -> Double) {
    self.shape = shape
    elements = []
    var index = [Int](repeating: 0, count: shape.count)
    for _ in 0..<shape.reduce(1, *) {
      elements.append(element(index))
      var axis = shape.count - 1
      while axis >= 0 {
        index[axis] += 1
        if index[axis] < shape[axis] { break }
        index[axis] = 0
        axis -= 1
      }
    }
  }

  subscript(index: [Int]) -> Double {
    var offset = 0
    for (extent, i) in zip(shape, index) { offset = offset * extent + i }
    return elements[offset]
  }

  /// The element under broadcasting to a shape of more axes.
  func broadcast(_ index: [Int]) -> Double {
    let tail = index.suffix(shape.count)
    return self[zip(shape, tail).map { $0 == 1 ? 0 : $1 }]
  }
}

/// Runs a graph by the definitions of its operators: double precision, no cleverness.
struct Evaluator {
  let graph: Graph

  func run(_ inputs: [Array64]) -> [Array64] {
    // What a node needs is there before it runs.
    var values = graph.values.map { $0.constant.map(Array64.init) ?? Array64([0], []) }
    for (id, input) in zip(graph.inputs, inputs) { values[id] = input }
    for node in graph.nodes {
      let result = evaluate(
        node.operation, node.inputs.map { values[$0] }, graph.shape(of: node.output).extents)
      precondition(result.shape == graph.shape(of: node.output).extents)
      values[node.output] = result
    }
    return graph.outputs.map { values[$0] }
  }

  private func evaluate(_ operation: Operator, _ x: [Array64], _ shape: [Int]) -> Array64 {
    switch operation {
    case .dense(let op): dense(op, x[0], shape)
    case .convolution(let op): convolution(op, x[0], shape)
    case .transposedConvolution(let op): transposedConvolution(op, x[0], shape)
    case .lstm(let op): recurrent(.lstm(op), x[0])
    case .gru(let op): recurrent(.gru(op), x[0])
    case .simpleRNN(let op): recurrent(.simpleRNN(op), x[0])
    case .pool(let op): pool(op, x[0], shape)
    case .reduce(let op): reduce(op, x[0], shape)
    case .softmax(let op): softmax(x[0], beta: Double(op.beta), isLogarithm: false)
    case .logSoftmax: softmax(x[0], beta: 1, isLogarithm: true)
    case .unary(let op): Array64(shape, x[0].elements.map(function(op.function)))
    case .binary(let op): binary(op, x, shape)
    case .compare(let op): compare(op, x, shape)
    case .select:
      Array64(shape: shape) {
        x[0].broadcast($0) != 0 ? x[1].broadcast($0) : x[2].broadcast($0)
      }
    case .parametricReLU(let op): parametric(op, x[0])
    case .scaleShift(let op): scaleShift(op, x[0])
    case .matMul(let op): matMul(op, x, shape)
    case .reshape: Array64(shape, x[0].elements)
    case .transpose(let op):
      Array64(shape: shape) { index in
        var source = index
        for (axis, from) in op.permutation.enumerated() { source[from] = index[axis] }
        return x[0][source]
      }
    case .slice(let op):
      Array64(shape: shape) { index in
        x[0][index.indices.map { op.begin[$0] + index[$0] * op.stride[$0] }]
      }
    case .concatenate(let op): concatenate(op, x, shape)
    case .pad(let op):
      Array64(shape: shape) { index in
        let source = index.indices.map { index[$0] - op.before[$0] }
        let isInside = source.indices.allSatisfy { (0..<x[0].shape[$0]).contains(source[$0]) }
        return isInside ? x[0][source] : Double(op.value)
      }
    case .tile:
      Array64(shape: shape) { index in x[0][index.indices.map { index[$0] % x[0].shape[$0] }] }
    case .reverse(let op):
      Array64(shape: shape) { index in
        x[0][index.indices.map { op.axes.contains($0) ? shape[$0] - 1 - index[$0] : index[$0] }]
      }
    case .quantize, .dequantize: preconditionFailure("only graphs of floats are evaluated")
    }
  }
}
