// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Decoder {
  /// Operators that map each element by itself.
  mutating func decodeUnary(_ function: Unary.Function, _ call: Call, options: UInt8? = nil)
    throws(TFLiteError)
  {
    try require(call, operands: 1...1, options: options)
    try finish(.unary(Unary(function)), try operands(call), call)
  }

  mutating func decodeLeakyReLU(_ call: Call) throws(TFLiteError) {
    let slope = call.options.float(0)
    guard slope.isFinite else {
      throw .invalid(place: place(call), expected: "a finite slope", found: "another")
    }
    try decodeUnary(.leakyReLU(slope: slope), call, options: 75)
  }

  /// ADD, SUB, MUL, DIV, MAXIMUM, MINIMUM and SQUARED_DIFFERENCE.
  mutating func decodeBinary(_ function: Binary.Function, _ call: Call, options: UInt8)
    throws(TFLiteError)
  {
    try require(call, operands: 2...2, options: options)
    // The options of the last three have no activation.
    let fused = function.fusesActivation ? try fused(call, field: 0) : FusedFunction()
    let binary = Binary(function, activation: fused.clamp)
    var parts = try operands(call)
    switch function {
    case .maximum, .minimum: parts = try asCopied(parts, call)
    case .add, .subtract: try refusePowersOfTwo(parts, call)
    case .multiply, .divide, .squaredDifference: break
    }
    let result = try apply(.binary(binary), parts, call)
    try define(call, as: try activate(result, FusedFunction(isTanh: fused.isTanh), call))
  }

  /// Integers as kernels that copy or compare them take them: by the result's scale, whatever
  /// their own.
  private mutating func asCopied(_ operands: [Known], _ call: Call) throws(TFLiteError) -> [Known] {
    var result: [Known] = []
    for operand in operands {
      let type = try elementType(of: operand, call)
      guard type == .int8 || type == .int16 else { return operands }
      result.append(
        try reinterpreted(operand, as: try resultType(call), name: name(call), .call(call)))
    }
    return result
  }

  /// An older rule adds int16 of such scales in another way, unless the options forbid it.
  private func refusePowersOfTwo(_ operands: [Known], _ call: Call) throws(TFLiteError) {
    guard call.options.table == 0 || call.options.bool(1, default: true) else { return }
    var scales: [Float] = []
    for operand in operands {
      let type = try type(of: operand, call)
      guard type.elementType == .int16, let scale = type.quantization?.scale else { return }
      scales.append(scale)
    }
    guard let scale = try resultType(call).quantization?.scale else { return }
    scales.append(scale)
    guard !scales.allSatisfy({ $0.significand == 1 }) else {
      throw .unsupported(
        place: place(call), what: "int16 added by the rule for powers of two (pot_scale_int16)")
    }
  }

  /// FLOOR_DIV and FLOOR_MOD of constant integers.
  mutating func decodeInteger(_ function: IntegerFunction, _ call: Call) throws(TFLiteError) {
    try require(call, operands: 2...2)
    let (a, b) = (try constant(call, 0, "operand 0"), try constant(call, 1, "operand 1"))
    try spend(a.shape.elementCount, .call(call))
    let output = try broadcast(a.shape, b.shape, call)
    try spend(output.elementCount, .call(call))
    guard let result = try compute(function, a, b, call) else {
      throw .unsupported(
        place: place(call), what: "only constant integers of one type are supported")
    }
    try define(call, as: .constant(Constant(result, name: name(call))))
  }

  mutating func decodeCompare(_ condition: Compare.Condition, _ call: Call) throws(TFLiteError) {
    try require(call, operands: 2...2)
    try finish(.compare(Compare(condition)), try operands(call), call)
  }

  /// EQUAL and NOT_EQUAL of constant integers.
  mutating func decodeEquality(_ condition: IntegerCondition, _ call: Call) throws(TFLiteError) {
    try require(call, operands: 2...2)
    let (a, b) = (try constant(call, 0, "operand 0"), try constant(call, 1, "operand 1"))
    let output = try broadcast(a.shape, b.shape, call)
    try spend(output.elementCount, .call(call))
    guard let result = try compare(condition, a, b, call) else {
      throw .unsupported(
        place: place(call), what: "only constant integers of one type are supported")
    }
    try define(call, as: .constant(Constant(result, name: name(call))))
  }

  /// SELECT and SELECT_V2: condition, a, b.
  ///
  /// - Parameter broadcasts: SELECT wants equal shapes; its condition may be a scalar, or a vector
  ///   that chooses whole rows.
  mutating func decodeSelect(_ call: Call, broadcasts: Bool) throws(TFLiteError) {
    try require(call, operands: 3...3)
    var parts = try operands(call)
    if !broadcasts {
      let (condition, a) = (try shape(of: parts[0], call), try shape(of: parts[1], call))
      if condition.rank == 1, a.rank > 1, condition[0] == a[0] {
        let ones = [Int](repeating: 1, count: a.rank - 1)
        let rows = try shape([a[0]] + ones, .call(call))
        guard case .constant = parts[0] else {
          throw .unsupported(place: place(call), what: "a condition that chooses rows at run time")
        }
        parts[0] = try reshape(parts[0], to: rows, call)
      }
    }
    parts = [parts[0]] + (try asCopied(Array(parts[1...]), call))
    if case .constant(let condition) = parts[0] {
      try spend(condition.tensor.shape.elementCount, .call(call))
    }
    if case .constant(let condition) = parts[0], let bools = condition.tensor.bools,
      let first = bools.first, bools.allSatisfy({ $0 == first })
    {
      // One branch is never taken.
      let chosen = parts[first ? 1 : 2]
      let output = try broadcast(
        condition.tensor.shape,
        try broadcast(try shape(of: parts[1], call), try shape(of: parts[2], call), call), call)
      if try shape(of: chosen, call) == output {
        try define(call, as: chosen)
        return
      }
    }
    try finish(.select(Select()), parts, call)
  }

  /// PRELU: x, constant slope.
  mutating func decodeParametricReLU(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 2...2)
    let slope = try constant(call, 1, "the slope")
    let x = try operand(call, 0)
    let (slopeType, type) = (slope.elementType, try elementType(of: x, call))
    guard slopeType == type || (slopeType.isFloat && type.isFloat) else {
      throw .invalid(place: place(call), expected: "a slope of \(type)", found: "\(slopeType)")
    }
    guard type.isFloat || slope.quantization?.scale != nil else {
      throw .invalid(place: place(call), expected: "a slope with one scale", found: "another")
    }
    try finish(
      .parametricReLU(ParametricReLU(slope: slope)), [x], call)
  }

  /// ADD_N: a sum of one or more operands.
  mutating func decodeSum(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 1...4096, options: 82)
    var sum = try operand(call, 0)
    try requireFloats(sum, "a sum", call)
    for index in 1..<call.record.inputs.count {
      sum = try apply(.binary(Binary(.add)), [sum, try operand(call, index)], call)
    }
    try define(call, as: sum)
  }

  /// LOGICAL_AND, LOGICAL_OR and LOGICAL_NOT.
  ///
  /// At run time: as floats 0 and 1, whose product, maximum or complement is compared with ½.
  mutating func decodeLogical(_ function: LogicalFunction, _ call: Call) throws(TFLiteError) {
    try require(call, operands: function == .not ? 1...1 : 2...2)
    let parts = try operands(call)
    var bools: [Tensor] = []
    for part in parts {
      guard try elementType(of: part, call) == .bool else {
        throw .invalid(
          place: place(call), expected: "booleans", found: "\(try elementType(of: part, call))")
      }
      if case .constant(let constant) = part { bools.append(constant.tensor) }
    }
    if bools.count == parts.count {
      let output = try broadcast(bools[0].shape, bools[bools.count - 1].shape, call)
      try spend(output.elementCount, .call(call))
      let a = bools[0].broadcastBools(to: output)
      let b = bools[bools.count - 1].broadcastBools(to: output)
      let result = zip(a, b).map { function($0, $1) }
      try define(
        call,
        as: .constant(
          Constant(Tensor(shape: output, elements: .bool(result)), name: name(call))))
      return
    }
    var numbers: [Known] = []
    for part in parts { numbers.append(try number(part, call)) }
    let combined: Known
    switch function {
    case .and: combined = try apply(.binary(Binary(.multiply)), numbers, call)
    case .or: combined = try apply(.binary(Binary(.maximum)), numbers, call)
    case .not: combined = numbers[0]
    }
    try finish(
      .compare(Compare(function == .not ? .less : .greater)), [combined, scalar(0.5, "half")], call)
  }

  /// 1 for true, 0 for false.
  private mutating func number(_ condition: Known, _ call: Call) throws(TFLiteError) -> Known {
    try apply(.select(Select()), [condition, scalar(1, "one"), scalar(0, "zero")], call)
  }

  private func scalar(_ value: Float, _ name: String) -> Known {
    .constant(Constant(Tensor(scalar: value), name: name))
  }

  /// CAST of constants, of floats to floats and of conditions to floats.
  mutating func decodeCast(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 1...1, options: 37)
    let x = try operand(call, 0)
    guard let output = call.record.outputs.first else {
      throw .invalid(place: place(call), expected: "1 result", found: "0")
    }
    let target = model.subgraphs[call.subgraph].tensors[Int(output)].type
    if case .constant(let constant) = x {
      try spend(constant.tensor.shape.elementCount, .call(call))
      if let cast = constant.tensor.cast(to: target) {
        try define(call, as: .constant(Constant(cast, name: name(call))))
        return
      }
    }
    switch (try elementType(of: x, call), target) {
    case (.float32, .float32): try define(call, as: x)
    case (.bool, .float32): try define(call, as: try number(x, call))
    case (let source, _):
      throw .unsupported(
        place: place(call), what: "a cast of \(source) to \(target) at run time")
    }
  }
}

enum LogicalFunction {
  case and, or, not

  func callAsFunction(_ a: Bool, _ b: Bool) -> Bool {
    switch self {
    case .and: a && b
    case .or: a || b
    case .not: !a
    }
  }
}

extension Tensor {
  /// - Precondition: booleans whose shape broadcasts to `shape`.
  fileprivate func broadcastBools(to shape: Shape) -> [Bool] {
    guard let bools else { return [] }
    return Walk(broadcasting: self.shape, to: shape).indices().map { bools[$0] }
  }

  /// - Returns: nil for types a float model does not compute with.
  func cast(to type: TensorType) -> Tensor? {
    if type == .float32 || type == .float16 {
      switch elements {
      case .float32, .float16: return type == .float16 ? halved : self
      case .bool(let values):
        return Tensor(shape: shape, floats: values.map { $0 ? 1 : 0 })
      default:
        guard let integers = Integers(self) else { return nil }
        return Tensor(shape: shape, floats: integers.values.map { Float($0) })
      }
    }
    if type == .bool {
      if let bools { return Tensor(shape: shape, elements: .bool(bools)) }
      if let integers = Integers(self) {
        return Tensor(shape: shape, elements: .bool(integers.values.map { $0 != 0 }))
      }
      return floats.map { Tensor(shape: shape, elements: .bool($0.map { $0 != 0 })) }
    }
    guard type == .int32 || type == .int64 else { return nil }
    let wide = type == .int64
    if let bools {
      return Tensor(shape: shape, integers: bools.map { $0 ? 1 : 0 }, isWide: wide)
    }
    if let integers = Integers(self) {
      return Tensor(shape: shape, integers: integers.values, isWide: wide)
    }
    guard let floats else { return nil }
    // Towards zero; what does not fit saturates, and what is no number becomes 0.
    let limit: Float = wide ? 0x1p63 : 0x1p31
    let values = floats.map { (value: Float) -> Int64 in
      if value.isNaN { return 0 }
      if value >= limit { return wide ? Int64.max : Int64(Int32.max) }
      if value <= -limit { return wide ? Int64.min : Int64(Int32.min) }
      return Int64(value)
    }
    return Tensor(shape: shape, integers: values, isWide: wide)
  }
}
