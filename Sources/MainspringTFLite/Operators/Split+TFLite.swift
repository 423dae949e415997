// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Decoder {
  /// SPLIT: axis, x; as many equal parts as the options say.
  mutating func decodeSplit(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 2...2, options: 35)
    let x = try operand(call, 1)
    let input = try shape(of: x, call)
    let axis = try axis(try integer(call, 0, "the axis"), of: input, call)
    let count = Int(call.options.int(0))
    guard count > 0, input[axis] % count == 0, call.record.outputs.count == count else {
      throw .invalid(
        place: place(call), expected: "\(call.record.outputs.count) equal parts of \(input[axis])",
        found: "\(count) parts")
    }
    let size = input[axis] / count
    for index in 0..<count {
      let range = (index * size)..<((index + 1) * size)
      let part = try cut(x, axis: axis, range, call, name: name(call, index))
      try define(call, index, as: part)
    }
  }

  /// SPLIT_V: x, sizes (one may be −1, some 0), axis.
  mutating func decodeSplitV(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 3...3, options: 79)
    let x = try operand(call, 0)
    let input = try shape(of: x, call)
    var sizes = try integers(call, 1, "sizes")
    let axis = try axis(try integer(call, 2, "the axis"), of: input, call)
    var sum = 0
    for size in sizes where size != -1 {
      guard size >= 0, size <= input[axis] else { throw refuse(sizes, of: input[axis], call) }
      sum += size
      guard sum <= input[axis] else { throw refuse(sizes, of: input[axis], call) }
    }
    if let open = sizes.firstIndex(of: -1) { sizes[open] = input[axis] - sum }
    guard sizes.allSatisfy({ $0 >= 0 }), sizes.reduce(0, +) == input[axis],
      sizes.count == call.record.outputs.count
    else { throw refuse(sizes, of: input[axis], call) }
    var begin = 0
    for (index, size) in sizes.enumerated() {
      let part = try cut(x, axis: axis, begin..<(begin + size), call, name: name(call, index))
      try define(call, index, as: part)
      begin += size
    }
  }

  private func refuse(_ sizes: [Int], of extent: Int, _ call: Call) -> TFLiteError {
    .invalid(
      place: place(call), expected: "\(call.record.outputs.count) sizes that add up to \(extent)",
      found: "\(sizes)")
  }

  /// UNPACK: x; one result for each index of an axis, which vanishes.
  mutating func decodeUnpack(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 1...1, options: 64)
    let x = try operand(call, 0)
    let input = try shape(of: x, call)
    let axis = try axis(Int(call.options.int(1)), of: input, call)
    guard input[axis] == call.record.outputs.count, Int(call.options.int(0)) == input[axis] else {
      throw .invalid(
        place: place(call), expected: "\(input[axis]) results",
        found: "\(call.record.outputs.count)")
    }
    var extents = input.extents
    extents.remove(at: axis)
    let output = try shape(extents, .call(call))
    for index in 0..<input[axis] {
      let part = try cut(x, axis: axis, index..<(index + 1), call, name: name(call, index))
      try define(call, index, as: try reshape(part, to: output, call, name: name(call, index)))
    }
  }

  /// GATHER with constant indices.
  mutating func decodeGather(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 2...2, options: 23)
    guard call.options.int(1) == 0 else {
      throw .unsupported(place: place(call), what: "batch dimensions")
    }
    let x = try operand(call, 0)
    let input = try shape(of: x, call)
    let axis = try axis(Int(call.options.int(0)), of: input, call)
    guard case .constant(let selection) = try operand(call, 1) else {
      throw .unsupported(
        place: place(call), what: "indices computed at run time (an embedding?)")
    }
    guard let indices = selection.tensor.integers else {
      throw .invalid(
        place: place(call), expected: "integer indices", found: "\(selection.tensor.elementType)")
    }
    for index in indices where index < 0 || index >= input[axis] {
      throw .invalid(
        place: place(call), expected: "indices below \(input[axis])", found: "\(index)")
    }
    try spend(indices.count, .call(call))
    let extents =
      input.extents[..<axis] + selection.tensor.shape.extents + input.extents[(axis + 1)...]
    let output = try shape(Array(extents), .call(call))
    var parts: [Known] = []
    for (first, stride, count) in runs(indices) {
      if count == 1 {
        parts.append(try cut(x, axis: axis, first..<(first + 1), call))
        continue
      }
      var begin = [Int](repeating: 0, count: input.rank)
      var counts = input.extents
      var strides = [Int](repeating: 1, count: input.rank)
      begin[axis] = first
      counts[axis] = count
      strides[axis] = stride
      let slice = Slice(begin: begin, count: counts, stride: strides)
      parts.append(try apply(.slice(slice), [x], call))
    }
    if parts.isEmpty { parts.append(try cut(x, axis: axis, 0..<0, call)) }
    let joined = parts.count == 1 ? parts[0] : try concatenate(parts, axis: axis, call)
    try define(call, as: try reshape(joined, to: output, call))
  }

  /// Indices as evenly spaced runs; equal neighbours are runs of their own.
  private func runs(_ indices: [Int]) -> [(first: Int, stride: Int, count: Int)] {
    var result: [(first: Int, stride: Int, count: Int)] = []
    for index in indices {
      if let last = result.last {
        let step = index - (last.first + (last.count - 1) * last.stride)
        if step != 0, last.count == 1 || step == last.stride {
          result[result.count - 1] = (last.first, step, last.count + 1)
          continue
        }
      }
      result.append((index, 1, 1))
    }
    return result
  }
}
