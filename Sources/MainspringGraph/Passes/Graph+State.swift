// SPDX-License-Identifier: Apache-2.0

extension Graph {
  /// Names of the layers whose state a file of this graph keeps from window to window.
  public var statefulNames: [String] {
    nodes.compactMap { node in
      if case .lstm(let cell) = node.operation, cell.isStateful {
        values[node.output].name
      } else {
        nil
      }
    }
  }

  /// The graph with every layer starting each window from zero, in files too.
  public func resettingState() throws(GraphError) -> Graph {
    var rewriter = GraphRewriter(self)
    for node in nodes {
      if case .lstm(var cell) = node.operation, cell.isStateful {
        cell.isStateful = false
        try rewriter.copy(node, as: .lstm(cell))
      } else {
        try rewriter.copy(node)
      }
    }
    return try rewriter.finish()
  }
}
