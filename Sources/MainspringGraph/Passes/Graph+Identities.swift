// SPDX-License-Identifier: Apache-2.0

extension Graph {
  /// Without operators that hand their operand on unchanged; a reshape of a reshape becomes one.
  ///
  /// What gives integers another scale is no identity, even where it moves no element.
  public func droppingIdentities() throws(GraphError) -> Graph {
    var rewriter = GraphRewriter(self)
    // What a reshape, or a chain of them, started from.
    var origins = Array(values.indices)
    for node in nodes {
      var origin = node.inputs[0]
      if case .reshape = node.operation {
        origin = origins[origin]
        origins[node.output] = origin
      }
      let operand = rewriter.value(origin)
      let isDropped =
        (isIdentity(node)
          || origin != node.inputs[0] && shape(of: origin) == shape(of: node.output))
        && isSameScale(origin, node.output)
      if isDropped, rewriter.canReplace(node.output, with: operand) {
        rewriter.replace(node.output, with: operand)
      } else if case .reshape = node.operation {
        try rewriter.copy(node, operands: [operand])
      } else {
        try rewriter.copy(node)
      }
    }
    return try rewriter.finish().canonicalized()
  }

  /// Both floats, or integers that stand for the same numbers.
  func isSameScale(_ a: ValueID, _ b: ValueID) -> Bool {
    values[a].quantization == values[b].quantization
  }

  private func isIdentity(_ node: Node) -> Bool {
    guard isSameScale(node.inputs[0], node.output) else { return false }
    let input = values[node.inputs[0]].shape
    switch node.operation {
    case .reshape(let x): return x.shape == input
    case .transpose(let x): return x.permutation == Array(0..<input.rank)
    case .pad(let x): return x.before.allSatisfy { $0 == 0 } && x.after.allSatisfy { $0 == 0 }
    case .tile(let x): return x.multiples.allSatisfy { $0 == 1 }
    case .reverse(let x): return x.axes.allSatisfy { input[$0] == 1 }
    case .concatenate: return node.inputs.count == 1
    case .slice(let x):
      return x.count == input.extents && x.begin.allSatisfy { $0 == 0 }
        && zip(x.stride, x.count).allSatisfy { $0 == 1 || $1 <= 1 }
    case .pool(let x):
      return x.size == .one && x.stride == .one && x.activation == .none
    case .reduce(let x):
      return x.keepsAxes && x.axes.allSatisfy { input[$0] == 1 }
    case .quantize:
      return values[node.inputs[0]].elementType == values[node.output].elementType
    case .dense, .convolution, .transposedConvolution, .lstm, .gru, .simpleRNN, .softmax,
      .logSoftmax, .unary, .binary, .compare, .select, .parametricReLU, .scaleShift, .matMul,
      .dequantize:
      return false
    }
  }
}
