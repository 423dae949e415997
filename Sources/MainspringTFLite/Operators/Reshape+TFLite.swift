// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Decoder {
  /// RESHAPE: x and the shape, as an operand or in the options; one extent may be −1.
  mutating func decodeReshape(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 1...2, options: 17)
    let wanted =
      try optional(call, 1) != nil
      ? try integers(call, 1, "the shape") : call.options.ints(0).map { Int($0) }
    let x = try operand(call, 0)
    let count = try shape(of: x, call).elementCount
    try spend(wanted.count, .call(call))
    var extents = wanted
    if let open = wanted.firstIndex(of: -1) {
      extents[open] = 1
      let known = try shape(extents, .call(call)).elementCount
      guard known > 0, count % known == 0 else {
        throw .invalid(
          place: place(call), expected: "a shape that divides \(count) elements", found: "\(wanted)"
        )
      }
      extents[open] = count / known
    }
    try finish(.reshape(Reshape(to: try shape(extents, .call(call)))), [x], call)
  }

  /// EXPAND_DIMS: x, axis.
  mutating func decodeExpandDims(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 2...2, options: 52)
    let x = try operand(call, 0)
    var extents = try shape(of: x, call).extents
    let number = try integer(call, 1, "the axis")
    let axis = number < 0 ? number + extents.count + 1 : number
    guard axis >= 0, axis <= extents.count else {
      throw .invalid(
        place: place(call), expected: "an axis of a result of rank \(extents.count + 1)",
        found: "\(number)")
    }
    extents.insert(1, at: axis)
    try finish(.reshape(Reshape(to: try shape(extents, .call(call)))), [x], call)
  }

  /// SQUEEZE: x; the axes to drop are in the options, none for all of extent 1.
  mutating func decodeSqueeze(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 1...1, options: 30)
    let x = try operand(call, 0)
    let input = try shape(of: x, call)
    try spend(call.options.ints(0).count, .call(call))
    var drops = [Bool](repeating: false, count: input.rank)
    for number in call.options.ints(0) {
      let axis = try axis(Int(number), of: input, call)
      guard input[axis] == 1 else {
        throw .invalid(
          place: place(call), expected: "extent 1 on axis \(axis)", found: "\(input)")
      }
      drops[axis] = true
    }
    if call.options.ints(0).isEmpty { drops = input.extents.map { $0 == 1 } }
    let extents = input.extents.indices.filter { !drops[$0] }.map { input[$0] }
    try finish(.reshape(Reshape(to: try shape(extents, .call(call)))), [x], call)
  }

  /// TRANSPOSE: x, permutation.
  mutating func decodeTranspose(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 2...2, options: 26)
    let x = try operand(call, 0)
    let input = try shape(of: x, call)
    var permutation: [Int] = []
    for number in try integers(call, 1, "the permutation") {
      permutation.append(try axis(number, of: input, call))
    }
    try finish(.transpose(Transpose(permutation: permutation)), [x], call)
  }

  /// REVERSE_V2: x, axes.
  mutating func decodeReverse(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 2...2, options: 81)
    let x = try operand(call, 0)
    try finish(.reverse(Reverse(axes: try axes(call, 1, of: try shape(of: x, call)))), [x], call)
  }

  /// TILE: x, multiples.
  mutating func decodeTile(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 2...2, options: 51)
    try finish(
      .tile(Tile(multiples: try integers(call, 1, "multiples"))), [try operand(call, 0)], call)
  }

  /// BROADCAST_TO: x, shape.
  mutating func decodeBroadcast(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 2...2, options: 104)
    let x = try operand(call, 0)
    let input = try shape(of: x, call)
    let output = try shape(try integers(call, 1, "the shape"), .call(call))
    guard try broadcast(input, output, call) == output else {
      throw .invalid(
        place: place(call), expected: "a shape that broadcasts to \(output)", found: "\(input)")
    }
    let ones = [Int](repeating: 1, count: output.rank - input.rank)
    let padded = try shape(ones + input.extents, .call(call))
    let multiples = output.extents.indices.map { padded[$0] == output[$0] ? 1 : output[$0] }
    try finish(
      .tile(Tile(multiples: multiples)), [try reshape(x, to: padded, call)], call)
  }
}
