// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Decoder {
  /// What the elements of a computed tensor are, as the file says.
  ///
  /// - Throws: for integers that do not say what they stand for.
  func type(ofTensor index: Int, of subgraph: Int, _ site: Site) throws(TFLiteError) -> ValueType {
    let record = model.subgraphs[subgraph].tensors[index]
    let elementType: ElementType
    switch record.type {
    case .float16: return ValueType(.float16)
    case .bool: return ValueType(.bool)
    case .int32: return ValueType(.int32)
    case .int64: return ValueType(.int64)
    case .int8, .uint8: elementType = .int8
    case .int16: elementType = .int16
    default: return .float32
    }
    var quantization = record.quantization?.quantization
    if record.type == .uint8 {
      guard let unsigned = quantization else {
        throw .unsupported(
          place: place(site),
          what: "\(model.describe(tensor: index, of: subgraph)) is uint8 without a scale")
      }
      // q and zero point both 128 lower stand for the same.
      quantization = unsigned.lowered(by: 128)
    }
    let type = ValueType(elementType, quantization)
    try requireOperand(type, { self.model.describe(tensor: index, of: subgraph) }, site)
    return type
  }

  /// What operators compute with: one scale, and int16 around zero.
  private func requireOperand(_ type: ValueType, _ name: () -> String, _ site: Site)
    throws(TFLiteError)
  {
    guard let quantization = type.quantization else {
      throw .unsupported(
        place: place(site), what: "\(name()) is \(type.elementType) without a scale")
    }
    guard let zeroPoint = quantization.zeroPoint else {
      throw .unsupported(
        place: place(site), what: "\(name()) has several scales; only weights may")
    }
    guard type.elementType == .int8 || zeroPoint == 0 else {
      throw .invalid(
        place: place(site), expected: "\(name()) with zero point 0, as it is int16",
        found: "\(zeroPoint)")
    }
  }

  /// What the first result of an operator is, as the file says.
  func resultType(_ call: Call) throws(TFLiteError) -> ValueType {
    guard let output = call.record.outputs.first else {
      throw .invalid(place: place(call), expected: "a result", found: "none")
    }
    return try type(ofTensor: Int(output), of: call.subgraph, .call(call))
  }

  /// What an operator makes of its operands; nil for what it gives on floats.
  ///
  /// Integers are moved as they are; what is computed has the type the file gives. Where kernels
  /// insist on some scale, another is refused as LiteRT refuses it.
  func resultType(of operation: Operator, _ operands: [Known], _ call: Call)
    throws(TFLiteError) -> ValueType?
  {
    var first: ValueType?
    for (index, operand) in operands.enumerated() {
      let type = try type(of: operand, call)
      if index == 0, case .select = operation {
        guard type.elementType == .bool else { throw refuseOperand(type, call) }
        continue
      }
      switch type.elementType {
      case .float32, .float16: break
      case .int8, .int16: try requireOperand(type, { "operand \(index)" }, .call(call))
      default: throw refuseOperand(type, call)
      }
      let isSame = first?.elementType == type.elementType
      guard
        first == nil || isSame || (first?.elementType.isFloat ?? false) && type.elementType.isFloat
      else {
        throw .unsupported(
          place: place(call),
          what: "operands of types \(first?.elementType ?? .float32) and \(type.elementType)")
      }
      if first == nil { first = type }
    }
    guard let operand = first else { return nil }
    return try resultType(of: operation, operand, call)
  }

  private func resultType(of operation: Operator, _ operand: ValueType, _ call: Call)
    throws(TFLiteError) -> ValueType?
  {
    let isFloat = operand.elementType.isFloat
    switch operation {
    case .quantize:
      let type = try resultType(call)
      guard type.elementType == .int8 || type.elementType == .int16 else {
        throw .invalid(
          place: place(call), expected: "a result of integers", found: "\(type.elementType)")
      }
      return type
    case .dequantize, .compare: return nil
    case .reshape, .transpose, .slice, .concatenate, .pad, .tile, .reverse:
      return isFloat ? nil : operand
    default:
      if isFloat { return nil }
      let type = try resultType(call)
      guard type.elementType == operand.elementType else {
        throw .unsupported(
          place: place(call),
          what: "operands of type \(operand.elementType) and a result of type \(type.elementType)")
      }
      try requireFixed(operation, type, call)
      return type
    }
  }

  /// LiteRT refuses other results.
  private func requireFixed(_ operation: Operator, _ type: ValueType, _ call: Call)
    throws(TFLiteError)
  {
    guard !operation.accepts(result: type) else { return }
    let fixed = operation.fixedResult(of: type.elementType) ?? type
    throw .invalid(
      place: place(call), expected: "a result with \(fixed.summary)", found: type.summary)
  }

  private func refuseOperand(_ type: ValueType, _ call: Call) -> TFLiteError {
    .unsupported(
      place: place(call),
      what: "an operand of type \(type.elementType) that is computed at run time")
  }

  // MARK: Raw copies

  /// What is known about a tensor, checked against what the file says about it.
  ///
  /// Operators that move integers copy them as they are, also to a tensor of another scale: the
  /// numbers mean something else from there on.
  mutating func fitted(_ known: Known, to tensor: Int, _ site: Site) throws(TFLiteError) -> Known {
    try check(known, against: tensor, site)
    let subgraph = frames[frames.count - 1].subgraph
    let record = model.subgraphs[subgraph].tensors[tensor]
    guard [.int8, .uint8, .int16].contains(record.type) else { return known }
    let type = try type(ofTensor: tensor, of: subgraph, site)
    return try reinterpreted(known, as: type, name: record.name, site)
  }

  /// The same integers with another scale.
  mutating func reinterpreted(
    _ known: Known, as type: ValueType, name: String, _ site: Site
  ) throws(TFLiteError) -> Known {
    switch known {
    case .constant(let constant):
      guard constant.type != type, constant.tensor.elementType == type.elementType else {
        return known
      }
      var tensor = constant.tensor
      tensor.quantization = type.quantization
      return .constant(Constant(tensor, name: constant.name))
    case .value(let value):
      let old = graph.values[value]
      guard old.type != type, old.elementType == type.elementType else { return known }
      return .value(
        try append(.reshape(Reshape(to: old.shape)), [value], name, type, site))
    case .stack(let stack):
      guard stack.type != type, stack.type.elementType == type.elementType else { return known }
      return .stack(Stack(shape: stack.shape, type: type, runs: stack.runs, name: stack.name))
    case .state: return known
    }
  }

  /// Refuses integers where the operator is decoded as several, whose intermediate results would
  /// need scales.
  func requireFloats(_ known: Known, _ what: String, _ call: Call) throws(TFLiteError) {
    let type = try elementType(of: known, call)
    guard type != .int8 && type != .int16 else {
      throw .unsupported(place: place(call), what: "\(what) on \(type)")
    }
  }

  /// Refuses a result whose integers would have to be scaled, where kernels copy.
  ///
  /// - Parameter tolerance: between the scales; zero points are equal.
  func requireSameScale(_ operand: Known, tolerance: Float = 0, _ call: Call) throws(TFLiteError) {
    let type = try type(of: operand, call)
    guard type.elementType == .int8 || type.elementType == .int16 else { return }
    let result = try resultType(call)
    guard let old = type.quantization?.scale, let new = result.quantization?.scale,
      abs(old - new) <= tolerance, type.quantization?.zeroPoint == result.quantization?.zeroPoint
    else {
      throw .invalid(
        place: place(call), expected: "a result with the operand's \(type.summary)",
        found: result.summary)
    }
  }
}

extension ValueType {
  /// For messages.
  var summary: String {
    guard let quantization, let scale = quantization.scale, let zero = quantization.zeroPoint else {
      return "\(elementType)"
    }
    return "scale \(scale) and zero point \(zero)"
  }
}

extension ElementType {
  var isFloat: Bool { self == .float32 || self == .float16 }
}

extension TensorType {
  /// Types whose constants may have scales.
  var isInteger: Bool {
    self == .int8 || self == .int16 || self == .int32 || self == .int64
  }
}

extension TFLiteModel.QuantizationRecord {
  /// Nil without scales; the axis of a single one does not matter.
  var quantization: Quantization? {
    guard !scales.isEmpty else { return nil }
    return Quantization(
      scales: scales, zeroPoints: zeroPoints, axis: scales.count > 1 ? Int(axis) : 0)
  }
}

extension Quantization {
  fileprivate func lowered(by offset: Int64) -> Quantization {
    Quantization(scales: scales, zeroPoints: zeroPoints.map { $0 - offset }, axis: axis)
  }
}

extension Tensor {
  /// A tensor without elements.
  init(empty shape: Shape, _ type: ValueType) {
    switch type.elementType {
    case .int8: self.init(shape: shape, elements: .int8([]), quantization: type.quantization)
    case .int16: self.init(shape: shape, elements: .int16([]), quantization: type.quantization)
    default: self.init(shape: shape, floats: [])
    }
  }
}
