// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Decoder {
  /// PAD and PADV2: x, `[rank, 2]` borders, a constant value for the latter.
  mutating func decodePad(_ call: Call) throws(TFLiteError) {
    let hasValue = call.record.code == .padv2
    try require(call, operands: hasValue ? 3...3 : 2...2, options: hasValue ? 43 : 22)
    let x = try operand(call, 0)
    let (before, after) = try borders(call, 1, rank: try shape(of: x, call).rank)
    var value: Float = 0
    if hasValue {
      let tensor = try weights(call, 2, "the value")
      guard tensor.shape.elementCount == 1, let given = tensor.floats else {
        throw .invalid(place: place(call), expected: "one value", found: "several")
      }
      value = given[0]
    }
    try finish(.pad(Pad(before: before, after: after, value: value)), [x], call)
  }

  /// MIRROR_PAD: x, borders; the border repeats the edge (SYMMETRIC) or not (REFLECT).
  mutating func decodeMirrorPad(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 2...2, options: 77)
    var x = try operand(call, 0)
    let input = try shape(of: x, call)
    let (before, after) = try borders(call, 1, rank: input.rank)
    let offset = call.options.byte(0) == 0 ? 1 : 0
    for axis in 0..<input.rank where before[axis] > 0 || after[axis] > 0 {
      let extent = input[axis]
      guard max(before[axis], after[axis]) <= extent - offset else {
        throw .invalid(
          place: place(call), expected: "borders up to \(extent - offset) on axis \(axis)",
          found: "\(before[axis]) and \(after[axis])")
      }
      var parts = [x]
      if before[axis] > 0 {
        let last = offset + before[axis] - 1
        parts.insert(try mirror(x, axis, from: last, count: before[axis], call), at: 0)
      }
      if after[axis] > 0 {
        let first = extent - 1 - offset
        parts.append(try mirror(x, axis, from: first, count: after[axis], call))
      }
      x = try concatenate(parts, axis: axis, call)
    }
    try define(call, as: x)
  }

  /// Some indices of an axis, downwards.
  private mutating func mirror(_ x: Known, _ axis: Int, from first: Int, count: Int, _ call: Call)
    throws(TFLiteError) -> Known
  {
    let input = try shape(of: x, call)
    var slice = Slice(
      begin: [Int](repeating: 0, count: input.rank), count: input.extents,
      stride: [Int](repeating: 1, count: input.rank))
    slice.begin[axis] = first
    slice.count[axis] = count
    slice.stride[axis] = count <= 1 ? 1 : -1
    return try apply(.slice(slice), [x], call)
  }

  /// A constant `[count, 2]` of amounts at least 0.
  private mutating func borders(_ call: Call, _ index: Int, rank: Int) throws(TFLiteError)
    -> (before: [Int], after: [Int])
  {
    let values = try integers(call, index, "the borders")
    guard values.count == 2 * rank,
      values.allSatisfy({ $0 >= 0 && $0 <= Shape.maximumElementCount })
    else {
      throw .invalid(
        place: place(call), expected: "\(rank) pairs of borders of at least 0", found: "\(values)")
    }
    return ((0..<rank).map { values[2 * $0] }, (0..<rank).map { values[2 * $0 + 1] })
  }

  /// SPACE_TO_BATCH_ND: x `[N, spatial…, rest]`, block, borders → `[N·Π block, spatial/block, rest]`.
  mutating func decodeSpaceToBatch(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 3...3, options: 25)
    let x = try operand(call, 0)
    let input = try shape(of: x, call)
    let block = try blocks(call, input)
    let count = block.count
    let (before, after) = try borders(call, 2, rank: count)
    let rest = [Int](repeating: 0, count: input.rank - 1 - count)
    let pad = Pad(before: [0] + before + rest, after: [0] + after + rest)
    let padded = try apply(.pad(pad), [x], call)
    let full = try shape(of: padded, call)
    // [N, s₁/b₁, b₁, s₂/b₂, b₂, …, rest] → [b₁, b₂, …, N, s₁/b₁, s₂/b₂, …, rest]
    var split = [full[0]]
    var result = [full[0]]
    var permutation: [Int] = []
    for axis in 0..<count {
      guard full[axis + 1] % block[axis] == 0 else {
        throw .invalid(
          place: place(call), expected: "extents divisible by \(block)", found: "\(full)")
      }
      split += [full[axis + 1] / block[axis], block[axis]]
      result[0] *= block[axis]
      result.append(full[axis + 1] / block[axis])
      permutation.append(2 + 2 * axis)
    }
    permutation.append(0)
    for axis in 0..<count { permutation.append(1 + 2 * axis) }
    for axis in (count + 1)..<max(full.rank, count + 1) {
      split.append(full[axis])
      result.append(full[axis])
      permutation.append(axis + count)
    }
    try rearrange(padded, split, permutation, result, call)
  }

  /// BATCH_TO_SPACE_ND: the inverse, with crops instead of borders.
  mutating func decodeBatchToSpace(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 3...3, options: 24)
    let x = try operand(call, 0)
    let input = try shape(of: x, call)
    let block = try blocks(call, input)
    let count = block.count
    let (before, after) = try borders(call, 2, rank: count)
    let product = block.reduce(1, *)
    guard input[0] % product == 0 else {
      throw .invalid(
        place: place(call), expected: "a batch divisible by \(product)", found: "\(input)")
    }
    // [b₁, b₂, …, N, s₁, s₂, …, rest] → [N, s₁, b₁, s₂, b₂, …, rest]
    let split = block + [input[0] / product] + input.extents[1...]
    var result = [input[0] / product]
    var permutation = [count]
    for axis in 0..<count {
      permutation += [count + 1 + axis, axis]
      result.append(input[axis + 1] * block[axis])
    }
    for axis in (count + 1)..<max(input.rank, count + 1) {
      permutation.append(axis + count)
      result.append(input[axis])
    }
    let whole = try rearranged(x, split, permutation, result, call)
    var slice = Slice(
      begin: [Int](repeating: 0, count: result.count), count: result,
      stride: [Int](repeating: 1, count: result.count))
    for axis in 0..<count {
      slice.begin[axis + 1] = before[axis]
      slice.count[axis + 1] -= before[axis] + after[axis]
      guard slice.count[axis + 1] >= 0 else {
        throw .invalid(place: place(call), expected: "crops inside \(result)", found: "larger ones")
      }
    }
    try finish(.slice(slice), [whole], call)
  }

  /// The block of each spatial axis; their product is at most a shape's size.
  private mutating func blocks(_ call: Call, _ input: Shape) throws(TFLiteError) -> [Int] {
    let block = try integers(call, 1, "the block")
    guard block.count >= 1, block.count < input.rank, block.allSatisfy({ $0 >= 1 }) else {
      throw .invalid(
        place: place(call), expected: "a block of at most \(input.rank - 1) extents above 0",
        found: "\(block)")
    }
    _ = try shape(block, .call(call))
    return block
  }

  private mutating func rearrange(
    _ x: Known, _ split: [Int], _ permutation: [Int], _ result: [Int], _ call: Call
  ) throws(TFLiteError) {
    try define(call, as: try rearranged(x, split, permutation, result, call))
  }

  private mutating func rearranged(
    _ x: Known, _ split: [Int], _ permutation: [Int], _ result: [Int], _ call: Call
  ) throws(TFLiteError) -> Known {
    let apart = try reshape(x, to: try shape(split, .call(call)), call)
    let moved = try apply(.transpose(Transpose(permutation: permutation)), [apart], call)
    return try reshape(moved, to: try shape(result, .call(call)), call)
  }
}
