// SPDX-License-Identifier: Apache-2.0

import Glibc

/// How often each class was predicted.
public struct ClassHistogram: Hashable, Sendable {
  public private(set) var counts: [Int]
  public private(set) var total: Int = 0

  public init(classCount: Int) { counts = [Int](repeating: 0, count: classCount) }

  mutating func add(_ predicted: Int) {
    counts[predicted] += 1
    total += 1
  }

  mutating func add(_ other: ClassHistogram) {
    for (index, count) in other.counts.enumerated() { counts[index] += count }
    total += other.total
  }

  /// Classes predicted at all.
  public var uniqueCount: Int { counts.count { $0 > 0 } }

  /// The class predicted most often, the first of several.
  public var mostCommon: Int {
    var best = 0
    for (index, count) in counts.enumerated() where count > counts[best] { best = index }
    return best
  }

  public var mostCommonShare: Proportion {
    Proportion(counts.isEmpty ? 0 : counts[mostCommon], of: total)
  }

  /// Shannon entropy of the class shares over that of equal shares: 0 for a single class, 1 when all
  /// are equally frequent.
  public var normalizedEntropy: Double {
    counts.count < 2 ? 0 : entropy / log(Double(counts.count))
  }

  /// The entropy that the whole is below with about 97.5 % confidence, normalised.
  ///
  /// The estimate from a sample is too small by (classes seen − 1) / 2n on average (Miller 1955) and
  /// has the deviation √(Var(log p) / n) (Basharin 1959); twice that is added. Classes never seen
  /// have at most the share u with (1 − u)ⁿ = 1/20, about 3/n, and may be even among themselves: so
  /// one window proves nothing.
  public var upperNormalizedEntropy: Double {
    guard counts.count >= 2, total > 0 else { return counts.count >= 2 ? 1 : 0 }
    let n = Double(total)
    var variance = 0.0
    for count in counts where count > 0 {
      let p = Double(count) / n
      let distance = -log(p) - entropy
      variance += p * distance * distance
    }
    let bias = Double(uniqueCount - 1) / (2 * n)
    let seen = entropy + bias + 2 * (variance / n).squareRoot()
    let upper = counts.count > uniqueCount ? withUnseen(seen) : seen
    return min(upper / log(Double(counts.count)), 1)
  }

  private func withUnseen(_ seen: Double) -> Double {
    let share = 1 - pow(0.05, 1 / Double(total))
    let split = -share * log(share) - (1 - share) * log(max(1 - share, .leastNormalMagnitude))
    return split + (1 - share) * seen + share * log(Double(counts.count - uniqueCount))
  }

  /// Whether so many inputs could show that one class dominates, were all of that class.
  var canTellDominance: Bool {
    guard counts.count >= 2, total > 0 else { return false }
    var single = ClassHistogram(classCount: counts.count)
    (single.counts[0], single.total) = (total, total)
    return single.upperNormalizedEntropy < Thresholds.collapsedEntropy
  }

  /// How often two models of these shares say the same when neither knows of the other: the chance
  /// of Cohen's κ, "A coefficient of agreement for nominal scales" (1960).
  func chance(of other: ClassHistogram) -> Double {
    guard total > 0, other.total > 0 else { return 0 }
    let sum = zip(counts, other.counts).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    return sum / (Double(total) * Double(other.total))
  }

  /// In nats.
  private var entropy: Double {
    var sum = 0.0
    for count in counts where count > 0 {
      let p = Double(count) / Double(total)
      sum -= p * log(p)
    }
    return sum
  }

  /// Jensen-Shannon distance of two histograms: 0 for equal shares, 1 for no class in common.
  ///
  /// The square root of the divergence to base 2 (Endres and Schindelin 2003).
  public func distance(to other: ClassHistogram) -> Double {
    precondition(counts.count == other.counts.count, "histograms of the same classes")
    guard total > 0, other.total > 0 else { return 0 }
    var sum = 0.0
    for (a, b) in zip(counts, other.counts) {
      let (p, q) = (Double(a) / Double(total), Double(b) / Double(other.total))
      let mean = (p + q) / 2
      if p > 0 { sum += p / 2 * log2(p / mean) }
      if q > 0 { sum += q / 2 * log2(q / mean) }
    }
    return max(sum, 0).squareRoot()
  }
}
