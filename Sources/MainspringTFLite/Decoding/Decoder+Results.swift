// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Decoder {
  /// The name of result `index`.
  func name(_ call: Call, _ index: Int = 0) -> String {
    guard index < call.record.outputs.count else { return "" }
    return model.subgraphs[call.subgraph].tensors[Int(call.record.outputs[index])].name
  }

  /// Declares what result `index` of an operator is.
  ///
  /// - Throws: when shape or type are not what the file says.
  mutating func define(_ call: Call, _ index: Int = 0, as known: Known) throws(TFLiteError) {
    guard index < call.record.outputs.count else {
      throw .invalid(
        place: place(call), expected: "at least \(index + 1) results",
        found: "\(call.record.outputs.count)")
    }
    let tensor = Int(call.record.outputs[index])
    if model.subgraphs[call.subgraph].tensors[tensor].isVariable {
      try set(variable: tensor, to: known, call)
      return
    }
    let result = try fitted(known, to: tensor, .call(call))
    frames[frames.count - 1].slots[tensor] = result
  }

  /// A file may clear a variable, so that its recurrent operator starts from zero; no more.
  ///
  /// A half-precision zero that is widened into the variable happens once, when the model is
  /// loaded, and so leaves the state to itself.
  private mutating func set(variable tensor: Int, to known: Known, _ call: Call)
    throws(TFLiteError)
  {
    let record = model.subgraphs[call.subgraph].tensors[tensor]
    var isZero = false
    if case .constant(let constant) = known {
      try spend(constant.tensor.shape.elementCount, .call(call))
      isZero = record.isZero(constant.tensor)
    }
    guard isZero, frames.count == 1 else {
      throw .unsupported(
        place: place(call), what: "a variable set to something else than a constant zero")
    }
    if case .state(.used)? = frames[0].slots[tensor] {
      throw .unsupported(place: place(call), what: "a variable that is set after its use")
    }
    frames[0].slots[tensor] = .state(call.record.code == .dequantize ? .kept : .cleared)
  }

  /// Compares with the shape and type the file gives.
  ///
  /// An extent that the file leaves open may come out as anything: a batch, the two that dense layers
  /// on sequences have, or the length of a list of steps that TensorFlow lowers to a tensor.
  func check(_ known: Known, against tensor: Int, _ site: Site) throws(TFLiteError) {
    let record = model.subgraphs[frames[frames.count - 1].subgraph].tensors[tensor]
    let shape: Shape
    let type: ElementType
    switch known {
    case .constant(let constant):
      (shape, type) = (constant.tensor.shape, constant.tensor.elementType)
    case .value(let value):
      (shape, type) = (graph.shape(of: value), graph.values[value].elementType)
    case .stack(let stack): (shape, type) = (stack.shape, stack.type.elementType)
    case .state:
      throw .unsupported(place: place(site), what: "a variable that is handed to a subgraph")
    }
    guard record.type.holds(type) else {
      throw .invalid(place: place(site), expected: "a result of \(record.type)", found: "\(type)")
    }
    var fits = shape.rank == record.shape.count
    for axis in 0..<min(shape.rank, record.shape.count) {
      let isDynamic = axis < record.shapeSignature.count && record.shapeSignature[axis] < 0
      if shape[axis] != Int(record.shape[axis]) && !isDynamic { fits = false }
    }
    guard fits else {
      throw .invalid(
        place: place(site), expected: "shape \(record.shape) as the file says", found: "\(shape)")
    }
  }

  // MARK: Adding to the graph

  /// The value of the graph that stands for what is known.
  mutating func materialise(_ known: Known, _ site: Site) throws(TFLiteError) -> ValueID {
    switch known {
    case .value(let value): return value
    case .constant(let constant):
      if let value = constant.value { return value }
      let value = graph.addConstant(name: constant.name, constant.tensor)
      constant.value = value
      return value
    case .stack(let stack):
      if let value = stack.value { return value }
      let value = try join(stack, site)
      stack.value = value
      return value
    case .state:
      throw .unsupported(
        place: place(site), what: "a variable as an operand; only recurrent operators may use one")
    }
  }

  /// Appends an operator whose operands are floats, int8 or int16.
  mutating func emit(_ operation: Operator, _ operands: [Known], _ call: Call, _ name: String)
    throws(TFLiteError) -> Known
  {
    let type = try resultType(of: operation, operands, call)
    var values: [ValueID] = []
    for operand in operands { values.append(try materialise(operand, .call(call))) }
    return .value(try append(operation, values, name, type, .call(call)))
  }

  /// Appends an operator to the graph.
  ///
  /// - Parameter type: of the result; nil for what the operator gives on floats.
  mutating func append(
    _ operation: Operator, _ operands: [ValueID], _ name: String, _ type: ValueType?, _ site: Site
  ) throws(TFLiteError) -> ValueID {
    guard graph.nodes.count < WorkBudget.maximumNodes else {
      throw .limit(place: place(site), what: "operators", maximum: WorkBudget.maximumNodes)
    }
    do throws(GraphError) {
      return try graph.add(operation, to: operands, name: name, type: type)
    } catch {
      switch error {
      case .shape(_, let error): throw .shape(place: place(site), error)
      case .unknownValue:
        throw .invalid(
          place: place(site), expected: "known operands", found: "\(error)".escaped(limit: 200))
      }
    }
  }

  /// Folds an operator when its operands are constants and it moves elements or computes with
  /// integers; appends it to the graph otherwise.
  mutating func apply(
    _ operation: Operator, _ operands: [Known], _ call: Call, name: String? = nil
  ) throws(TFLiteError) -> Known {
    let name = name ?? self.name(call)
    if let folded = try fold(operation, operands, call) {
      return .constant(Constant(folded, name: name))
    }
    return try emit(operation, operands, call, name)
  }

  /// ``apply(_:_:_:name:)`` for an operator with one result.
  mutating func finish(_ operation: Operator, _ operands: [Known], _ call: Call)
    throws(TFLiteError)
  {
    try define(call, as: try apply(operation, operands, call))
  }

  /// The operand under another shape; itself when it has that shape already.
  mutating func reshape(_ known: Known, to shape: Shape, _ call: Call, name: String? = nil)
    throws(TFLiteError) -> Known
  {
    if try self.shape(of: known, call) == shape { return known }
    return try apply(.reshape(Reshape(to: shape)), [known], call, name: name)
  }
}

extension TensorType {
  /// Halves are constants that the file widens; the graph keeps them as they are.
  func holds(_ type: ElementType) -> Bool {
    switch type {
    case .float32: self == .float32
    case .float16: self == .float16 || self == .float32
    case .int32: self == .int32
    case .int64: self == .int64
    case .bool: self == .bool
    case .int8: self == .int8 || self == .uint8
    case .int16: self == .int16
    case .uint8: false
    }
  }
}

extension Tensor {
  /// Whether all floats are zero; false for other types.
  var isAllZero: Bool {
    switch elements {
    case .float32(let values): values.allSatisfy { $0 == 0 }
    case .float16(let values): values.allSatisfy { $0.float == 0 }
    default: false
    }
  }
}

extension TFLiteModel.TensorRecord {
  /// Whether what is copied into the tensor stands for zeros.
  fileprivate func isZero(_ tensor: Tensor) -> Bool {
    guard type.holds(tensor.elementType) else { return false }
    let zero = quantization?.zeroPoints.first ?? 0
    return switch tensor.elements {
    case .int8(let values): values.allSatisfy { Int64($0) == zero }
    case .int16(let values): values.allSatisfy { Int64($0) == zero }
    default: tensor.isAllZero
    }
  }
}
