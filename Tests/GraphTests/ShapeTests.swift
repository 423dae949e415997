// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import Testing

struct ShapeTests {
  @Test(arguments: [
    [-1], [1 << 20, 1 << 20], [Int.max, 2], [1 << 28, 2], [0, 1 << 30, 1 << 30, 1 << 30],
    [1 << 20, 0, 1 << 20], [Int](repeating: 1, count: 33),
  ])
  func refusesNegativeAndHugeExtents(extents: [Int]) {
    #expect(throws: ShapeError.self) { try Shape(extents) }
  }

  @Test func countsElementsOfScalarsAndEmptyShapes() throws {
    #expect(Shape.scalar.elementCount == 1)
    #expect(try Shape([3, 0, 2]).elementCount == 0)
    #expect(try Shape([3, 0]).rows == 0)
    #expect(try Shape([2, 3, 4]).strides == [12, 4, 1])
  }

  @Test func broadcastsAsNumPyDoes() throws {
    let cases: [([Int], [Int], [Int]?)] = [
      ([2, 3], [3], [2, 3]), ([2, 1], [1, 3], [2, 3]), ([], [4], [4]), ([2, 3], [2], nil),
      ([1, 5, 1], [4, 1, 6], [4, 5, 6]), ([0], [1], [0]), ([0], [2], nil),
    ]
    for (a, b, expected) in cases {
      let (left, right) = (try Shape(a), try Shape(b))
      if let expected {
        #expect(try left.broadcast(with: right, operation: "x").extents == expected)
        #expect(try right.broadcast(with: left, operation: "x").extents == expected)
      } else {
        #expect(throws: ShapeError.self) { try left.broadcast(with: right, operation: "x") }
      }
    }
  }

  @Test func normalizesAxesFromTheEnd() throws {
    let shape = try Shape([2, 3])
    #expect(shape.normalized(axis: -1) == 1)
    #expect(shape.normalized(axis: -3) == nil)
    #expect(shape.normalized(axis: 2) == nil)
  }
}

struct WindowAxisTests {
  /// Counts windows one by one instead of by formula.
  @Test func agreesWithCounting() throws {
    for input in 1...12 {
      for size in 1...4 {
        for stride in 1...4 {
          for dilation in 1...3 { try check(input, size, stride, dilation) }
        }
      }
    }
  }

  private func check(_ input: Int, _ size: Int, _ stride: Int, _ dilation: Int) throws {
    let reach = (size - 1) * dilation
    let starts = stride == 0 ? [] : Array(Swift.stride(from: 0, to: input - reach, by: stride))
    if starts.isEmpty {
      #expect(throws: ShapeError.self) {
        try WindowAxis(
          input: input, size: size, stride: stride, dilation: dilation, padding: .valid,
          operation: "x")
      }
    } else {
      let valid = try WindowAxis(
        input: input, size: size, stride: stride, dilation: dilation, padding: .valid,
        operation: "x")
      #expect(valid.output == starts.count && valid.before == 0 && valid.after == 0)
    }
    let same = try WindowAxis(
      input: input, size: size, stride: stride, dilation: dilation, padding: .same, operation: "x")
    #expect(same.output == Array(Swift.stride(from: 0, to: input, by: stride)).count)
    #expect(same.after - same.before == 0 || same.after - same.before == 1)
    // The last window ends exactly at the padded end, or no padding was needed.
    let end = (same.output - 1) * stride + reach + 1
    #expect(same.before + same.after == max(end - input, 0))
  }

  @Test(arguments: [(0, 1, 1), (1, 0, 1), (1, 1, 0), (1 << 25, 1, 1), (1 << 20, 1, 1 << 20)])
  func refusesSettingsOutOfRange(size: Int, stride: Int, dilation: Int) {
    for padding in [Padding.same, .valid] {
      #expect(throws: ShapeError.self) {
        try WindowAxis(
          input: 8, size: size, stride: stride, dilation: dilation, padding: padding,
          operation: "x")
      }
    }
  }
}
