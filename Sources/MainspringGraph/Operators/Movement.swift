// SPDX-License-Identifier: Apache-2.0

/// The same elements under another shape.
public struct Reshape: Hashable, Sendable {
  public var shape: Shape

  public init(to shape: Shape) { self.shape = shape }

  func outputShape(_ input: Shape) throws(ShapeError) -> Shape {
    try ShapeError.require(
      input.elementCount == shape.elementCount, "Reshape",
      expected: "\(shape.elementCount) elements for \(shape)", found: "\(input)")
    return shape
  }
}

/// Axes in another order: axis `i` of the result is axis `permutation[i]` of the operand.
public struct Transpose: Hashable, Sendable {
  public var permutation: [Int]

  public init(permutation: [Int]) { self.permutation = permutation }

  func outputShape(_ input: Shape) throws(ShapeError) -> Shape {
    try ShapeError.require(
      permutation.sorted() == Array(0..<input.rank), "Transpose",
      expected: "a permutation of \(input.rank) axes", found: "\(permutation)")
    return try Shape(permutation.map { input[$0] })
  }
}

/// Some elements of each axis: `begin`, `begin + stride`, …, `count` of them.
public struct Slice: Hashable, Sendable {
  public var begin: [Int]
  public var count: [Int]
  /// Not 0; negative walks backwards.
  public var stride: [Int]

  public init(begin: [Int], count: [Int], stride: [Int]) {
    self.begin = begin
    self.count = count
    self.stride = stride
  }

  func outputShape(_ input: Shape) throws(ShapeError) -> Shape {
    try ShapeError.require(
      begin.count == input.rank && count.count == input.rank && stride.count == input.rank, "Slice",
      expected: "begin, count and stride for \(input.rank) axes",
      found: "\(begin.count), \(count.count) and \(stride.count)")
    for axis in 0..<input.rank {
      let (reach, overflow) = (max(count[axis], 1) - 1)
        .multipliedReportingOverflow(by: stride[axis])
      let (last, overflowed) = begin[axis].addingReportingOverflow(reach)
      let inside = { (index: Int) in index >= 0 && index < input[axis] }
      try ShapeError.require(
        count[axis] >= 0 && stride[axis] != 0 && !overflow && !overflowed
          && (count[axis] == 0 || (inside(begin[axis]) && inside(last))), "Slice",
        expected: "elements inside \(input)",
        found: "\(count[axis]) from \(begin[axis]) by \(stride[axis]) on axis \(axis)")
    }
    return try Shape(count)
  }
}

/// Operands one after the other along an axis.
public struct Concatenate: Hashable, Sendable {
  /// In `0..<rank`.
  public var axis: Int

  public init(axis: Int) { self.axis = axis }

  func outputShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    try ShapeError.require(
      !inputs.isEmpty && axis >= 0 && axis < inputs[0].rank, "Concatenate",
      expected: "operands with an axis \(axis)", found: "\(inputs)")
    var extents = inputs[0].extents
    for input in inputs.dropFirst() {
      var other = input.extents
      try ShapeError.require(
        other.count == extents.count, "Concatenate", expected: "rank \(extents.count)",
        found: "\(input)")
      let (sum, overflow) = extents[axis].addingReportingOverflow(other[axis])
      try ShapeError.require(
        !overflow, "Concatenate", expected: "at most \(Shape.maximumElementCount) elements",
        found: "\(inputs.count) operands")
      extents[axis] = sum
      other[axis] = sum
      try ShapeError.require(
        other == extents, "Concatenate", expected: "equal extents off axis \(axis)",
        found: "\(inputs[0]) and \(input)")
    }
    return try Shape(extents)
  }
}

/// A border of a constant on some axes.
public struct Pad: Hashable, Sendable {
  /// Elements added before and after, for each axis.
  public var before: [Int]
  public var after: [Int]
  public var value: Float

  public init(before: [Int], after: [Int], value: Float = 0) {
    self.before = before
    self.after = after
    self.value = value
  }

  func outputShape(_ input: Shape) throws(ShapeError) -> Shape {
    let limit = Shape.maximumElementCount
    let inRange = { (amount: Int) in amount >= 0 && amount <= limit }
    try ShapeError.require(
      before.count == input.rank && after.count == input.rank && before.allSatisfy(inRange)
        && after.allSatisfy(inRange), "Pad", expected: "\(input.rank) borders of at least 0",
      found: "\(before) and \(after)")
    var extents = input.extents
    for axis in extents.indices { extents[axis] += before[axis] + after[axis] }
    return try Shape(extents)
  }
}

/// The operand repeated along its axes.
public struct Tile: Hashable, Sendable {
  public var multiples: [Int]

  public init(multiples: [Int]) { self.multiples = multiples }

  func outputShape(_ input: Shape) throws(ShapeError) -> Shape {
    let limit = Shape.maximumElementCount
    try ShapeError.require(
      multiples.count == input.rank && multiples.allSatisfy { $0 >= 0 && $0 <= limit }, "Tile",
      expected: "\(input.rank) multiples of at least 0", found: "\(multiples)")
    var extents = input.extents
    for axis in extents.indices {
      let (product, overflow) = extents[axis].multipliedReportingOverflow(by: multiples[axis])
      try ShapeError.require(
        !overflow, "Tile", expected: "at most \(limit) elements", found: "\(multiples)")
      extents[axis] = product
    }
    return try Shape(extents)
  }
}

/// Some axes back to front.
public struct Reverse: Hashable, Sendable {
  /// Ascending, each in `0..<rank`.
  public var axes: [Int]

  public init(axes: [Int]) { self.axes = axes }

  /// The axes in runs of neighbours: TFLite reverses no others at once.
  package var runs: [[Int]] {
    var runs: [[Int]] = []
    for axis in axes {
      if let last = runs.last?.last, last + 1 == axis {
        runs[runs.count - 1].append(axis)
      } else {
        runs.append([axis])
      }
    }
    return runs
  }

  func outputShape(_ input: Shape) throws(ShapeError) -> Shape {
    var previous = -1
    for axis in axes {
      try ShapeError.require(
        axis > previous && axis < input.rank, "Reverse",
        expected: "ascending axes below \(input.rank)", found: "\(axes)")
      previous = axis
    }
    return input
  }
}
