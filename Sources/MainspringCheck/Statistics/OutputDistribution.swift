// SPDX-License-Identifier: Apache-2.0

/// How the values of each element of an output are spread, on some of the inputs.
public struct OutputDistribution: Sendable {
  /// Values kept: 4 MB.
  private static let limit = 1 << 20

  private var values: [[Float]] = []
  private var size = 0

  mutating func add(_ output: [Float]) {
    if size + output.count > OutputDistribution.limit { return }
    size += output.count
    values.append(output)
  }

  /// The least and the largest value of all elements; nil without any.
  public var bounds: ClosedRange<Float>? {
    var bounds: (low: Float, high: Float)?
    for value in values.joined() {
      bounds = (min(bounds?.low ?? value, value), max(bounds?.high ?? value, value))
    }
    return bounds.map { $0.low...$0.high }
  }

  /// By element how many inputs it was in each of so many bins between two bounds for.
  ///
  /// - Precondition: there are bins. What is beyond a bound is in the bin beside it.
  public func counts(bins: Int, from low: Float, to high: Float) -> [[Int]] {
    precondition(bins > 0, "at least one bin")
    guard let first = values.first else { return [] }
    var counts = [[Int]](repeating: [Int](repeating: 0, count: bins), count: first.count)
    // In doubles neither the largest floats nor the smallest go beyond what there is.
    let scale = high > low ? Double(bins) / (Double(high) - Double(low)) : 0
    for output in values {
      for (element, value) in output.enumerated() where !value.isNaN {
        let place = (Double(value) - Double(low)) * scale
        counts[element][Int(max(min(place, Double(bins - 1)), 0))] += 1
      }
    }
    return counts
  }
}
