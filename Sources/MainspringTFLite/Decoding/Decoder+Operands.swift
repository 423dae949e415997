// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Decoder {
  /// - Throws: when an operator has too few or too many operands.
  func require(_ call: Call, operands: ClosedRange<Int>, options table: UInt8? = nil)
    throws(TFLiteError)
  {
    guard operands.contains(call.record.inputs.count) else {
      let expected =
        operands.count == 1
        ? "\(operands.lowerBound)" : "\(operands.lowerBound) to \(operands.upperBound)"
      throw .invalid(
        place: place(call), expected: "\(expected) operands", found: "\(call.record.inputs.count)")
    }
    guard call.options.table == 0 || table == nil || call.options.table == table else {
      throw .invalid(
        place: place(call), expected: "options table \(table ?? 0)",
        found: "table \(call.options.table)")
    }
  }

  /// What is known about operand `index`; nil when it is left out.
  mutating func optional(_ call: Call, _ index: Int) throws(TFLiteError) -> Known? {
    guard index < call.record.inputs.count, call.record.inputs[index] != -1 else { return nil }
    return try known(Int(call.record.inputs[index]), .call(call))
  }

  mutating func operand(_ call: Call, _ index: Int) throws(TFLiteError) -> Known {
    guard let operand = try optional(call, index) else {
      throw .invalid(place: place(call), expected: "operand \(index)", found: "none")
    }
    return operand
  }

  /// All operands from `first` on.
  mutating func operands(_ call: Call, from first: Int = 0) throws(TFLiteError) -> [Known] {
    var result: [Known] = []
    for index in first..<max(first, call.record.inputs.count) {
      result.append(try operand(call, index))
    }
    return result
  }

  /// What is known about a tensor of the current frame.
  mutating func known(_ tensor: Int, _ site: Site) throws(TFLiteError) -> Known {
    // A copy of the frame would make the assignment below copy its slots.
    if let known = frames[frames.count - 1].slots[tensor] { return known }
    let subgraph = frames[frames.count - 1].subgraph
    let record = model.subgraphs[subgraph].tensors[tensor]
    let result: Known
    if record.isVariable {
      guard frames.count == 1 else {
        throw .unsupported(
          place: model.describe(tensor: tensor, of: subgraph),
          what: "a variable inside a loop or branch")
      }
      result = .state(.kept)
    } else if model.isConstant(record) {
      result = .constant(try constant(tensor, of: subgraph, site))
    } else {
      throw .invalid(
        place: place(site), expected: "an operand computed before it",
        found: model.describe(tensor: tensor, of: subgraph))
    }
    frames[frames.count - 1].slots[tensor] = result
    return result
  }

  private mutating func constant(_ index: Int, of subgraph: Int, _ site: Site)
    throws(TFLiteError) -> Constant
  {
    if let made = constants[subgraph][index] { return made }
    let record = model.subgraphs[subgraph].tensors[index]
    let shape = try shape(record.shape, site)
    try spend(shape.elementCount, site)
    guard
      var tensor = Tensor(shape: shape, type: record.type, bytes: model.buffers[record.buffer])
    else {
      throw .unsupported(
        place: place(site),
        what: "\(model.describe(tensor: index, of: subgraph)) is \(record.type)"
          + record.type.hint)
    }
    if record.type.isInteger { tensor.quantization = record.quantization?.quantization }
    let made = Constant(tensor, name: record.name)
    constants[subgraph][index] = made
    return made
  }

  // MARK: What operators ask for

  func shape(of known: Known, _ call: Call) throws(TFLiteError) -> Shape {
    switch known {
    case .constant(let constant): return constant.tensor.shape
    case .value(let value): return graph.shape(of: value)
    case .stack(let stack): return stack.shape
    case .state: throw refuseState(call)
    }
  }

  func elementType(of known: Known, _ call: Call) throws(TFLiteError) -> ElementType {
    try type(of: known, call).elementType
  }

  func type(of known: Known, _ call: Call) throws(TFLiteError) -> ValueType {
    switch known {
    case .constant(let constant): return constant.type
    case .value(let value): return graph.values[value].type
    case .stack(let stack): return stack.type
    case .state: throw refuseState(call)
    }
  }

  /// A constant operand.
  mutating func constant(_ call: Call, _ index: Int, _ what: String) throws(TFLiteError) -> Tensor {
    try constant(try operand(call, index), call, what)
  }

  func constant(_ known: Known, _ call: Call, _ what: String) throws(TFLiteError) -> Tensor {
    guard case .constant(let constant) = known else {
      throw .unsupported(place: place(call), what: "\(what) must be constant")
    }
    return constant.tensor
  }

  /// A constant operand of floats or halves.
  mutating func weights(_ call: Call, _ index: Int, _ what: String) throws(TFLiteError) -> Tensor {
    let tensor = try constant(call, index, what)
    guard tensor.elementType == .float32 || tensor.elementType == .float16 else {
      throw .invalid(
        place: place(call), expected: "\(what) of floats", found: "\(tensor.elementType)")
    }
    return tensor
  }

  /// A constant operand of floats or halves that may be left out.
  mutating func optionalWeights(_ call: Call, _ index: Int, _ what: String) throws(TFLiteError)
    -> Tensor?
  {
    guard try optional(call, index) != nil else { return nil }
    return try weights(call, index, what)
  }

  /// A constant operand of integers.
  mutating func integers(_ call: Call, _ index: Int, _ what: String) throws(TFLiteError) -> [Int] {
    let tensor = try constant(call, index, what)
    try spend(tensor.shape.elementCount, .call(call))
    guard let values = tensor.integers else {
      throw .invalid(
        place: place(call), expected: "\(what) of integers", found: "\(tensor.elementType)")
    }
    return values
  }

  /// A constant operand of one integer.
  mutating func integer(_ call: Call, _ index: Int, _ what: String) throws(TFLiteError) -> Int {
    let values = try integers(call, index, what)
    guard values.count == 1 else {
      throw .invalid(
        place: place(call), expected: "\(what) of one element", found: "\(values.count)")
    }
    return values[0]
  }

  func axis(_ axis: Int, of shape: Shape, _ call: Call) throws(TFLiteError) -> Int {
    guard let normalized = shape.normalized(axis: axis) else {
      throw .invalid(place: place(call), expected: "an axis of \(shape)", found: "\(axis)")
    }
    return normalized
  }

  func refuseState(_ call: Call) -> TFLiteError {
    .unsupported(
      place: place(call), what: "a variable as an operand; only recurrent operators may use one")
  }
}

extension Tensor {
  /// - Returns: nil for types whose elements nothing here computes with.
  /// - Precondition: as many bytes as the shape and the type say.
  init?(shape: Shape, type: TensorType, bytes: [UInt8]) {
    switch type {
    case .float32:
      let words = bytes.integers(UInt32.self)
      self.init(shape: shape, elements: .float32(words.map { Float(bitPattern: $0) }))
    case .float16:
      let words = bytes.integers(UInt16.self)
      self.init(shape: shape, elements: .float16(words.map { Half(bits: $0) }))
    case .int8: self.init(shape: shape, elements: .int8(bytes.map { Int8(bitPattern: $0) }))
    case .int16: self.init(shape: shape, elements: .int16(bytes.integers(Int16.self)))
    case .int32: self.init(shape: shape, elements: .int32(bytes.integers(Int32.self)))
    case .int64: self.init(shape: shape, elements: .int64(bytes.integers(Int64.self)))
    case .bool: self.init(shape: shape, elements: .bool(bytes.map { $0 != 0 }))
    default: return nil
    }
  }
}

extension [UInt8] {
  /// The bytes as little-endian integers.
  fileprivate func integers<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type) -> [T] {
    let size = T.bitWidth / 8
    var result: [T] = []
    result.reserveCapacity(count / size)
    // Bytes have neither padding nor invalid patterns.
    let bytes = unsafe span.bytes
    for index in 0..<(count / size) {
      // Inside the array: whole elements only.
      result.append(
        unsafe T(
          littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: index * size, as: T.self)))
    }
    return result
  }
}
