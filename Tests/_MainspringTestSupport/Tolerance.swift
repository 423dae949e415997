// SPDX-License-Identifier: Apache-2.0

/// How far two floats may be apart and still count as the same.
package enum Tolerance: Sendable {
  /// The same bits, except that any NaN equals any other.
  case exact
  /// At most this absolute difference.
  case close(Float)
  /// At most this absolute difference plus this share of the expected magnitude.
  case relative(Float, absolute: Float)
  /// At most so many representable floats apart.
  case ulp(Int)

  /// Whether the values agree. A NaN agrees with a NaN, an infinity with itself, and nothing else.
  package func allows(_ actual: Float, _ expected: Float) -> Bool {
    if actual.isNaN || expected.isNaN { return actual.isNaN && expected.isNaN }
    if actual.bitPattern == expected.bitPattern { return true }
    switch self {
    case .exact: return false
    case .close(let difference):
      return actual == expected || abs(actual - expected) <= difference
    case .relative(let share, let difference):
      if actual.isInfinite || expected.isInfinite { return actual == expected }
      return abs(actual - expected) <= difference + share * abs(expected)
    case .ulp(let count):
      if actual.isInfinite || expected.isInfinite { return actual == expected }
      return abs(order(actual) - order(expected)) <= count
    }
  }

  /// Rank of a float among all floats; both zeros have rank 0.
  private func order(_ value: Float) -> Int {
    let magnitude = Int(value.bitPattern & 0x7fff_ffff)
    return value.sign == .minus ? -magnitude : magnitude
  }
}

/// What keeps two arrays from being equal.
package struct Difference: Equatable, Sendable, CustomStringConvertible {
  package let description: String
}

/// Compares element by element.
///
///     #expect(difference(output, golden, within: .close(1e-5)) == nil)
///
/// - Returns: `nil` when all agree; otherwise counts, the first and the worst place with both values.
package func difference(
  _ actual: [Float], _ expected: [Float], within tolerance: Tolerance
) -> Difference? {
  if actual.count != expected.count {
    return Difference(description: "expected \(expected.count) elements, found \(actual.count)")
  }
  let bad = actual.indices.filter { !tolerance.allows(actual[$0], expected[$0]) }
  guard let first = bad.first else { return nil }
  func gap(_ index: Int) -> Float {
    let gap = abs(actual[index] - expected[index])
    return gap.isNaN ? .infinity : gap
  }
  let worst = bad.reduce(first) { gap($1) > gap($0) ? $1 : $0 }
  func place(_ index: Int) -> String {
    "[\(index)] expected \(expected[index]), found \(actual[index])"
  }
  return Difference(
    description: "\(bad.count) of \(actual.count) elements differ by more than \(tolerance); "
      + "first \(place(first)); worst \(place(worst)), apart \(gap(worst))")
}

/// Largest absolute difference, infinite for unequal counts or where only one side is NaN.
package func largestGap(_ a: [Float], _ b: [Float]) -> Float {
  if a.count != b.count { return .infinity }
  var largest: Float = 0
  for index in a.indices {
    if a[index] == b[index] || (a[index].isNaN && b[index].isNaN) { continue }
    let gap = abs(a[index] - b[index])
    largest = gap.isNaN ? .infinity : max(largest, gap)
  }
  return largest
}
