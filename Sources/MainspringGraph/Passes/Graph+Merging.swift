// SPDX-License-Identifier: Apache-2.0

extension Graph {
  /// Makes one of a node and the only one that reads it, wherever `merged` has an operator for both;
  /// a node that computes on integers stays.
  func merging(_ merged: (_ node: Node, _ next: Node) -> Operator?) throws(GraphError) -> Graph {
    var rewriter = GraphRewriter(self)
    let consumers = rewriter.consumers()
    var isMerged = [Bool](repeating: false, count: nodes.count)
    for (index, node) in nodes.enumerated() {
      if isMerged[index] { continue }
      guard isFloat(node), let next = rewriter.soleConsumer(of: node.output, in: consumers),
        let operation = merged(node, nodes[next])
      else {
        try rewriter.copy(node)
        continue
      }
      var operands: [ValueID] = []
      for input in node.inputs { operands.append(rewriter.value(input)) }
      let result = try rewriter.add(operation, operands, values[nodes[next].output].name)
      rewriter.replace(nodes[next].output, with: result)
      isMerged[next] = true
    }
    return try rewriter.finish().canonicalized()
  }
}
