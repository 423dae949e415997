// SPDX-License-Identifier: Apache-2.0

import Glibc

extension FloatHistogram {
  /// The range to represent in 8 bits; nil without values.
  ///
  /// - Complexity: O(bins), for ``CalibrationMethod/meanSquaredError`` and
  ///   ``CalibrationMethod/entropy`` with some ten thousand steps more.
  func bounds(_ method: CalibrationMethod) -> Bounds? {
    guard count > 0 else { return nil }
    let all = Bounds(lower: minimum, upper: maximum)
    let bins = self.bins()
    switch method {
    case .minMax: return all
    case .percentile(let percent): return quantiles(bins, percent, all)
    case .meanSquaredError: return ErrorSearch(bins, all.includingZero).best()
    case .entropy: return EntropySearch(bins, all.includingZero).best()
    }
  }

  /// What remains when the given share is cut off at each end.
  private func quantiles(_ bins: [Bin], _ percent: Double, _ all: Bounds) -> Bounds {
    let cut = Double(count) * (1 - percent / 100)
    var lower = all.lower
    var passed = 0.0
    for bin in bins {
      passed += bin.count
      if passed > cut {
        lower = bin.lower
        break
      }
    }
    var upper = all.upper
    passed = 0
    for bin in bins.reversed() {
      passed += bin.count
      if passed > cut {
        upper = bin.upper
        break
      }
    }
    return Bounds(lower: lower, upper: max(upper, lower))
  }
}

/// The range with the least expected squared error: rounding inside of it, clipping outside.
private struct ErrorSearch {
  let all: Bounds
  let middles: [Double]
  /// Sums over the bins before each: counts, first and second moments, counts without the bin of
  /// zero, which is always represented exactly.
  var mass: [Double] = [0]
  var first: [Double] = [0]
  var second: [Double] = [0]
  var rounded: [Double] = [0]

  init(_ bins: [FloatHistogram.Bin], _ all: Bounds) {
    self.all = all
    middles = bins.map(\.middle)
    for (index, bin) in bins.enumerated() {
      let x = bin.middle
      mass.append(mass[index] + bin.count)
      first.append(first[index] + bin.count * x)
      second.append(second[index] + bin.count * x * x)
      rounded.append(rounded[index] + (bin.isZero ? 0 : bin.count))
    }
  }

  /// One end after the other, twice: the ends meet in the width of a step only.
  func best() -> Bounds {
    var lower = Double(all.lower)
    var upper = Double(all.upper)
    for _ in 0..<2 {
      upper = least(of: Double(all.upper)) { error(lower, $0) }
      lower = least(of: Double(all.lower)) { error($0, upper) }
    }
    return Bounds(lower: Float(lower), upper: Float(upper))
  }

  /// The end, between where it was seen and next to zero, for which the error is least.
  private func least(of end: Double, _ error: (Double) -> Double) -> Double {
    if end == 0 { return 0 }
    var best = end
    var least = Double.infinity
    for step in 0...96 {
      let candidate = end * (1 - Double(step) / 100)
      let found = error(candidate)
      if found < least {
        least = found
        best = candidate
      }
    }
    return best
  }

  private func error(_ lower: Double, _ upper: Double) -> Double {
    let low = index(of: lower)
    let high = index(of: upper)
    let step = (upper - lower) / 255
    let inside = (rounded[high] - rounded[low]) * step * step / 12
    let end = mass.count - 1
    let below = moment(0, low, around: lower)
    let above = moment(high, end, around: upper)
    return inside + below + above
  }

  /// Σ count · (x − center)² over some bins.
  private func moment(_ start: Int, _ end: Int, around center: Double) -> Double {
    let m0 = mass[end] - mass[start]
    let m1 = first[end] - first[start]
    let m2 = second[end] - second[start]
    return max(m2 - 2 * center * m1 + center * center * m0, 0)
  }

  /// The first bin whose middle is at least `x`.
  private func index(of x: Double) -> Int {
    var low = 0
    var high = middles.count
    while low < high {
      let middle = (low + high) / 2
      if middles[middle] < x { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// The range that loses the least information, as a Kullback–Leibler divergence.
///
/// Source: Migacz, "8-bit inference with TensorRT" (GTC 2017), for asymmetric ranges: both ends
/// shrink together.
private struct EntropySearch {
  let all: Bounds
  let cells: [Double]
  private static let cellCount = 2048
  private static let levels = 255

  /// Zeros are left out: after a rectifier they are the bulk, and they are exact in any range.
  init(_ bins: [FloatHistogram.Bin], _ all: Bounds) {
    self.all = all
    var cells = [Double](repeating: 0, count: Self.cellCount)
    let width = (Double(all.upper) - Double(all.lower)) / Double(Self.cellCount)
    for bin in bins where !bin.isZero && width > 0 {
      let from = (Double(bin.lower) - Double(all.lower)) / width
      let to = max((Double(bin.upper) - Double(all.lower)) / width, from + 1e-9)
      let start = min(max(Int(from), 0), Self.cellCount - 1)
      let end = min(max(Int(to), start), Self.cellCount - 1)
      for cell in start...end {
        let share = min(to, Double(cell + 1)) - max(from, Double(cell))
        cells[cell] += bin.count * max(share, 0) / (to - from)
      }
    }
    self.cells = cells
  }

  func best() -> Bounds {
    var best = all
    guard all.lower < all.upper else { return all }
    var least = Double.infinity
    for step in 0...80 {
      let fraction = 1 - Double(step) / 100
      let zero = -Double(all.lower) / (Double(all.upper) - Double(all.lower))
      let start = Int(zero * (1 - fraction) * Double(Self.cellCount))
      let end = start + Int(fraction * Double(Self.cellCount))
      guard end <= cells.count, end - start >= Self.levels else { break }
      let divergence = divergence(start..<end)
      if divergence < least {
        least = divergence
        best = Bounds(
          lower: Float(Double(all.lower) * fraction), upper: Float(Double(all.upper) * fraction))
      }
    }
    return best
  }

  private func divergence(_ range: Range<Int>) -> Double {
    var exact = Array(cells[range])
    let coarse = levels(of: exact)
    exact[0] += cells[..<range.lowerBound].reduce(0, +)
    exact[exact.count - 1] += cells[range.upperBound...].reduce(0, +)
    let total = exact.reduce(0, +)
    let coarseTotal = coarse.reduce(0, +)
    guard total > 0, coarseTotal > 0 else { return .infinity }
    var sum = 0.0
    for index in exact.indices where exact[index] > 0 {
      let p = exact[index] / total
      // A value where the coarse distribution has none costs as much as a very rare one.
      let q = max(coarse[index] / coarseTotal, 1e-12)
      sum += p * log(p / q)
    }
    return sum
  }

  /// The mass of each level, spread over those of its cells that have any.
  private func levels(of cells: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: cells.count)
    for level in 0..<Self.levels {
      let start = level * cells.count / Self.levels
      let end = (level + 1) * cells.count / Self.levels
      let used = cells[start..<end].count { $0 > 0 }
      if used == 0 { continue }
      let share = cells[start..<end].reduce(0, +) / Double(used)
      for index in start..<end where cells[index] > 0 { result[index] = share }
    }
    return result
  }
}
