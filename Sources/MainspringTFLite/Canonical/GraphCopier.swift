// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Copies a graph node by node while a pass writes some of them differently.
struct GraphCopier {
  let source: Graph
  /// Times each source value is used, as an operand or as an output.
  let useCounts: [Int]
  /// The source node that computes each value.
  let producers: [Int?]
  private(set) var result = Graph()
  private var map: [ValueID?]

  init(_ source: Graph) {
    self.source = source
    var uses = [Int](repeating: 0, count: source.values.count)
    var producers = [Int?](repeating: nil, count: source.values.count)
    for (index, node) in source.nodes.enumerated() {
      for operand in node.inputs { uses[operand] += 1 }
      producers[node.output] = index
    }
    for output in source.outputs { uses[output] += 1 }
    useCounts = uses
    self.producers = producers
    map = [ValueID?](repeating: nil, count: source.values.count)
    for input in source.inputs {
      let value = source.values[input]
      map[input] = result.addInput(
        name: value.name, shape: value.shape, elementType: value.elementType,
        quantization: value.quantization)
    }
  }

  /// The node that computes a value nothing else uses.
  func soleProducer(of id: ValueID) -> Node? {
    guard useCounts[id] == 1, let index = producers[id] else { return nil }
    return source.nodes[index]
  }

  /// The copy of a source value; constants are copied at first use.
  mutating func value(_ id: ValueID) -> ValueID {
    if let copy = map[id] { return copy }
    guard let constant = source.values[id].constant else {
      preconditionFailure("a node is copied before its result is used")
    }
    let copy = result.addConstant(name: source.values[id].name, constant)
    map[id] = copy
    return copy
  }

  mutating func copy(_ node: Node) throws(GraphError) {
    var operands: [ValueID] = []
    for input in node.inputs { operands.append(value(input)) }
    map[node.output] = try add(node.operation, operands, node)
  }

  /// Appends an operator under the name of a source node's result.
  ///
  /// - Parameter type: of the new result; by default that of the source node's.
  mutating func add(
    _ operation: Operator, _ operands: [ValueID], _ node: Node, suffix: String = "",
    type: ValueType? = nil
  ) throws(GraphError) -> ValueID {
    let value = source.values[node.output]
    return try result.add(
      operation, to: operands, name: value.name + suffix, type: type ?? value.type)
  }

  /// From now on the result of a source node is this value of the copy.
  mutating func replace(_ node: Node, with copy: ValueID) { map[node.output] = copy }

  mutating func finish() throws(GraphError) -> Graph {
    for output in source.outputs { try result.addOutput(value(output)) }
    return result
  }
}
