// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Who reads each value.
struct GraphUses {
  /// By value: how often it is an operand or an output.
  let counts: [Int]
  /// By value: the nodes it is an operand of.
  let consumers: [[Int]]

  init(_ graph: Graph) {
    var counts = [Int](repeating: 0, count: graph.values.count)
    var consumers = [[Int]](repeating: [], count: graph.values.count)
    for (index, node) in graph.nodes.enumerated() {
      for operand in node.inputs {
        counts[operand] += 1
        consumers[operand].append(index)
      }
    }
    for output in graph.outputs { counts[output] += 1 }
    self.counts = counts
    self.consumers = consumers
  }
}
