// SPDX-License-Identifier: Apache-2.0

/// The extents of a row-major tensor, outermost first.
///
/// An empty list is a scalar. Rank and number of elements are checked once, here, zero extents
/// counted as one: products of extents in any order stay small for all code behind a `Shape`.
public struct Shape: Hashable, Sendable {
  /// Extents, each at least 0.
  public let extents: [Int]
  /// Product of the extents; 1 for a scalar.
  public let elementCount: Int

  /// More elements than any model for sensor windows has; keeps byte counts far from overflow.
  public static let maximumElementCount: Int = 1 << 28

  /// More axes than any operator needs; keeps work on axes far from quadratic.
  public static let maximumRank: Int = 32

  /// - Throws: `ShapeError` when an extent is negative, the product of the others than 0 exceeds
  ///   ``maximumElementCount``, or there are more than ``maximumRank`` axes.
  public init(_ extents: [Int]) throws(ShapeError) {
    guard extents.count <= Shape.maximumRank else {
      throw ShapeError(
        operation: "shape", expected: "at most \(Shape.maximumRank) axes",
        found: "\(extents.count)")
    }
    var count = 1
    var isEmpty = false
    for extent in extents {
      let (product, overflow) = count.multipliedReportingOverflow(by: max(extent, 1))
      guard extent >= 0, !overflow, product <= Shape.maximumElementCount else {
        throw ShapeError(
          operation: "shape", expected: "at most \(Shape.maximumElementCount) elements",
          found: Shape.describe(extents))
      }
      count = product
      isEmpty = isEmpty || extent == 0
    }
    self.extents = extents
    self.elementCount = isEmpty ? 0 : count
  }

  private init(unchecked extents: [Int], elementCount: Int) {
    self.extents = extents
    self.elementCount = elementCount
  }

  /// The shape of a single number.
  public static let scalar: Shape = Shape(unchecked: [], elementCount: 1)

  /// Number of axes.
  public var rank: Int { extents.count }

  public subscript(axis: Int) -> Int { extents[axis] }

  /// The innermost extent; 1 for a scalar.
  public var channels: Int { extents.last ?? 1 }

  /// Number of rows of ``channels`` elements; 0 when there are no elements.
  public var rows: Int { channels == 0 ? 0 : elementCount / channels }

  /// `axis` counted from the end when negative.
  ///
  /// - Returns: an axis in `0..<rank`, or nil.
  public func normalized(axis: Int) -> Int? {
    let positive = axis < 0 ? axis + rank : axis
    return positive >= 0 && positive < rank ? positive : nil
  }

  /// Elements between neighbours on each axis.
  public var strides: [Int] {
    var result = [Int](repeating: 1, count: rank)
    var axis = rank - 2
    while axis >= 0 {
      result[axis] = result[axis + 1] * extents[axis + 1]
      axis -= 1
    }
    return result
  }

  /// The shape two operands share after NumPy broadcasting.
  ///
  /// - Throws: `ShapeError` naming `operation` when some extents differ and neither is 1.
  public func broadcast(with other: Shape, operation: String) throws(ShapeError) -> Shape {
    let count = max(rank, other.rank)
    var result: [Int] = []
    for position in 0..<count {
      let a = position < count - rank ? 1 : extents[position - (count - rank)]
      let b = position < count - other.rank ? 1 : other.extents[position - (count - other.rank)]
      guard a == b || a == 1 || b == 1 else {
        throw ShapeError(
          operation: operation, expected: "a shape that broadcasts with \(self)", found: "\(other)")
      }
      result.append(a == 1 ? b : a)
    }
    return try Shape(result)
  }

  /// A matrix' shape with fewer rows.
  func withRows(_ count: Int) -> Shape {
    precondition(rank == 2 && count <= extents[0], "rows of a matrix")
    return Shape(unchecked: [count, extents[1]], elementCount: count * extents[1])
  }

  /// The shape of a vector with an element for each index of the first axis.
  func leading(_ count: Int) -> Shape {
    precondition(rank >= 1 && count == extents[0], "one element per index of the first axis")
    return Shape(unchecked: [count], elementCount: count)
  }

  static func describe(_ extents: [Int]) -> String {
    var text = "["
    for (index, extent) in extents.enumerated() {
      if index > 0 { text += ", " }
      text += "\(extent)"
    }
    return text + "]"
  }
}

extension Shape: CustomStringConvertible {
  public var description: String { Shape.describe(extents) }
}

/// What an operator needs of its operands, and what it got.
public struct ShapeError: Error, Hashable, Sendable, CustomStringConvertible {
  public let operation: String
  public let expected: String
  public let found: String

  public init(operation: String, expected: String, found: String) {
    self.operation = operation
    self.expected = expected
    self.found = found
  }

  public var description: String { "\(operation): expected \(expected), found \(found)" }
}
