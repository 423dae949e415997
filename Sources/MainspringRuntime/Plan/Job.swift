// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

/// A node while it is lowered.
struct Job {
  /// What a node computes with.
  enum Arithmetic {
    case float
    /// int8 or int16, or from or to them.
    case integer
    /// Floats, by weights of int8.
    case hybrid
  }

  let operation: Operator
  let inputs: [ValueID]
  let shapes: [Shape]
  let types: [ValueType]
  private let operandNames: [String]
  let output: ValueID
  let shape: Shape
  let type: ValueType
  let name: String
  let arithmetic: Arithmetic
  /// What goes uncomputed in front of the node.
  let windows: RowWindows?
  /// What is computed along with the node.
  let epilogue: Epilogue?

  init(
    _ node: Node, _ graph: Graph, _ shapes: [Shape], _ windows: RowWindows? = nil,
    _ epilogue: Epilogue? = nil
  ) {
    self.windows = windows
    self.epilogue = epilogue
    operation = node.operation
    inputs = node.inputs
    output = node.output
    self.shapes = shapes
    types = node.inputs.map { graph.values[$0].type }
    operandNames = node.inputs.map { graph.values[$0].name }
    let value = graph.values[node.output]
    shape = value.shape
    type = value.type
    name = value.name
    if !type.isFloat || types.contains(where: { !$0.isFloat }) {
      arithmetic = .integer
    } else if let weights = node.operation.weights.first, weights.elementType == .int8 {
      arithmetic = .hybrid
    } else {
      arithmetic = .float
    }
  }

  /// The value that is computed in the end.
  var target: ValueID { epilogue?.output ?? output }

  /// Bytes of the result's elements in memory.
  var elementSize: Int { type.elementType.memorySize }

  /// An operand's elements as integers.
  func integer(_ index: Int) throws(PlanError) -> IntegerType {
    try IntegerType(types[index], node: name, role: role(index))
  }

  /// An operand, for people.
  func role(_ index: Int) -> String { "operand '\(operandNames[index])'" }

  /// The result's elements as integers.
  func integerResult() throws(PlanError) -> IntegerType {
    try IntegerType(type, node: name, role: "result")
  }

  /// An operand and the result, which have elements of one type.
  func integers() throws(PlanError) -> (x: IntegerType, y: IntegerType) {
    let (x, y) = (try integer(0), try integerResult())
    guard x.element == y.element else { throw refusal }
    return (x, y)
  }

  /// The operator is not computed on these elements.
  var refusal: PlanError {
    let odd = types.first { !$0.isFloat } ?? type
    return .operation(node: name, kind: operation.name, odd.elementType)
  }

  /// - Throws: `PlanError` when the runtime has no arithmetic for the elements.
  func checkTypes() throws(PlanError) {
    switch arithmetic {
    case .float: try checkFloats()
    case .hybrid: try checkHybrid()
    case .integer: try checkIntegers()
    }
  }

  private func checkFloats() throws(PlanError) {
    for tensor in operation.weights {
      guard tensor.elementType == .float32 || tensor.elementType == .float16 else {
        throw .elementType(node: name, role: "weights", tensor.elementType)
      }
    }
    switch operation {
    case .quantize, .dequantize: throw refusal
    default: break
    }
  }

  private func checkHybrid() throws(PlanError) {
    switch operation {
    case .dense, .convolution, .lstm, .gru, .simpleRNN: break
    default: throw .elementType(node: name, role: "weights", .int8)
    }
  }

  /// What only moves elements takes any, as they are; the rest is up to the operators.
  private func checkIntegers() throws(PlanError) {
    switch operation {
    case .reshape, .transpose, .slice, .concatenate, .tile, .reverse:
      for operand in types {
        guard operand.elementType.isMovable(to: type.elementType) else { throw refusal }
      }
    case .pad:
      let (x, y) = try integers()
      guard x.element == y.element else { throw refusal }
    case .gru, .simpleRNN:
      guard let step = RecurrentCell(operation)?.integerStep else { throw refusal }
      guard type == step.state, try integers().x.element == integerResult().element else {
        throw .quantization(
          node: name, role: "result", expected: "the state's scale", found: "another")
      }
    case .scaleShift: throw refusal
    default:
      for (index, operand) in types.enumerated() {
        guard operand.isFloat || operand.isInteger else {
          throw .elementType(node: name, role: role(index), operand.elementType)
        }
      }
      guard type.isFloat || type.isInteger else {
        throw .elementType(node: name, role: "result", type.elementType)
      }
    }
  }
}

extension ValueType {
  /// Elements the runtime keeps as floats.
  var isFloat: Bool { elementType.memory == .float32 }

  /// Elements there is integer arithmetic for.
  var isInteger: Bool { elementType == .int8 || elementType == .int16 }
}

extension ElementType {
  /// What the elements are in memory: halves are widened, and booleans are 0 and 1.
  var memory: ElementType {
    switch self {
    case .float32, .float16, .bool: .float32
    case .int8, .uint8, .int16, .int32, .int64: self
    }
  }

  var memorySize: Int { memory.byteCount }

  /// Whether a copy of the elements is one of the other type.
  func isMovable(to other: ElementType) -> Bool { memory == other.memory }
}

extension Value {
  /// Bytes of an element in memory.
  var elementSize: Int { elementType.memorySize }
}

extension msk_integer {
  var byteCount: Int {
    @_noAllocation @_noLocks get {
      switch self {
      case .s8: 1
      case .s16: 2
      case .s32: 4
      }
    }
  }

  /// An integer's bytes, lowest first.
  func bits(of value: Int32) -> UInt64 { UInt64(UInt32(bitPattern: value)) }
}
