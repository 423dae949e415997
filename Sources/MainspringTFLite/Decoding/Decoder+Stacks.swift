// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Decoder {
  /// Rows may stay apart only while a loop is unrolled; elsewhere operators are kept as they are.
  var collectsRows: Bool { frames.count > 1 }

  /// Runs over all rows of a tensor of floats, int8 or int16; nil when it cannot be part of a
  /// stack.
  func runs(of known: Known, _ call: Call) throws(TFLiteError) -> [Stack.Run]? {
    let shape = try shape(of: known, call)
    let type = try elementType(of: known, call)
    guard shape.rank >= 1, type.isFloat || type == .int8 || type == .int16 else { return nil }
    if case .stack(let stack) = known { return stack.runs }
    if shape[0] == 0 { return [] }
    return [Stack.Run(source: known, sourceShape: shape, begin: 0, count: shape[0])]
  }

  /// Some rows of a stack or of a constant, without copying them.
  mutating func rows(_ range: Range<Int>, of known: Known, _ call: Call) throws(TFLiteError)
    -> Known?
  {
    let shape = try shape(of: known, call)
    if case .value = known { return nil }
    guard let runs = try runs(of: known, call) else { return nil }
    try spend(runs.count, .call(call))
    let type = try type(of: known, call)
    let whole = Stack(shape: shape, type: type, runs: runs, name: name(call))
    var extents = shape.extents
    extents[0] = range.count
    return try stacked(
      whole.slice(range), shape: try self.shape(extents, .call(call)), type, call)
  }

  /// A stack of runs; a single run over a whole tensor is that tensor.
  mutating func stacked(
    _ runs: [Stack.Run], shape: Shape, _ type: ValueType, _ call: Call
  ) throws(TFLiteError) -> Known {
    var joined: [Stack.Run] = []
    for run in runs {
      if let last = joined.last, last.source.isSame(as: run.source),
        last.begin + last.count == run.begin
      {
        joined[joined.count - 1] = Stack.Run(
          source: last.source, sourceShape: last.sourceShape, begin: last.begin,
          count: last.count + run.count)
      } else {
        joined.append(run)
      }
    }
    try spend(joined.count + 1, .call(call))
    if joined.count == 1, joined[0].sourceShape == shape { return joined[0].source }
    return .stack(Stack(shape: shape, type: type, runs: joined, name: name(call)))
  }

  /// Appends the operators that join a stack's rows.
  mutating func join(_ stack: Stack, _ site: Site) throws(TFLiteError) -> ValueID {
    try spend(stack.runs.count + 1, site)
    if stack.shape.elementCount == 0 {
      return graph.addConstant(name: stack.name, Tensor(empty: stack.shape, stack.type))
    }
    var parts: [ValueID] = []
    for run in stack.runs {
      let copied = try reinterpreted(run.source, as: stack.type, name: stack.name, site)
      let source = try materialise(copied, site)
      if run.count == run.sourceShape[0] {
        parts.append(source)
        continue
      }
      var begin = [Int](repeating: 0, count: stack.shape.rank)
      var count = stack.shape.extents
      begin[0] = run.begin
      count[0] = run.count
      let stride = [Int](repeating: 1, count: stack.shape.rank)
      let slice = Slice(begin: begin, count: count, stride: stride)
      parts.append(try append(.slice(slice), [source], stack.name, stack.type, site))
    }
    if parts.count == 1 { return parts[0] }
    return try append(.concatenate(Concatenate(axis: 0)), parts, stack.name, stack.type, site)
  }
}

extension Known {
  func isSame(as other: Known) -> Bool {
    switch (self, other) {
    case (.value(let a), .value(let b)): a == b
    case (.constant(let a), .constant(let b)): a === b
    default: false
    }
  }
}
