// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Decoder {
  /// CONCATENATION along an axis that may be negative.
  mutating func decodeConcatenation(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 1...65536, options: 10)
    guard call.options.byte(1) == 0 else {
      throw .unsupported(place: place(call), what: "a fused activation")
    }
    let parts = try operands(call)
    let axis = try axis(Int(call.options.int(0)), of: try shape(of: parts[0], call), call)
    for part in parts where try elementType(of: part, call) == .int8 {
      // As LiteRT: nothing is scaled here.
      try requireSameScale(part, call)
    }
    try define(call, as: try concatenate(parts, axis: axis, call))
  }

  /// Operands one after the other; kept as rows while a loop is unrolled.
  ///
  /// Integers are copied as they are; the result has the type of the first.
  mutating func concatenate(_ operands: [Known], axis: Int, _ call: Call) throws(TFLiteError)
    -> Known
  {
    let type = try type(of: operands[0], call)
    var parts: [Known] = []
    for operand in operands {
      parts.append(try reinterpreted(operand, as: type, name: name(call), .call(call)))
    }
    var nonempty: [Known] = []
    var isConstant = true
    for part in parts {
      if case .constant = part {} else { isConstant = false }
      if try shape(of: part, call).elementCount > 0 { nonempty.append(part) }
    }
    if isConstant || !collectsRows || axis != 0 {
      // What has no elements has no place in the graph.
      return try apply(
        .concatenate(Concatenate(axis: axis)), isConstant || nonempty.isEmpty ? parts : nonempty,
        call)
    }
    var runs: [Stack.Run] = []
    var shapes: [Shape] = []
    for part in parts {
      shapes.append(try shape(of: part, call))
      guard try elementType(of: part, call).isFloat == type.elementType.isFloat,
        let more = try self.runs(of: part, call)
      else {
        return try apply(.concatenate(Concatenate(axis: axis)), parts, call)
      }
      try spend(more.count + 1, .call(call))
      runs += more
    }
    let output: Shape
    do throws(ShapeError) {
      output = try Operator.concatenate(Concatenate(axis: 0)).outputShape(of: shapes)
    } catch {
      throw .shape(place: place(call), error)
    }
    return try stacked(runs, shape: output, type, call)
  }

  /// PACK: operands of one shape along a new axis.
  mutating func decodePack(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 1...65536, options: 59)
    let parts = try operands(call)
    let input = try shape(of: parts[0], call)
    var axis = Int(call.options.int(1))
    if axis < 0 { axis += input.rank + 1 }
    guard axis >= 0, axis <= input.rank, Int(call.options.int(0)) == parts.count else {
      throw .invalid(
        place: place(call), expected: "\(parts.count) operands along an axis up to \(input.rank)",
        found: "\(call.options.int(0)) along \(call.options.int(1))")
    }
    var extents = input.extents
    extents.insert(1, at: axis)
    let expanded = try shape(extents, .call(call))
    var slabs: [Known] = []
    for part in parts {
      guard try shape(of: part, call) == input else {
        throw .invalid(
          place: place(call), expected: "operands \(input)",
          found: "\(try shape(of: part, call))")
      }
      slabs.append(try reshape(part, to: expanded, call))
    }
    try define(call, as: try concatenate(slabs, axis: axis, call))
  }

  /// DYNAMIC_UPDATE_SLICE: x, update, constant start; written on at most one axis.
  mutating func decodeUpdateSlice(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 3...3, options: 117)
    let (x, update) = (try operand(call, 0), try operand(call, 1))
    let (whole, part) = (try shape(of: x, call), try shape(of: update, call))
    let start = try integers(call, 2, "the start")
    guard whole.rank == part.rank, start.count == whole.rank,
      zip(part.extents, whole.extents).allSatisfy({ $0 <= $1 })
    else {
      throw .invalid(
        place: place(call), expected: "an update and a start inside \(whole)",
        found: "\(part) at \(start)")
    }
    let axes = whole.extents.indices.filter { whole[$0] != part[$0] }
    guard let axis = axes.first else {
      try define(call, as: update)
      return
    }
    guard axes.count == 1 else {
      throw .unsupported(place: place(call), what: "an update that is smaller on several axes")
    }
    // As TFLite: moved so that it fits.
    let begin = min(max(start[axis], 0), whole[axis] - part[axis])
    let end = begin + part[axis]
    var parts: [Known] = []
    if begin > 0 { parts.append(try cut(x, axis: axis, 0..<begin, call)) }
    if part[axis] > 0 { parts.append(update) }
    if end < whole[axis] { parts.append(try cut(x, axis: axis, end..<whole[axis], call)) }
    try define(call, as: try concatenate(parts, axis: axis, call))
  }

  /// A range of one axis.
  mutating func cut(_ x: Known, axis: Int, _ range: Range<Int>, _ call: Call, name: String? = nil)
    throws(TFLiteError) -> Known
  {
    let input = try shape(of: x, call)
    if range == 0..<input[axis] { return x }
    if axis == 0, collectsRows, let rows = try rows(range, of: x, call) { return rows }
    var begin = [Int](repeating: 0, count: input.rank)
    var count = input.extents
    begin[axis] = range.lowerBound
    count[axis] = range.count
    let slice = Slice(
      begin: begin, count: count, stride: [Int](repeating: 1, count: input.rank))
    return try apply(.slice(slice), [x], call, name: name)
  }
}
