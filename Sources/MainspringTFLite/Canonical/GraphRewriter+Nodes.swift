// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension GraphRewriter {
  /// The node that computes a value nothing else uses.
  func soleProducer(of id: ValueID) -> Node? {
    guard useCounts[id] == 1, let index = producers[id] else { return nil }
    return source.nodes[index]
  }

  /// Appends an operator under the name of a source node's result.
  ///
  /// - Parameter type: of the new result; by default that of the source node's.
  mutating func add(
    _ operation: Operator, _ operands: [ValueID], _ node: Node, suffix: String = "",
    type: ValueType? = nil
  ) throws(GraphError) -> ValueID {
    let value = source.values[node.output]
    return try add(operation, operands, value.name + suffix, type ?? value.type)
  }

  /// From now on the result of a source node is this value of the copy.
  mutating func replace(_ node: Node, with copy: ValueID) { replace(node.output, with: copy) }
}
