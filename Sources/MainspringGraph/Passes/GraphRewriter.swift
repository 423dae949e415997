// SPDX-License-Identifier: Apache-2.0

/// Copies a graph node by node while a pass changes some of them.
///
/// Values of the source are looked up as ``value(_:)``; the copy keeps inputs, their order, and
/// outputs. What nobody asks for is not copied.
package struct GraphRewriter {
  package let source: Graph
  /// Times each source value is used, as an operand or as an output.
  package let useCounts: [Int]
  /// Index of the node that computes each source value; nil for inputs and constants.
  package let producers: [Int?]
  private let isOutput: [Bool]
  package private(set) var result: Graph = Graph()
  private var map: [ValueID?]
  /// Values of the result that already stand for an output, and so have their name.
  private var claimed: Set<ValueID> = []

  package init(_ source: Graph) {
    self.source = source
    var uses = [Int](repeating: 0, count: source.values.count)
    var producers = [Int?](repeating: nil, count: source.values.count)
    for (index, node) in source.nodes.enumerated() {
      for operand in node.inputs { uses[operand] += 1 }
      producers[node.output] = index
    }
    var isOutput = [Bool](repeating: false, count: source.values.count)
    for output in source.outputs {
      uses[output] += 1
      isOutput[output] = true
    }
    useCounts = uses
    self.isOutput = isOutput
    self.producers = producers
    map = [ValueID?](repeating: nil, count: source.values.count)
    result.takeContract(of: source)
    for input in source.inputs {
      let value = source.values[input]
      let copy = result.addInput(
        name: value.name, shape: value.shape, elementType: value.elementType,
        quantization: value.quantization)
      map[input] = copy
      if isOutput[input] { claimed.insert(copy) }
    }
  }

  /// The copy of a source value; constants are copied at first use.
  ///
  /// - Precondition: inputs aside, the node that computes the value was copied or replaced.
  package mutating func value(_ id: ValueID) -> ValueID {
    if let copy = map[id] { return copy }
    guard let constant = source.values[id].constant else {
      preconditionFailure("a node is copied before its result is used")
    }
    let copy = result.addConstant(name: source.values[id].name, constant)
    map[id] = copy
    return copy
  }

  /// Copies a node, perhaps with another operator or operands of the result.
  package mutating func copy(
    _ node: Node, as operation: Operator? = nil, operands: [ValueID]? = nil
  )
    throws(GraphError)
  {
    var inputs: [ValueID] = operands ?? []
    var isSame = operation == nil && operands == nil
    if operands == nil {
      inputs.reserveCapacity(node.inputs.count)
      for input in node.inputs {
        let copy = value(input)
        inputs.append(copy)
        isSame = isSame && result.values[copy].shape == source.values[input].shape
      }
    }
    let value = source.values[node.output]
    let copy =
      isSame
      ? result.addCopy(of: node, computing: value, from: inputs)
      : try add(operation ?? node.operation, inputs, value.name, value.type)
    map[node.output] = copy
    if isOutput[node.output] { claimed.insert(copy) }
  }

  /// Appends a node the source does not have.
  package mutating func add(
    _ operation: Operator, _ operands: [ValueID], _ name: String, _ type: ValueType? = nil
  ) throws(GraphError) -> ValueID {
    try result.add(operation, to: operands, name: name, type: type)
  }

  /// Whether a node's result can be that value of the result without an output losing its name.
  package func canReplace(_ id: ValueID, with copy: ValueID) -> Bool {
    !isOutput[id] || isInput(copy) || !claimed.contains(copy)
  }

  /// From now on the source value is this one of the result.
  ///
  /// An output keeps its name, programs find results by it; and where a layer's last step goes,
  /// the step before takes over the layer's name.
  ///
  /// - Precondition: ``canReplace(_:with:)``.
  package mutating func replace(_ id: ValueID, with copy: ValueID) {
    map[id] = copy
    let name = source.values[id].name
    let isStep = result.values[copy].name.utf8.starts(with: (name + "/").utf8)
    if isOutput[id] || isStep, !claimed.contains(copy), !isInput(copy),
      result.values[copy].constant == nil
    {
      result.rename(copy, to: name)
    }
    if isOutput[id] { claimed.insert(copy) }
  }

  private func isInput(_ copy: ValueID) -> Bool {
    // Inputs come first in every result.
    copy < source.inputs.count
  }

  /// The only node that uses a source value; nil when several do, or when it is an output.
  package func soleConsumer(of id: ValueID, in consumers: [[Int]]) -> Int? {
    useCounts[id] == 1 ? consumers[id].first : nil
  }

  /// Nodes that use each source value.
  package func consumers() -> [[Int]] {
    var result = [[Int]](repeating: [], count: source.values.count)
    for (index, node) in source.nodes.enumerated() {
      for operand in node.inputs { result[operand].append(index) }
    }
    return result
  }

  /// The finished copy.
  package mutating func finish() throws(GraphError) -> Graph {
    for output in source.outputs { try result.addOutput(value(output)) }
    return result
  }
}
