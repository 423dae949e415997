// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Graph {
  /// - Throws: ``QuantizationError/weights(node:role:element:)`` for the first number among weights
  ///   and biases that is none, whether or not it would become an integer.
  /// - Complexity: O(weights).
  func requireFiniteWeights() throws(QuantizationError) {
    for node in nodes {
      for (role, tensor) in zip(node.operation.weightRoles, node.operation.weights) {
        guard let floats = tensor.floats else { continue }
        if let element = floats.firstIndex(where: { !$0.isFinite }) {
          throw .weights(node: values[node.output].name, role: role, element: element)
        }
      }
    }
  }
}

extension Operator {
  /// What `weights` are, for people.
  fileprivate var weightRoles: [String] {
    switch self {
    case .dense, .convolution, .transposedConvolution: ["weights", "bias"]
    case .lstm, .simpleRNN: ["input weights", "recurrent weights", "bias"]
    case .gru: ["input weights", "recurrent weights", "input bias", "recurrent bias"]
    case .parametricReLU: ["slope"]
    case .scaleShift: ["scale", "shift"]
    case .pool, .reduce, .softmax, .logSoftmax, .unary, .binary, .compare, .select, .matMul,
      .reshape, .transpose, .slice, .concatenate, .pad, .tile, .reverse, .quantize, .dequantize:
      []
    }
  }
}
