// SPDX-License-Identifier: Apache-2.0

/// Mean, variance and extremes of the elements of an output, each over all inputs.
struct Moments {
  private(set) var count = 0
  private(set) var means: [Double]
  private var squares: [Double]
  private(set) var lowest: [Float]
  private(set) var highest: [Float]

  init(count: Int) {
    means = [Double](repeating: 0, count: count)
    squares = means
    lowest = [Float](repeating: .infinity, count: count)
    highest = [Float](repeating: -.infinity, count: count)
  }

  /// Source: Welford, "Note on a method for calculating corrected sums of squares" (1962).
  mutating func add(_ values: [Float]) {
    count += 1
    let weight = 1 / Double(count)
    for (index, value) in values.enumerated() {
      let distance = Double(value) - means[index]
      means[index] += distance * weight
      squares[index] += distance * (Double(value) - means[index])
      lowest[index] = min(lowest[index], value)
      highest[index] = max(highest[index], value)
    }
  }

  /// Population variance of each element; zeros without inputs.
  var variances: [Double] { squares.map { count == 0 ? 0 : $0 / Double(count) } }

  var meanVariance: Double {
    means.isEmpty ? 0 : variances.reduce(0, +) / Double(means.count)
  }

  /// The widest range of any element, and the largest magnitude beside it.
  var spread: (range: Float, magnitude: Float) {
    var range: Float = 0
    var magnitude: Float = 0
    for (low, high) in zip(lowest, highest) where low <= high {
      range = max(range, high - low)
      magnitude = max(magnitude, abs(low), abs(high))
    }
    return (range, magnitude)
  }

  /// Takes in what others saw of the same elements.
  mutating func merge(_ other: Moments) {
    guard other.count > 0 else { return }
    let (n, m) = (Double(count), Double(other.count))
    for index in means.indices {
      let distance = other.means[index] - means[index]
      squares[index] += other.squares[index] + distance * distance * n * m / (n + m)
      means[index] += distance * m / (n + m)
      lowest[index] = min(lowest[index], other.lowest[index])
      highest[index] = max(highest[index], other.highest[index])
    }
    count += other.count
  }
}
