// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Graph {
  /// Elements of all weights and constant operands; shared ones count once for each use.
  var parameterCount: Int {
    var count = 0
    for node in nodes { count += node.operation.parameterCount }
    for value in values { count += value.constant?.shape.elementCount ?? 0 }
    return count
  }

  /// Multiply-accumulates of a node for one window.
  func multiplyAccumulates(of node: Node) -> Int {
    node.operation.multiplyAccumulates(
      inputs: node.inputs.map { shape(of: $0) }, output: shape(of: node.output))
  }

  /// Multiply-accumulates for one window.
  var multiplyAccumulates: Int { nodes.reduce(0) { $0 + multiplyAccumulates(of: $1) } }
}
