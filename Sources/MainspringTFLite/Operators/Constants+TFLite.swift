// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Decoder {
  /// SHAPE: the extents of an operand as integers.
  mutating func decodeShape(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 1...1, options: 55)
    let type = TensorType(code: call.options.byte(0))
    // Absent stands for float32 in the schema and for int32 in TFLite.
    guard type == .int32 || type == .int64 || type == .float32 else {
      throw .invalid(place: place(call), expected: "int32 or int64", found: "\(type)")
    }
    let extents = try shape(of: try operand(call, 0), call).extents
    try defineConstant(
      Tensor(
        shape: try shape([extents.count], .call(call)),
        integers: extents.map { Int64($0) }, isWide: type == .int64), call)
  }

  /// RANK of an operand.
  mutating func decodeRank(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 1...1, options: 86)
    let rank = try shape(of: try operand(call, 0), call).rank
    try defineConstant(Tensor(shape: .scalar, integers: [Int64(rank)], isWide: false), call)
  }

  /// RANGE of constant integers: start, limit, step.
  mutating func decodeRange(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 3...3, options: 73)
    let start = Int64(try integer(call, 0, "the start"))
    let limit = Int64(try integer(call, 1, "the limit"))
    let step = Int64(try integer(call, 2, "the step"))
    let isWide = try constant(call, 0, "the start").elementType == .int64
    let (distance, overflow) = limit.subtractingReportingOverflow(start)
    guard step != 0, step > Int64.min, !overflow, distance > Int64.min else {
      throw .invalid(place: place(call), expected: "a step other than 0", found: "\(step)")
    }
    let isEmpty = distance == 0 || (distance > 0) != (step > 0)
    let count = isEmpty ? 0 : (abs(distance) - 1) / abs(step) + 1
    guard count <= Int64(Shape.maximumElementCount) else {
      throw .limit(
        place: place(call), what: "elements of a range", maximum: Shape.maximumElementCount)
    }
    try spend(Int(count), .call(call))
    try defineConstant(
      Tensor(
        shape: try shape([Int(count)], .call(call)),
        integers: (0..<count).map { start + $0 * step }, isWide: isWide), call)
  }

  /// FILL: a constant shape, a constant value.
  mutating func decodeFill(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 2...2, options: 68)
    let output = try shape(try integers(call, 0, "the shape"), .call(call))
    let value = try constant(call, 1, "the value")
    guard value.shape.elementCount == 1 else {
      throw .invalid(place: place(call), expected: "one value", found: "\(value.shape)")
    }
    try spend(output.elementCount, .call(call))
    try defineConstant(value.repeated(to: output), call)
  }

  /// ZEROS_LIKE an operand, of which only the shape counts.
  mutating func decodeZerosLike(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 1...1, options: 67)
    let x = try operand(call, 0)
    if case .state = x {
      let zeros = try self.zeros(call, call.record.inputs[0])
      try define(call, as: zeros)
      return
    }
    let output = try shape(of: x, call)
    try spend(output.elementCount, .call(call))
    let type = try elementType(of: x, call)
    let zeros: Tensor
    switch type {
    case .int32, .int64:
      let values = [Int64](repeating: 0, count: output.elementCount)
      zeros = Tensor(shape: output, integers: values, isWide: type == .int64)
    case .float32, .float16:
      zeros = Tensor(shape: output, floats: [Float](repeating: 0, count: output.elementCount))
    default:
      throw .unsupported(place: place(call), what: "zeros of type \(type)")
    }
    try defineConstant(zeros, call)
  }

  /// Zeros of the shape of a variable.
  private mutating func zeros(_ call: Call, _ tensor: Int32) throws(TFLiteError) -> Known {
    let record = model.subgraphs[call.subgraph].tensors[Int(tensor)]
    let output = try shape(record.shape, .call(call))
    try spend(output.elementCount, .call(call))
    let floats = [Float](repeating: 0, count: output.elementCount)
    return .constant(Constant(Tensor(shape: output, floats: floats), name: name(call)))
  }

  private mutating func defineConstant(_ tensor: Tensor, _ call: Call) throws(TFLiteError) {
    try define(call, as: .constant(Constant(tensor, name: name(call))))
  }
}
