// SPDX-License-Identifier: Apache-2.0

/// A share of a sample and what it says about the whole.
public struct Proportion: Hashable, Sendable {
  public let hits: Int
  public let count: Int

  /// - Precondition: no more hits than there are.
  public init(_ hits: Int, of count: Int) {
    precondition(hits >= 0 && hits <= count, "\(hits) of \(count)")
    self.hits = hits
    self.count = count
  }

  /// 0 for nothing.
  public var share: Double { count == 0 ? 0 : Double(hits) / Double(count) }

  /// Where the share of the whole lies with 95 % confidence; everywhere for an empty sample.
  ///
  /// Source: Wilson, "Probable inference, the law of succession, and statistical inference" (1927),
  /// with z = 1.959964; unlike the textbook interval it holds for shares near 0 and 1.
  public var interval: ClosedRange<Double> {
    guard count > 0 else { return 0...1 }
    let (n, p, z) = (Double(count), share, 1.959963984540054)
    let scale = 1 / (1 + z * z / n)
    let centre = (p + z * z / (2 * n)) * scale
    let half = z * scale * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
    // Rounding must not put what was seen outside.
    return min(max(centre - half, 0), p)...max(min(centre + half, 1), p)
  }
}
