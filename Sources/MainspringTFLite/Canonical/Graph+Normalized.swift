// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph

extension Graph {
  /// The form in which the reader returns graphs.
  ///
  /// Several graphs mean the same to a TFLite file: time in the height or in the width of an
  /// image, a multiplication and an addition or one scale-and-shift, a last step cut out of a
  /// sequence or never computed. This picks one of each, so that the graph written and the graph
  /// read back are equal exactly when both are normalized. Results change by no bit, but for
  /// the sign of zeros.
  ///
  /// - Throws: `GraphError` when a shape rule refuses, which a well-formed graph does not provoke.
  /// - Complexity: O(values + operands).
  public func normalized() throws(GraphError) -> Graph {
    try simplifyingSettings()
      .droppingIdentities()
      .replacingUnitTransposes()
      .layingOutWindows()
      .mergingScaleAndShift()
      .simplifyingRecurrence()
      .droppingIdentities()
      .hoistingReshapes()
      .droppingIdentities()
      .fusingActivations()
  }

  /// Transposes that move axes of extent 1 only become reshapes: no element moves.
  func replacingUnitTransposes() throws(GraphError) -> Graph {
    guard nodes.contains(where: { $0.isTranspose }) else { return self }
    var rewriter = GraphRewriter(self)
    for node in nodes {
      guard case .transpose(let transpose) = node.operation else {
        try rewriter.copy(node)
        continue
      }
      let input = shape(of: node.inputs[0])
      let moved = transpose.permutation.filter { input[$0] != 1 }
      if zip(moved, moved.dropFirst()).allSatisfy({ $0 < $1 }) {
        let reshape = Operator.reshape(Reshape(to: shape(of: node.output)))
        let operand = rewriter.value(node.inputs[0])
        rewriter.replace(node, with: try rewriter.add(reshape, [operand], node))
      } else {
        try rewriter.copy(node)
      }
    }
    return try rewriter.finish()
  }
}

extension Node {
  fileprivate var isTranspose: Bool {
    guard case .transpose = operation else { return false }
    return true
  }
}
