// SPDX-License-Identifier: Apache-2.0

/// Index of a value in ``Graph/values``.
public typealias ValueID = Int

/// Something that flows between operators, or a constant operand.
public struct Value: Hashable, Sendable {
  /// A name a person recognises, from the Keras layer or the file; need not be unique.
  public var name: String
  public let shape: Shape
  public let elementType: ElementType
  /// What integers stand for; nil for floats.
  public var quantization: Quantization?
  /// The elements of a constant; nil for what is computed.
  public let constant: Tensor?

  public var type: ValueType { ValueType(elementType, quantization) }
}

/// One operator, its operands and its result.
public struct Node: Hashable, Sendable {
  public var operation: Operator
  public var inputs: [ValueID]
  public var output: ValueID
}

/// A model: operators in the order they run, with every shape known.
///
/// Each value is assigned once, before it is used; shapes have passed the operators' rules. Both
/// hold by construction: the only way to add a node is ``add(_:to:name:)``. Graphs are plain
/// values, so that a round trip through a file is checked by one `==`.
public struct Graph: Hashable, Sendable {
  public private(set) var values: [Value] = []
  public private(set) var nodes: [Node] = []
  public private(set) var inputs: [ValueID] = []
  public private(set) var outputs: [ValueID] = []
  /// What a program must know about the model beyond its operators; nil when nothing is known.
  public private(set) var contract: ModelContract?

  public init() {}

  /// A value the caller provides.
  @discardableResult
  public mutating func addInput(
    name: String, shape: Shape, elementType: ElementType = .float32,
    quantization: Quantization? = nil
  ) -> ValueID {
    values.append(
      Value(
        name: name, shape: shape, elementType: elementType, quantization: quantization,
        constant: nil))
    inputs.append(values.count - 1)
    return values.count - 1
  }

  /// A constant operand; operators keep their weights to themselves.
  public mutating func addConstant(name: String, _ tensor: Tensor) -> ValueID {
    values.append(
      Value(
        name: name, shape: tensor.shape, elementType: tensor.elementType,
        quantization: tensor.quantization, constant: tensor))
    return values.count - 1
  }

  /// Appends an operator.
  ///
  /// - Parameter type: what the result's elements are; by default what the operator gives on
  ///   floats.
  /// - Returns: the value it computes, called `name`.
  /// - Throws: ``GraphError`` when an operand does not exist or the operator's shape rule refuses.
  public mutating func add(
    _ operation: Operator, to operands: [ValueID], name: String, type: ValueType? = nil
  ) throws(GraphError) -> ValueID {
    var shapes: [Shape] = []
    for operand in operands {
      guard values.indices.contains(operand) else {
        throw .unknownValue(node: name, index: operand, count: values.count)
      }
      shapes.append(values[operand].shape)
    }
    let shape: Shape
    do throws(ShapeError) {
      shape = try operation.outputShape(of: shapes)
    } catch {
      throw .shape(node: name, error)
    }
    values.append(
      Value(
        name: name, shape: shape, elementType: type?.elementType ?? operation.outputType,
        quantization: type?.quantization, constant: nil))
    nodes.append(Node(operation: operation, inputs: operands, output: values.count - 1))
    return values.count - 1
  }

  /// Appends a node of another graph whose operands have the shapes they have there, and so need no
  /// second look.
  mutating func addCopy(
    of node: Node, computing value: Value, from operands: [ValueID]
  ) -> ValueID {
    values.append(value)
    nodes.append(Node(operation: node.operation, inputs: operands, output: values.count - 1))
    return values.count - 1
  }

  /// Appends an operator with one operand.
  public mutating func add(
    _ operation: Operator, to operand: ValueID, name: String, type: ValueType? = nil
  ) throws(GraphError) -> ValueID {
    try add(operation, to: [operand], name: name, type: type)
  }

  /// Declares a value as a result, after the ones declared before.
  ///
  /// - Throws: ``GraphError`` when there is no such value.
  public mutating func addOutput(_ value: ValueID) throws(GraphError) {
    guard values.indices.contains(value) else {
      throw .unknownValue(node: "output", index: value, count: values.count)
    }
    outputs.append(value)
  }

  public mutating func rename(_ value: ValueID, to name: String) { values[value].name = name }

  /// Says what is known about the model; an empty contract is none.
  ///
  /// - Throws: ``ContractError`` when it does not fit the inputs and outputs declared so far.
  public mutating func setContract(_ contract: ModelContract?) throws(ContractError) {
    try contract?.validate(
      inputs: inputs.map { values[$0].shape }, outputs: outputs.map { values[$0].shape })
    self.contract = contract.flatMap { $0.isEmpty ? nil : $0.simplified }
  }

  /// Takes over the contract of a graph of the same inputs and outputs.
  package mutating func takeContract(of other: Graph) { contract = other.contract }

  /// The same operators between the same ports in another order.
  func replacingPorts(inputs: [ValueID], outputs: [ValueID], contract: ModelContract?) -> Graph {
    var copy = self
    (copy.inputs, copy.outputs, copy.contract) = (inputs, outputs, contract)
    return copy
  }

  public func shape(of value: ValueID) -> Shape { values[value].shape }

  /// Nothing a node reads or writes is an integer: what the passes for float arithmetic may touch.
  func isFloat(_ node: Node) -> Bool {
    values[node.output].quantization == nil
      && node.inputs.allSatisfy { values[$0].quantization == nil }
  }
}

/// Why a graph cannot be built.
public enum GraphError: Error, Hashable, Sendable {
  case unknownValue(node: String, index: Int, count: Int)
  case shape(node: String, ShapeError)
}

extension GraphError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownValue(let node, let index, let count):
      "\(node.quoted): operand \(index) does not exist, there are \(count) values before it"
    case .shape(let node, let error):
      "\(node.quoted): \(error)"
    }
  }
}
