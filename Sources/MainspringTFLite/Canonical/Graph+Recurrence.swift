// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Graph {
  /// Recurrent layers of which only the last step is used return only that.
  ///
  /// One step is both a sequence and the last step; it counts as the latter. Activations that two
  /// cases describe are written as the simpler one.
  func simplifyingRecurrence() throws(GraphError) -> Graph {
    guard nodes.contains(where: { $0.operation.withPlainActivations != nil }) else {
      return try canonicalized()
    }
    var rewriter = GraphRewriter(self)
    for node in nodes {
      if let (cell, x) = lastStep(node, rewriter) {
        let operand = rewriter.value(x)
        let last = try rewriter.add(cell, [operand], node)
        let reshape = Operator.reshape(Reshape(to: shape(of: node.output)))
        rewriter.replace(node, with: try rewriter.add(reshape, [last], node))
      } else if let plain = node.operation.withPlainActivations {
        let operand = rewriter.value(node.inputs[0])
        rewriter.replace(node, with: try rewriter.add(plain, [operand], node))
      } else {
        try rewriter.copy(node)
      }
    }
    // Sequences that nothing reads any more go.
    return try rewriter.finish().canonicalized()
  }

  /// The recurrent operator, returning its last step, and its operand, when `node` takes that step
  /// out of a sequence or is a sequence of one step.
  private func lastStep(_ node: Node, _ rewriter: GraphRewriter) -> (Operator, ValueID)? {
    if let cell = node.operation.lastStepOnly, shape(of: node.output)[1] == 1 {
      return (cell, node.inputs[0])
    }
    guard case .slice(let slice) = node.operation,
      let source = rewriter.soleProducer(of: node.inputs[0]),
      let cell = source.operation.lastStepOnly
    else { return nil }
    let sequence = shape(of: source.output)
    guard slice.begin == [0, sequence[1] - 1, 0], slice.count == [1, 1, sequence[2]],
      slice.stride[2] == 1 || sequence[2] == 1
    else { return nil }
    return (cell, source.inputs[0])
  }
}

extension Operator {
  /// The same layer without its sequence; nil for other operators.
  fileprivate var lastStepOnly: Operator? {
    switch withPlainActivations ?? self {
    case .lstm(var x) where x.returnsSequence:
      x.returnsSequence = false
      return .lstm(x)
    case .gru(var x) where x.returnsSequence:
      x.returnsSequence = false
      return .gru(x)
    case .simpleRNN(var x) where x.returnsSequence:
      x.returnsSequence = false
      return .simpleRNN(x)
    default: return nil
    }
  }

  /// Nil for operators without activations.
  fileprivate var withPlainActivations: Operator? {
    switch self {
    case .lstm(var x):
      x.activation = x.activation.plain
      x.recurrentActivation = x.recurrentActivation.plain
      return .lstm(x)
    case .gru(var x):
      x.activation = x.activation.plain
      x.recurrentActivation = x.recurrentActivation.plain
      return .gru(x)
    case .simpleRNN(var x):
      x.activation = x.activation.plain
      return .simpleRNN(x)
    default: return nil
    }
  }
}

extension Activation {
  /// The simplest case that is the same function.
  var plain: Activation {
    switch self {
    case .rectified(nil, threshold: 0, slope: 0): .relu
    case .rectified(6, threshold: 0, slope: 0): .relu6
    case .rectified(nil, threshold: 0, let slope): .leakyReLU(slope: slope)
    default: self
    }
  }
}
