// SPDX-License-Identifier: Apache-2.0

extension Graph {
  /// Scale-and-shift operators disappear into weights where that is exact.
  ///
  /// Behind: into a linear convolution or dense layer before it. Ahead: into the input weights of
  /// the dense, recurrent or borderless convolution layer after it, also past operators that
  /// commute with it (reshapes that keep channels apart, slices, reversals, average pools; maximum
  /// pools when no scale is negative). A convolution that pads with zeros is left alone: its
  /// border would see the shift. A shift too large to fold ahead without losing digits stays where
  /// it is. Half-precision weights are left alone: they would be rounded
  /// again.
  public func foldingBatchNormalization() throws(GraphError) -> Graph {
    try foldingBackward().foldingForward()
  }

  private func foldingBackward() throws(GraphError) -> Graph {
    try merging { node, next in
      guard case .scaleShift(let affine) = next.operation, let map = ChannelMap(affine) else {
        return nil
      }
      return node.operation.absorbing(after: map)
    }
  }

  private func foldingForward() throws(GraphError) -> Graph {
    var rewriter = GraphRewriter(self)
    let consumers = rewriter.consumers()
    var replacements = [Operator?](repeating: nil, count: nodes.count)
    for (index, node) in nodes.enumerated() {
      if case .scaleShift(let affine) = node.operation, isFloat(node),
        let map = ChannelMap(affine), map.isSmall,
        let (target, operation) = absorber(of: map, from: index, rewriter, consumers, replacements)
      {
        replacements[target] = operation
        rewriter.replace(node.output, with: rewriter.value(node.inputs[0]))
      } else {
        try rewriter.copy(node, as: replacements[index])
      }
    }
    return try rewriter.finish().canonicalized()
  }

  /// The node ahead that can take the map in, and what it becomes.
  private func absorber(
    of start: ChannelMap, from index: Int, _ rewriter: GraphRewriter, _ consumers: [[Int]],
    _ replacements: [Operator?]
  ) -> (Int, Operator)? {
    var map = start
    var value = nodes[index].output
    while let next = rewriter.soleConsumer(of: value, in: consumers) {
      let node = nodes[next]
      let operation = replacements[next] ?? node.operation
      let input = values[value].shape
      if let absorbed = operation.absorbing(before: map, input: input) { return (next, absorbed) }
      guard let moved = operation.commuting(map, input: input, output: values[node.output].shape)
      else { return nil }
      map = moved
      value = node.output
    }
    return nil
  }
}
