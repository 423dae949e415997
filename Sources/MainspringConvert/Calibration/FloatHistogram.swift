// SPDX-License-Identifier: Apache-2.0

/// How often values occur, to a relative precision of 2⁻⁷.
///
/// A bin is the sign, exponent and upper seven fraction bits of a float. So there is no range to
/// know beforehand, one outlier does not coarsen the rest, and adding a value is a shift and an
/// increment. Bins come in pages of one exponent, allocated when first met.
struct FloatHistogram: Sendable {
  private(set) var minimum: Float = .infinity
  private(set) var maximum: Float = -.infinity
  private(set) var count: Int = 0
  /// Index of the page of each sign and exponent; −1 for none.
  private var pages = [Int32](repeating: -1, count: 512)
  private var counts: [UInt64] = []

  private static let pageSize = 128

  /// - Returns: false when a value is not finite; what was before it has been counted.
  mutating func add(_ values: [Float]) -> Bool {
    for value in values where !add(value) { return false }
    return true
  }

  /// - Returns: false when the value is not finite; it is not counted then.
  mutating func add(_ value: Float) -> Bool {
    let bits = value.bitPattern
    let exponent = Int(bits >> 23)
    if exponent & 0xff == 0xff { return false }
    openPage(exponent)
    counts[Int(pages[exponent]) * Self.pageSize + Int(bits >> 16 & 0x7f)] += 1
    minimum = min(minimum, value)
    maximum = max(maximum, value)
    count += 1
    return true
  }

  /// Takes another histogram's values in.
  mutating func merge(_ other: FloatHistogram) {
    for exponent in pages.indices where other.pages[exponent] >= 0 {
      openPage(exponent)
      let source = Int(other.pages[exponent]) * Self.pageSize
      let target = Int(pages[exponent]) * Self.pageSize
      for step in 0..<Self.pageSize { counts[target + step] += other.counts[source + step] }
    }
    minimum = min(minimum, other.minimum)
    maximum = max(maximum, other.maximum)
    count += other.count
  }

  private mutating func openPage(_ exponent: Int) {
    if pages[exponent] >= 0 { return }
    pages[exponent] = Int32(counts.count / Self.pageSize)
    counts += [UInt64](repeating: 0, count: Self.pageSize)
  }

  /// Values between two neighbouring floats of seven fraction bits.
  struct Bin {
    let lower: Float
    let upper: Float
    let count: Double

    var middle: Double { (Double(lower) + Double(upper)) / 2 }
    var isZero: Bool { lower <= 0 && upper >= 0 }
  }

  /// The bins in use, ascending, cut to the range of the values.
  func bins() -> [Bin] {
    var result: [Bin] = []
    for exponent in (256..<511).reversed() { appendPage(exponent, to: &result) }
    for exponent in 0..<255 { appendPage(exponent, to: &result) }
    return result
  }

  private func appendPage(_ exponent: Int, to result: inout [Bin]) {
    guard pages[exponent] >= 0 else { return }
    let isNegative = exponent >= 256
    let base = Int(pages[exponent]) * Self.pageSize
    for step in 0..<Self.pageSize {
      let fraction = isNegative ? Self.pageSize - 1 - step : step
      let count = counts[base + fraction]
      if count == 0 { continue }
      let bits = UInt32(exponent) << 23 | UInt32(fraction) << 16
      let near = Float(bitPattern: bits)
      let far = Float(bitPattern: bits | 0xffff)
      result.append(
        Bin(
          lower: max(isNegative ? far : near, minimum),
          upper: min(isNegative ? near : far, maximum), count: Double(count)))
    }
  }
}
