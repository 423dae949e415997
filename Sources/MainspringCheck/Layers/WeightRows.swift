// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// The weights that an operator reads its operand's channels with, as numbers whatever they are
/// stored as.
struct WeightRows {
  /// Row-major, one row for each element of a result's channels or each gate of it.
  let cells: [Double]
  /// By row; nil when there is none.
  let bias: [Double]?
  let rowCount: Int
  /// Channels that a row reads; it reads them ``width`` / ``rowChannels`` times.
  let rowChannels: Int
  private let groups: Int
  /// Rows are channels of the result, which may have a scale of their own.
  let givesChannels: Bool

  var width: Int { cells.count / rowCount }

  /// A row's scale and that of the channel it reads are one and the same to the weights.
  var readsSingleChannels: Bool { groups > 1 && rowChannels == 1 }

  /// Nil for operators that read no channels with weights.
  init?(_ operation: Operator) {
    let (weights, bias): (Tensor, Tensor?)
    var groups = 1
    var givesChannels = true
    switch operation {
    case .dense(let x): (weights, bias) = (x.weights, x.bias)
    case .convolution(let x):
      (weights, bias) = (x.weights, x.bias)
      groups = x.groups
    case .transposedConvolution(let x): (weights, bias) = (x.weights, x.bias)
    case .lstm(let x):
      (weights, bias) = (x.inputWeights, x.bias)
      givesChannels = false
    case .gru(let x):
      (weights, bias) = (x.inputWeights, x.inputBias)
      givesChannels = false
    case .simpleRNN(let x):
      (weights, bias) = (x.inputWeights, x.bias)
      givesChannels = false
    default: return nil
    }
    guard let cells = weights.numbers, let rows = weights.shape.extents.first, rows > 0,
      !cells.isEmpty, weights.shape.rank >= 2, groups >= 1, rows % groups == 0
    else { return nil }
    self.cells = cells
    self.bias = bias?.numbers
    self.groups = groups
    self.givesChannels = givesChannels
    rowCount = rows
    rowChannels = weights.shape.channels
  }

  /// Whether cells in the same place read the same; a convolution may be a product of the rows it
  /// slides over.
  func hasLayout(of other: WeightRows) -> Bool {
    rowCount == other.rowCount && cells.count == other.cells.count && groups == other.groups
      && givesChannels == other.givesChannels
      && (rowChannels == other.rowChannels
        || (groups == 1 && max(rowChannels, other.rowChannels) == width))
  }

  /// Reads channels through a relation: the weights that read the other model's channels instead.
  ///
  /// - Returns: weights and what the shift adds to the row; nil when it has other channels.
  func row(_ row: Int, through relation: ChannelRelation) -> (cells: [Double], sum: Double)? {
    guard relation.fits(rowChannels * groups) else { return nil }
    let first = row / (rowCount / groups) * rowChannels
    var result = [Double](repeating: 0, count: width)
    var sum = 0.0
    for column in 0..<width {
      let channel = (first + column % rowChannels) % relation.count
      let cell = cells[row * width + column]
      result[column] = cell * relation.scale[channel]
      sum += cell * relation.shift[channel]
    }
    return (result, sum)
  }
}

extension WeightRows {
  /// By row: how many times larger the other model's weights are than these, both reading the same.
  ///
  /// - Returns: nil when they have no such factor.
  func factors(_ other: WeightRows, through relation: ChannelRelation) -> [Double]? {
    var result: [Double] = []
    for index in 0..<rowCount {
      guard let (mine, _) = row(index, through: relation) else { return nil }
      var (product, square) = (0.0, 0.0)
      for column in 0..<width {
        product += mine[column] * other.cells[index * width + column]
        square += mine[column] * mine[column]
      }
      let factor = square > 0 ? product / square : 1
      // Rows that rounding left nothing of tell nothing.
      result.append(factor > 0 && factor.isFinite ? factor : 1)
    }
    return result
  }

  /// How far the other model's weights and bias are from these when both are to compute the same
  /// from operands in that relation, up to a factor for each channel of the result.
  ///
  /// - Returns: the mean over rows of the share of their squares; nil when it cannot be.
  func residual(_ other: WeightRows, through relation: ChannelRelation) -> Double? {
    var sum = 0.0
    for index in 0..<rowCount {
      guard let (cells, shift) = row(index, through: relation) else { return nil }
      var mine = cells
      var others = Array(other.cells[index * width..<(index + 1) * width])
      if bias != nil || other.bias != nil || shift != 0 {
        mine.append((bias?[index] ?? 0) + shift)
        others.append(other.bias?[index] ?? 0)
      }
      let product = zip(mine, others).reduce(0) { $0 + $1.0 * $1.1 }
      let square = mine.reduce(0) { $0 + $1 * $1 }
      let factor = givesChannels && square > 0 ? max(product / square, 0) : 1
      let error = zip(mine, others).reduce(0) {
        $0 + ($1.1 - factor * $1.0) * ($1.1 - factor * $1.0)
      }
      let whole = others.reduce(0) { $0 + $1 * $1 }
      guard error.isFinite, whole.isFinite else { return nil }
      sum += whole > 0 ? min(error / whole, 4) : (square > 0 ? 1 : 0)
    }
    return sum / Double(rowCount)
  }
}

extension Tensor {
  /// What the elements stand for; nil for integers that nothing is said of.
  var numbers: [Double]? {
    switch elements {
    case .float32(let values): return values.map { Double($0) }
    case .float16(let values): return values.map { Double($0.float) }
    case .int8(let values): return scaled(values)
    case .uint8(let values): return scaled(values)
    case .int16(let values): return scaled(values)
    case .int32(let values): return scaled(values)
    case .int64(let values): return scaled(values)
    case .bool: return nil
    }
  }

  private func scaled<Element: BinaryInteger>(_ values: [Element]) -> [Double]? {
    guard let quantization else { return nil }
    let axis = quantization.scales.count == 1 ? 0 : quantization.axis
    guard axis < max(shape.rank, 1) else { return nil }
    let count = quantization.scales.count
    let inner = shape.extents.dropFirst(axis + 1).reduce(1, *)
    let extent = shape.rank > 0 ? shape[axis] : 1
    // Scales may be fewer than indices: one for each gate.
    guard count > 0, extent % count == 0, quantization.zeroPoints.count == count else { return nil }
    let share = extent / count
    return values.enumerated().map { index, value in
      let place = index / max(inner, 1) % max(extent, 1) / max(share, 1)
      return Double(quantization.scales[place])
        * (Double(value) - Double(quantization.zeroPoints[place]))
    }
  }
}
