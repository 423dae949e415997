// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// A graph in the making out of another one, node by node.
struct GraphCopy {
  let source: Graph
  private(set) var result = Graph()
  private var map: [ValueID?]
  private let constants: [ValueID: Tensor]

  /// Starts with the inputs of the source.
  ///
  /// - Parameter constants: what constants of the source are replaced with.
  init(_ source: Graph, constants: [ValueID: Tensor] = [:]) {
    self.source = source
    self.constants = constants
    map = [ValueID?](repeating: nil, count: source.values.count)
    result.takeContract(of: source)
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
    let copy = result.addConstant(
      name: source.values[id].name, constants[id] ?? constant)
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

  mutating func add(_ operation: Operator, to operands: [ValueID], name: String)
    throws(GraphError) -> ValueID
  {
    try result.add(operation, to: operands, name: name)
  }

  mutating func addConstant(name: String, _ constant: Tensor) -> ValueID {
    result.addConstant(name: name, constant)
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
  /// The same graph with other operators, one for each node, and some other constants.
  func replacingOperations(_ operations: [Operator], constants: [ValueID: Tensor] = [:])
    throws(GraphError) -> Graph
  {
    var copy = GraphCopy(self, constants: constants)
    for (node, operation) in zip(nodes, operations) { try copy.copy(node, as: operation) }
    return try copy.finish()
  }
}
