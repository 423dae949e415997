// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// A graph in the making out of another one, node by node.
struct GraphCopy {
  let source: Graph
  private(set) var result = Graph()
  private var map: [ValueID?]

  /// Starts with the inputs of the source.
  init(_ source: Graph) {
    self.source = source
    map = [ValueID?](repeating: nil, count: source.values.count)
    for input in source.inputs where map[input] == nil {
      let value = source.values[input]
      map[input] = result.addInput(
        name: value.name, shape: value.shape, elementType: value.elementType,
        quantization: value.quantization)
    }
  }

  /// What stands for a value of the source; constants are copied at first use.
  ///
  /// - Precondition: the node that computes it was copied or replaced.
  mutating func value(_ id: ValueID) -> ValueID {
    if let known = map[id] { return known }
    guard let constant = source.values[id].constant else {
      preconditionFailure("a value is computed before it is used")
    }
    let copy = result.addConstant(name: source.values[id].name, constant)
    map[id] = copy
    return copy
  }

  /// Copies a node, perhaps with another operator.
  mutating func copy(_ node: Node, as operation: Operator? = nil) throws(GraphError) {
    var operands: [ValueID] = []
    for input in node.inputs { operands.append(value(input)) }
    let value = source.values[node.output]
    let output = try result.add(
      operation ?? node.operation, to: operands, name: value.name, type: value.type)
    map[node.output] = output
  }

  /// Appends a node the source does not have.
  mutating func add(_ operation: Operator, to operand: ValueID, name: String)
    throws(GraphError) -> ValueID
  {
    try result.add(operation, to: operand, name: name)
  }

  /// From now on the value of the source is this one of the result.
  mutating func replace(_ id: ValueID, with copy: ValueID) { map[id] = copy }

  mutating func addOutput(_ value: ValueID) throws(GraphError) { try result.addOutput(value) }

  /// The copy, with the outputs of the source.
  mutating func finish() throws(GraphError) -> Graph {
    for output in source.outputs { try result.addOutput(value(output)) }
    return result
  }
}

extension Graph {
  /// The same graph with other operators, one for each node.
  func replacingOperations(_ operations: [Operator]) throws(GraphError) -> Graph {
    var copy = GraphCopy(self)
    for (node, operation) in zip(nodes, operations) { try copy.copy(node, as: operation) }
    return try copy.finish()
  }
}
