// SPDX-License-Identifier: Apache-2.0

extension Graph {
  /// Reshapes move behind element-wise operators, where they meet the next reshape and cancel.
  ///
  /// Layers on sequences alternate between `[1, time, channels]` and `[1, 1, time, channels]`;
  /// after this pass a chain of convolutions, poolings and activations stays in the latter.
  public func hoistingReshapes() throws(GraphError) -> Graph {
    var rewriter = GraphRewriter(self)
    // For each source value that is a reshape of something in the result: that something.
    var origins = [ValueID?](repeating: nil, count: values.count)
    for node in nodes {
      let name = values[node.output].name
      if case .reshape = node.operation {
        let origin = origins[node.inputs[0]] ?? rewriter.value(node.inputs[0])
        // One that gives integers another scale stays where it is.
        if isSameScale(node.inputs[0], node.output) { origins[node.output] = origin }
        try rewriter.copy(node, operands: [origin])
        continue
      }
      guard let operands = operandsBeforeReshape(node, origins, rewriter.result) else {
        try rewriter.copy(node)
        continue
      }
      let type = values[node.output].type
      let early = try rewriter.add(node.operation, operands, name, type)
      let late = try rewriter.add(
        .reshape(Reshape(to: values[node.output].shape)), [early], name + "/reshape", type)
      rewriter.replace(node.output, with: late)
      origins[node.output] = early
    }
    return try rewriter.finish().canonicalized()
  }

  /// What an element-wise node would take if it ran before its operands' reshapes.
  private func operandsBeforeReshape(_ node: Node, _ origins: [ValueID?], _ result: Graph)
    -> [ValueID]?
  {
    switch node.operation {
    case .unary:
      return origins[node.inputs[0]].map { [$0] }
    case .scaleShift:
      guard let origin = origins[node.inputs[0]],
        result.shape(of: origin).rank >= 1,
        result.shape(of: origin).channels == values[node.inputs[0]].shape.channels
      else { return nil }
      return [origin]
    case .binary:
      guard let a = origins[node.inputs[0]], let b = origins[node.inputs[1]],
        result.shape(of: a) == result.shape(of: b),
        values[node.inputs[0]].shape == values[node.inputs[1]].shape
      else { return nil }
      return [a, b]
    case .dense, .convolution, .transposedConvolution, .lstm, .gru, .simpleRNN, .pool, .reduce,
      .softmax, .logSoftmax, .compare, .select, .parametricReLU, .matMul, .reshape, .transpose,
      .slice, .concatenate, .pad, .tile, .reverse, .quantize, .dequantize:
      return nil
    }
  }
}
