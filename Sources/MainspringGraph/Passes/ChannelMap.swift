// SPDX-License-Identifier: Apache-2.0

/// x · scale + shift for each channel, in double precision while it moves through a graph.
struct ChannelMap {
  var scale: [Double]
  var shift: [Double]

  /// Nil unless both are floats of full precision.
  init?(_ affine: ScaleShift) {
    guard case .float32(let scale) = affine.scale.elements,
      case .float32(let shift) = affine.shift.elements
    else { return nil }
    self.scale = scale.map { Double($0) }
    self.shift = shift.map { Double($0) }
  }

  var count: Int { scale.count }

  /// Whether the map may go into weights behind it without costing digits.
  ///
  /// W·(a·x + b) as (W·a)·x + W·b adds up numbers as large as W·b that cancel again; a shift of a
  /// few units, as a batch normalization after a layer has, costs no more than the sum itself. One
  /// that takes a gravity of 10 or a pressure of 1,000 away does.
  var isSmall: Bool { shift.allSatisfy { $0.magnitude <= 8 } }

  /// The map over `channels` channels when each row holds this map's channels several times.
  func repeated(to channels: Int) -> ChannelMap? {
    guard count > 0, channels % count == 0 else { return nil }
    var result = self
    result.scale.reserveCapacity(channels)
    result.shift.reserveCapacity(channels)
    for _ in 1..<max(channels / count, 1) {
      result.scale += scale
      result.shift += shift
    }
    return result
  }
}

extension Operator {
  /// The operator followed by the map, as one; nil when it is not linear or has other weights.
  func absorbing(after map: ChannelMap) -> Operator? {
    switch self {
    case .dense(var x) where x.activation == .none:
      guard let (weights, bias) = map.scalingRows(of: x.weights, bias: x.bias) else { return nil }
      x.weights = weights
      x.bias = bias
      return .dense(x)
    case .convolution(var x) where x.activation == .none:
      guard let (weights, bias) = map.scalingRows(of: x.weights, bias: x.bias) else { return nil }
      x.weights = weights
      x.bias = bias
      return .convolution(x)
    case .transposedConvolution(var x) where x.activation == .none:
      guard let (weights, bias) = map.scalingRows(of: x.weights, bias: x.bias) else { return nil }
      x.weights = weights
      x.bias = bias
      return .transposedConvolution(x)
    case .dense, .convolution, .transposedConvolution, .lstm, .gru, .simpleRNN, .pool, .reduce,
      .softmax, .logSoftmax, .unary, .binary, .compare, .select, .parametricReLU, .scaleShift,
      .matMul, .reshape, .transpose, .slice, .concatenate, .pad, .tile, .reverse, .quantize,
      .dequantize:
      return nil
    }
  }

  /// The map followed by the operator, as one; nil when the map cannot go into its weights.
  func absorbing(before map: ChannelMap, input: Shape) -> Operator? {
    switch self {
    case .dense(var x):
      guard let (weights, bias) = map.scalingColumns(of: x.weights, bias: x.bias) else {
        return nil
      }
      x.weights = weights
      x.bias = bias
      return .dense(x)
    case .convolution(var x):
      guard x.groups == 1, x.hasNoBorder(over: input),
        let (weights, bias) = map.scalingColumns(of: x.weights, bias: x.bias)
      else { return nil }
      x.weights = weights
      x.bias = bias
      return .convolution(x)
    case .lstm(var x):
      guard let (weights, bias) = map.scalingColumns(of: x.inputWeights, bias: x.bias) else {
        return nil
      }
      x.inputWeights = weights
      x.bias = bias
      return .lstm(x)
    case .gru(var x):
      guard let (weights, bias) = map.scalingColumns(of: x.inputWeights, bias: x.inputBias) else {
        return nil
      }
      x.inputWeights = weights
      x.inputBias = bias
      return .gru(x)
    case .simpleRNN(var x):
      guard let (weights, bias) = map.scalingColumns(of: x.inputWeights, bias: x.bias) else {
        return nil
      }
      x.inputWeights = weights
      x.bias = bias
      return .simpleRNN(x)
    case .transposedConvolution, .pool, .reduce, .softmax, .logSoftmax, .unary, .binary, .compare,
      .select, .parametricReLU, .scaleShift, .matMul, .reshape, .transpose, .slice, .concatenate,
      .pad, .tile, .reverse, .quantize, .dequantize:
      return nil
    }
  }

  /// The map as it reads behind the operator, when the two can change places; else nil.
  func commuting(_ map: ChannelMap, input: Shape, output: Shape) -> ChannelMap? {
    switch self {
    case .reshape:
      return output.rank >= 1 ? map.repeated(to: output.channels) : nil
    case .reverse(let x):
      return x.axes.contains(input.rank - 1) ? nil : map
    case .slice:
      return output.channels == input.channels && isForwardOnChannels ? map : nil
    case .transpose(let x):
      return x.permutation.last == input.rank - 1 ? map : nil
    case .reduce(let x):
      return x.kind == .mean && !x.axes.contains(input.rank - 1) ? map : nil
    case .pool(let x) where x.activation == .none:
      return x.kind == .average || map.scale.allSatisfy { $0 >= 0 } ? map : nil
    case .pool, .dense, .convolution, .transposedConvolution, .lstm, .gru, .simpleRNN, .softmax,
      .logSoftmax, .unary, .binary, .compare, .select, .parametricReLU, .scaleShift, .matMul,
      .concatenate, .pad, .tile, .quantize, .dequantize:
      return nil
    }
  }

  private var isForwardOnChannels: Bool {
    if case .slice(let x) = self { (x.stride.last ?? 1) == 1 } else { true }
  }
}

extension ChannelMap {
  /// Weights and bias of W·x + b, mapped afterwards: row `i` of W times scale `i`.
  fileprivate func scalingRows(of weights: Tensor, bias: Tensor?) -> (Tensor, Tensor)? {
    guard case .float32(let cells) = weights.elements, let old = oldBias(bias, count: count),
      weights.shape.extents.first == count, count > 0
    else { return nil }
    let width = cells.count / count
    var scaled = cells
    var shifted = [Float](repeating: 0, count: count)
    for row in 0..<count {
      for column in 0..<width {
        scaled[row * width + column] = Float(Double(cells[row * width + column]) * scale[row])
      }
      shifted[row] = Float(Double(old[row]) * scale[row] + shift[row])
    }
    return rebuilt(weights, scaled, shifted)
  }

  /// Weights and bias of W·(map of x) + b: column `j` of W times scale `j`, b plus W·shift.
  fileprivate func scalingColumns(of weights: Tensor, bias: Tensor?) -> (Tensor, Tensor)? {
    let rows = weights.shape.extents.first ?? 0
    guard case .float32(let cells) = weights.elements, let old = oldBias(bias, count: rows),
      weights.shape.channels == count, rows > 0, count > 0
    else { return nil }
    let width = cells.count / rows
    var scaled = cells
    var shifted = old
    for row in 0..<rows {
      var sum = Double(old[row])
      for column in 0..<width {
        let cell = Double(cells[row * width + column])
        scaled[row * width + column] = Float(cell * scale[column % count])
        sum += cell * shift[column % count]
      }
      shifted[row] = Float(sum)
    }
    return rebuilt(weights, scaled, shifted)
  }

  /// Zeros when there is no bias; nil when it is not of full precision.
  private func oldBias(_ bias: Tensor?, count: Int) -> [Float]? {
    guard let bias else { return [Float](repeating: 0, count: count) }
    guard case .float32(let values) = bias.elements, values.count == count else { return nil }
    return values
  }

  private func rebuilt(_ weights: Tensor, _ cells: [Float], _ bias: [Float]) -> (Tensor, Tensor) {
    (
      Tensor(shape: weights.shape, floats: cells),
      Tensor(shape: weights.shape.leading(bias.count), floats: bias)
    )
  }
}
