// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// The elements of an integer constant, widened.
struct Integers {
  let shape: Shape
  let values: [Int64]
  let isWide: Bool

  /// Nil for other types.
  init?(_ tensor: Tensor) {
    switch tensor.elements {
    case .int32(let values):
      self.values = values.map { Int64($0) }
      isWide = false
    case .int64(let values):
      self.values = values
      isWide = true
    default: return nil
    }
    shape = tensor.shape
  }

  /// The elements repeated to a shape they broadcast to.
  func broadcast(to shape: Shape) -> [Int64] {
    if shape == self.shape { return values }
    return Walk(broadcasting: self.shape, to: shape).indices().map { values[$0] }
  }
}

extension Tensor {
  /// Integers of 64 or 32 bits; the latter wrap around, as in C.
  init(shape: Shape, integers: [Int64], isWide: Bool) {
    self.init(
      shape: shape,
      elements: isWide
        ? .int64(integers) : .int32(integers.map { Int32(truncatingIfNeeded: $0) }))
  }

  /// The elements of a boolean tensor; nil for other types.
  var bools: [Bool]? {
    if case .bool(let values) = elements { values } else { nil }
  }
}

/// Functions of two integers that TFLite has operators for.
enum IntegerFunction {
  case add, subtract, multiply, divide, floorDivide, floorModulo, minimum, maximum

  init?(_ function: Binary.Function) {
    switch function {
    case .add: self = .add
    case .subtract: self = .subtract
    case .multiply: self = .multiply
    case .divide: self = .divide
    case .minimum: self = .minimum
    case .maximum: self = .maximum
    case .squaredDifference: return nil
    }
  }

  /// - Returns: nil for a division by zero or one that overflows.
  func callAsFunction(_ a: Int64, _ b: Int64) -> Int64? {
    switch self {
    case .add: return a &+ b
    case .subtract: return a &- b
    case .multiply: return a &* b
    case .minimum: return min(a, b)
    case .maximum: return max(a, b)
    case .divide, .floorDivide, .floorModulo:
      let (quotient, overflow) = a.dividedReportingOverflow(by: b)
      guard !overflow else { return nil }
      if case .divide = self { return quotient }
      let remainder = a - quotient * b
      let isRounded = remainder != 0 && (remainder < 0) != (b < 0)
      if case .floorDivide = self { return isRounded ? quotient - 1 : quotient }
      return isRounded ? remainder + b : remainder
    }
  }
}

/// Conditions on two integers.
enum IntegerCondition {
  case less, lessOrEqual, greater, greaterOrEqual, equal, notEqual

  init(_ condition: Compare.Condition) {
    switch condition {
    case .less: self = .less
    case .lessOrEqual: self = .lessOrEqual
    case .greater: self = .greater
    case .greaterOrEqual: self = .greaterOrEqual
    }
  }

  func callAsFunction(_ a: Int64, _ b: Int64) -> Bool {
    switch self {
    case .less: a < b
    case .lessOrEqual: a <= b
    case .greater: a > b
    case .greaterOrEqual: a >= b
    case .equal: a == b
    case .notEqual: a != b
    }
  }
}
