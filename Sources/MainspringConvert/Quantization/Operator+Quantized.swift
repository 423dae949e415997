// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Operator {
  /// The operator with integer weights, for operands of a known scale.
  ///
  /// - Parameters:
  ///   - name: the node's, for errors.
  ///   - precision: int8 or int16.
  ///   - state: of an LSTM.
  func quantized(
    _ name: String, _ precision: NodePrecision, inputScale: Float, perUnit: Bool,
    state: IntegerLSTMState?
  ) throws(QuantizationError) -> Operator {
    let quantizer = WeightQuantizer(
      name: name, inputScale: inputScale, biasType: precision == .int16 ? .int64 : .int32)
    switch self {
    case .dense(var x):
      let blocks = perUnit ? x.weights.shape[0] : 1
      (x.weights, x.bias) = try quantizer.pair(x.weights, x.bias, blocks: blocks)
      return .dense(x)
    case .convolution(var x):
      (x.weights, x.bias) = try quantizer.pair(x.weights, x.bias, blocks: x.filters)
      return .convolution(x)
    case .transposedConvolution(var x):
      (x.weights, x.bias) = try quantizer.pair(x.weights, x.bias, blocks: x.weights.shape[0])
      return .transposedConvolution(x)
    case .lstm(var x):
      let (weights, bias) = try quantizer.pair(x.inputWeights, x.bias, blocks: 4)
      x.inputWeights = weights
      if let bias { x.bias = bias }
      x.recurrentWeights = try quantizer.weights(x.recurrentWeights, blocks: 4)
      x.integerState = state
      return .lstm(x)
    case .parametricReLU(var x):
      guard let bounds = x.slope.bounds, let slope = x.slope.quantized(as: .int8(covering: bounds))
      else { throw quantizer.failure(x.slope) }
      x.slope = slope
      return .parametricReLU(x)
    default:
      return self
    }
  }

  /// The operator with int8 weights for float operands; small ones stay as they are.
  func dynamic(_ name: String, _ plan: QuantizationPlan) throws(QuantizationError) -> Operator {
    let quantizer = WeightQuantizer(name: name, inputScale: 1, biasType: .int32)
    switch self {
    case .dense(var x) where plan.isLarge(x.weights):
      let blocks = plan.scalesDenseUnits ? x.weights.shape[0] : 1
      x.weights = try quantizer.weights(x.weights, blocks: blocks)
      x.asymmetricInputs = true
      return .dense(x)
    case .convolution(var x) where plan.isLarge(x.weights):
      x.weights = try quantizer.weights(x.weights, blocks: x.filters)
      return .convolution(x)
    case .lstm(var x) where plan.isLarge(x.inputWeights) || plan.isLarge(x.recurrentWeights):
      x.inputWeights = try quantizer.weights(x.inputWeights, blocks: 4)
      x.recurrentWeights = try quantizer.weights(x.recurrentWeights, blocks: 4)
      x.asymmetricInputs = true
      return .lstm(x)
    default:
      return self
    }
  }
}

private struct WeightQuantizer {
  let name: String
  let inputScale: Float
  let biasType: ElementType

  /// Weights with a scale for each block, and the bias in units of the accumulator.
  ///
  /// A block of small weights beside a large bias gets a larger scale than its weights need, so
  /// that the bias fits into 30 bits: there remains as much room for the sum.
  func pair(_ weights: Tensor, _ bias: Tensor?, blocks: Int) throws(QuantizationError)
    -> (Tensor, Tensor?)
  {
    var floors = [Float](repeating: 0, count: blocks)
    if let values = bias?.floats, blocks > 0 {
      let size = max(values.count / blocks, 1)
      for (index, value) in values.enumerated() where value.isFinite {
        let floor = Float(Double(abs(value)) / (0x1p30 * Double(inputScale)))
        floors[index / size] = max(floors[index / size], floor)
      }
    }
    guard let integers = weights.symmetricInt8(blocks: blocks, floors: floors) else {
      throw failure(weights)
    }
    guard let bias else { return (integers, nil) }
    let scales = (integers.quantization?.scales ?? []).map { $0 * inputScale }
    guard let quantized = bias.quantizedBias(scales: scales, as: biasType) else {
      throw failure(bias)
    }
    return (integers, quantized)
  }

  func weights(_ weights: Tensor, blocks: Int) throws(QuantizationError) -> Tensor {
    guard let integers = weights.symmetricInt8(blocks: blocks) else { throw failure(weights) }
    return integers
  }

  func failure(_ tensor: Tensor) -> QuantizationError {
    let element = tensor.floats?.firstIndex { !$0.isFinite } ?? 0
    return .weights(node: name, element: element)
  }
}
