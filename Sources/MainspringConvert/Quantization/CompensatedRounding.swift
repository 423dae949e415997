// SPDX-License-Identifier: Apache-2.0

/// Rounds weights so that the errors of a row cancel on the inputs it meets.
///
/// Weights are rounded one after the other; each one's error goes into those still to be rounded,
/// and at last into the bias, as the moments of the inputs say. Inputs of a sensor are correlated,
/// above all with their own past: what remains is a fraction of what rounding to nearest leaves.
/// Source: Frantar et al., "GPTQ: accurate post-training quantization" (2022), with the bias as one
/// more weight that is not rounded.
struct CompensatedRounding {
  /// Number of inputs.
  private let width: Int
  /// Inputs in the order they are rounded, those with most energy first.
  private let order: [Int]
  /// U of Uᵀ·U = H⁻¹ for the moments H in that order, the bias last; upper triangle.
  private let factor: [Double]

  /// - Returns: nil when there are no inputs but zeros.
  /// - Complexity: O(size³).
  init?(_ moments: InputMoments, group: Int = 0) {
    let size = moments.size
    let sums = moments.sums[group]
    let count = Double(max(moments.sampleCount, 1))
    width = size - 1
    let energies = (0..<size - 1).map { sums[$0 * size + $0] / count }
    let order = energies.indices.sorted { (energies[$0], $1) > (energies[$1], $0) }
    self.order = order
    let sequence = order + [size - 1]
    var matrix = [Double](repeating: 0, count: size * size)
    for row in 0..<size {
      for column in 0..<size {
        let (a, b) = (sequence[row], sequence[column])
        matrix[row * size + column] = sums[max(a, b) * size + min(a, b)] / count
      }
    }
    // Inputs that were always seen together are not told apart by chance.
    let mean = energies.reduce(0, +) / Double(max(width, 1))
    guard mean > 0, mean.isFinite else { return nil }
    for row in 0..<width { matrix[row * size + row] += CompensatedRounding.damping * mean }
    matrix[size * size - 1] += 1e-9
    guard let lower = SquareMatrix.cholesky(matrix, size),
      let inverse = SquareMatrix.cholesky(SquareMatrix.inverse(ofCholesky: lower, size), size)
    else { return nil }
    var factor = [Double](repeating: 0, count: size * size)
    for row in 0..<size {
      for column in row..<size { factor[row * size + column] = inverse[column * size + row] }
    }
    self.factor = factor
  }

  /// Share of the mean energy that is added to each input's own.
  private static let damping = 0.01

  /// Rounds one row.
  ///
  /// - Parameters:
  ///   - row: the weights, `[width]`.
  ///   - bias: takes up what the rounded weights leave on average.
  ///   - scales: of each weight.
  /// - Returns: the weights in units of their scales, −127…127.
  func round(_ row: [Float], bias: inout Float, scales: [Float]) -> [Int8] {
    let size = width + 1
    var rest = order.map { Double(row[$0]) } + [Double(bias)]
    var result = [Int8](repeating: 0, count: width)
    for position in 0..<width {
      let scale = Double(scales[order[position]])
      let rounded = min(max((rest[position] / scale).rounded(), -127), 127)
      result[order[position]] = Int8(rounded)
      let error = (rest[position] - rounded * scale) / factor[position * size + position]
      for later in position + 1..<size { rest[later] -= error * factor[position * size + later] }
    }
    bias = Float(rest[width])
    return result
  }
}

/// Symmetric positive definite matrices, row-major.
enum SquareMatrix {
  /// L of L·Lᵀ = A; nil when A is not positive definite.
  static func cholesky(_ a: [Double], _ size: Int) -> [Double]? {
    var l = [Double](repeating: 0, count: size * size)
    for row in 0..<size {
      for column in 0...row {
        var sum = a[row * size + column]
        for k in 0..<column { sum -= l[row * size + k] * l[column * size + k] }
        if row == column {
          guard sum > 0, sum.isFinite else { return nil }
          l[row * size + row] = sum.squareRoot()
        } else {
          l[row * size + column] = sum / l[column * size + column]
        }
      }
    }
    return l
  }

  /// (L·Lᵀ)⁻¹
  static func inverse(ofCholesky l: [Double], _ size: Int) -> [Double] {
    // Rows of M are columns of L⁻¹, so that the product below runs along rows.
    var m = [Double](repeating: 0, count: size * size)
    for column in 0..<size {
      m[column * size + column] = 1 / l[column * size + column]
      for row in column + 1..<max(size, column + 1) {
        var sum = 0.0
        for k in column..<row { sum -= l[row * size + k] * m[column * size + k] }
        m[column * size + row] = sum / l[row * size + row]
      }
    }
    var result = [Double](repeating: 0, count: size * size)
    for row in 0..<size {
      for column in 0...row {
        var sum = 0.0
        for k in row..<size { sum += m[row * size + k] * m[column * size + k] }
        result[row * size + column] = sum
        result[column * size + row] = sum
      }
    }
    return result
  }
}
