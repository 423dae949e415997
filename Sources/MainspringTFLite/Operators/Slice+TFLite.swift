// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Decoder {
  /// SLICE: x, begin, size; a size of −1 takes the rest.
  mutating func decodeSlice(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 3...3, options: 48)
    let x = try operand(call, 0)
    let input = try shape(of: x, call)
    let begin = try integers(call, 1, "the begin")
    var count = try integers(call, 2, "the size")
    guard begin.count == input.rank, count.count == input.rank else {
      throw .invalid(
        place: place(call), expected: "begin and size for \(input)", found: "\(begin), \(count)")
    }
    for axis in 0..<input.rank {
      guard begin[axis] >= 0, begin[axis] <= input[axis] else {
        throw .invalid(
          place: place(call), expected: "a begin inside \(input)", found: "\(begin)")
      }
      if count[axis] == -1 { count[axis] = input[axis] - begin[axis] }
    }
    let ones = [Int](repeating: 1, count: input.rank)
    try define(
      call, as: try slice(x, Slice(begin: begin, count: count, stride: ones), call))
  }

  /// Rows of a stack stay rows; anything else is an operator.
  private mutating func slice(_ x: Known, _ slice: Slice, _ call: Call) throws(TFLiteError) -> Known
  {
    let input = try shape(of: x, call)
    let count = slice.count
    if collectsRows, input.rank >= 1, slice.stride[0] == 1, count[0] >= 0,
      count[0] <= input[0] - slice.begin[0],
      (1..<input.rank).allSatisfy({ slice.begin[$0] == 0 && count[$0] == input[$0] }),
      let rows = try rows(slice.begin[0]..<(slice.begin[0] + count[0]), of: x, call)
    {
      return rows
    }
    return try apply(.slice(slice), [x], call)
  }

  /// STRIDED_SLICE: x, begin, end, strides, as NumPy reads `x[b:e:s, …]`.
  mutating func decodeStridedSlice(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 4...4, options: 32)
    let x = try operand(call, 0)
    let input = try shape(of: x, call)
    let range = StridedRange(
      begin: try integers(call, 1, "the begin"), end: try integers(call, 2, "the end"),
      stride: try integers(call, 3, "the strides"), options: call.options)
    let picked: StridedRange.Selection
    switch range.resolve(over: input) {
    case .success(let selection): picked = selection
    case .failure(let problem):
      throw .invalid(place: place(call), expected: problem.expected, found: problem.found)
    }
    let sliced = try slice(
      x, Slice(begin: picked.begin, count: picked.count, stride: picked.stride), call)
    try define(
      call,
      as: try reshape(sliced, to: try shape(picked.extents, .call(call)), call))
  }
}

/// The operands of STRIDED_SLICE.
struct StridedRange {
  let begin: [Int]
  let end: [Int]
  let stride: [Int]
  let options: OptionsRecord

  /// Elements of each axis, and the extents of the result.
  struct Selection {
    var begin: [Int] = []
    var count: [Int] = []
    var stride: [Int] = []
    var extents: [Int] = []
  }

  struct Problem: Error {
    let expected: String
    let found: String
  }

  func resolve(over input: Shape) -> Result<Selection, Problem> {
    guard begin.count == end.count, begin.count == stride.count, begin.count <= 32 else {
      return .failure(
        Problem(
          expected: "begin, end and strides of one length",
          found: "\(begin.count), \(end.count) and \(stride.count)"))
    }
    let isNew = { (index: Int) in self.has(3, index) && !self.has(2, index) }
    let named = begin.indices.filter { !has(2, $0) && !isNew($0) }.count
    let ellipses = begin.indices.filter { has(2, $0) }.count
    guard named <= input.rank, ellipses <= 1 else {
      return .failure(Problem(expected: "at most \(input.rank) axes", found: "\(named)"))
    }
    var result = Selection()
    for index in begin.indices {
      if has(2, index) {
        for _ in 0..<(input.rank - named) { result.takeAll(of: input[result.begin.count]) }
      } else if isNew(index) {
        result.extents.append(1)
      } else if let problem = pick(index, of: input[result.begin.count], into: &result) {
        return .failure(problem)
      }
    }
    while result.begin.count < input.rank { result.takeAll(of: input[result.begin.count]) }
    return .success(result)
  }

  /// Bit `index` of one of the masks begin, end, ellipsis, new axis, shrink axis.
  private func has(_ mask: Int, _ index: Int) -> Bool {
    UInt32(bitPattern: options.int(mask)) >> UInt32(index) & 1 == 1
  }

  private func pick(_ index: Int, of extent: Int, into result: inout Selection) -> Problem? {
    let stride = stride[index]
    guard stride != 0, stride > Int.min else {
      return Problem(expected: "strides other than 0", found: "\(stride)")
    }
    let wrap = { (position: Int) in
      position < 0 ? position.addingReportingOverflow(extent).partialValue : position
    }
    let first = wrap(begin[index])
    if has(4, index) {
      guard first >= 0, first < extent else {
        return Problem(expected: "an index below \(extent)", found: "\(begin[index])")
      }
      result.begin.append(first)
      result.count.append(1)
      result.stride.append(1)
      return nil
    }
    let (low, high) = stride > 0 ? (0, extent) : (-1, extent - 1)
    let from = has(0, index) ? (stride > 0 ? low : high) : min(max(first, low), high)
    var last = wrap(end[index])
    if options.bool(5) { last = from.addingReportingOverflow(end[index]).partialValue }
    let to = has(1, index) ? (stride > 0 ? high : low) : min(max(last, low), high)
    let distance = stride > 0 ? to - from : from - to
    let step = stride > 0 ? stride : -stride
    let count = distance <= 0 ? 0 : (distance - 1) / step + 1
    result.begin.append(count == 0 ? 0 : from)
    result.count.append(count)
    result.stride.append(count <= 1 ? 1 : stride)
    result.extents.append(count)
    return nil
  }
}

extension StridedRange.Selection {
  fileprivate mutating func takeAll(of extent: Int) {
    begin.append(0)
    count.append(extent)
    stride.append(1)
    extents.append(extent)
  }
}
