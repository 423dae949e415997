// SPDX-License-Identifier: Apache-2.0

extension Graph {
  /// The same graph without what no output depends on, values numbered in order of use.
  ///
  /// Two graphs that compute the same with the same operators in the same order are then equal.
  ///
  /// - Complexity: O(values + operands).
  public func canonicalized() throws(GraphError) -> Graph {
    var needed = [Bool](repeating: false, count: values.count)
    for output in outputs { needed[output] = true }
    for node in nodes.reversed() where needed[node.output] {
      for operand in node.inputs { needed[operand] = true }
    }
    if isCanonical(needed) { return self }
    var rewriter = GraphRewriter(self)
    for node in nodes where needed[node.output] { try rewriter.copy(node) }
    return try rewriter.finish()
  }

  /// Whether inputs, then constants and results in order of use, are all there is.
  private func isCanonical(_ needed: [Bool]) -> Bool {
    guard inputs == Array(0..<inputs.count) else { return false }
    var count = inputs.count
    // The next value may be used if it is a constant.
    let isKnown = { (id: ValueID) -> Bool in
      if id == count, values[id].constant != nil { count += 1 }
      return id < count
    }
    for node in nodes {
      guard node.inputs.allSatisfy(isKnown), node.output == count, needed[count] else {
        return false
      }
      count += 1
    }
    return outputs.allSatisfy(isKnown) && count == values.count
  }

  /// The graph an engine should run and a converter should write: passes in the order in which
  /// each finds most, outputs unchanged but for rounding.
  public func optimized() throws(GraphError) -> Graph {
    try droppingIdentities()
      .hoistingReshapes()
      .droppingIdentities()
      .foldingBatchNormalization()
      .fusingActivations()
      .canonicalized()
  }
}
