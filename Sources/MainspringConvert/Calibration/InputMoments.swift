// SPDX-License-Identifier: Apache-2.0

/// Second moments of what a row of weights is multiplied with, the one of the bias included.
///
/// E[x·xᵀ] for x = (inputs…, 1): by them the error of rounded weights is known without running
/// anything. Grouped convolutions have a matrix for each group.
public struct InputMoments: Hashable, Sendable {
  /// Inputs and the one.
  public let size: Int
  /// By group: the sum over all samples, `[size × size]`, lower triangle.
  public private(set) var sums: [[Double]]
  /// Samples of each group.
  public private(set) var sampleCount: Int = 0

  /// Matrices of more than this many rows are not kept: 2 MiB, and a tenth of a second to invert.
  static let largestSize = 512

  init(size: Int, groups: Int = 1) {
    self.size = size
    let zeros = [Double](repeating: 0, count: size * size)
    sums = [[Double]](repeating: zeros, count: groups)
  }

  /// Takes a sample of every group in.
  ///
  /// - Parameter samples: `[groups × (size − 1)]`
  mutating func add(_ samples: [Float]) {
    let width = size - 1
    for group in sums.indices {
      var sample = samples[group * width..<(group + 1) * width].map { Double($0) }
      sample.append(1)
      InputMoments.accumulate(sample.span, into: &sums[group])
    }
    sampleCount += 1
  }

  private static func accumulate(_ sample: Span<Double>, into sums: inout [Double]) {
    let size = sample.count
    var sums = sums.mutableSpan
    for row in 0..<size {
      let x = sample[row]
      if x == 0 { continue }
      let base = row * size
      precondition(base + row < sums.count, "a matrix of the sample's size")
      // Checking each index once more would keep the loop from vectors.
      for column in 0...row {
        unsafe sums[unchecked: base + column] += x * sample[unchecked: column]
      }
    }
  }

  /// The moments of inputs times factors.
  ///
  /// - Parameter factors: repeated over the first `count` inputs of each group; with as many groups
  ///   as factors, the one of the group.
  func scaled(by factors: [Float], first count: Int) -> InputMoments {
    var result = self
    for group in sums.indices {
      let factor = { (index: Int) -> Double in
        if index >= count { return 1 }
        return Double(sums.count == 1 ? factors[index % factors.count] : factors[group])
      }
      for row in 0..<size {
        for column in 0...row {
          result.sums[group][row * size + column] *= factor(row) * factor(column)
        }
      }
    }
    return result
  }
}
