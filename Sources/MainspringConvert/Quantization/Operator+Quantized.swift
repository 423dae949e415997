// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// What the weights of an operator become integers by.
struct WeightContext {
  /// The node's, for errors.
  let name: String
  let moments: InputMoments?
  /// Of the operand; nil for floats.
  let inputScale: Float?
  /// int32, or int64 beside int16 activations.
  let biasType: ElementType
  /// Dense weights have a scale for each unit.
  let scalesUnits: Bool
  /// Of an LSTM on integers.
  let state: IntegerLSTMState?

  var isDynamic: Bool { inputScale == nil }
}

extension Operator {
  /// The operator with integer weights, and an integer bias where its operand is integers.
  func quantized(_ context: WeightContext) throws(QuantizationError) -> Operator {
    switch self {
    case .dense(var x):
      let blocks = context.scalesUnits ? x.weights.shape[0] : 1
      (x.weights, x.bias) = try context.pair(x.weights, x.bias, blocks: blocks)
      x.asymmetricInputs = context.isDynamic
      return .dense(x)
    case .convolution(var x):
      (x.weights, x.bias) = try context.pair(x.weights, x.bias, blocks: x.filters)
      return .convolution(x)
    case .transposedConvolution(var x):
      (x.weights, x.bias) = try context.pair(x.weights, x.bias, blocks: x.weights.shape[0])
      return .transposedConvolution(x)
    case .lstm(let x):
      return .lstm(try x.quantized(context))
    case .parametricReLU(var x):
      guard let bounds = x.slope.bounds, let slope = x.slope.quantized(as: .int8(covering: bounds))
      else { throw .weights(node: context.name, role: "slope", element: 0) }
      x.slope = slope
      return .parametricReLU(x)
    default:
      return self
    }
  }
}

extension LSTM {
  fileprivate func quantized(_ context: WeightContext) throws(QuantizationError) -> LSTM {
    var result = self
    let weights = try context.quantizer.quantized(
      [inputWeights, recurrentWeights], bias, blocks: 4, inputScale: context.inputScale)
    result.inputWeights = weights.parts[0]
    result.recurrentWeights = weights.parts[1]
    result.bias = try context.integers(weights.bias ?? bias, weights.parts[0]) ?? bias
    result.asymmetricInputs = context.isDynamic
    result.integerState = context.state
    return result
  }
}

extension WeightContext {
  fileprivate var quantizer: WeightQuantizer { WeightQuantizer(name: name, moments: moments) }

  fileprivate func pair(_ weights: Tensor, _ bias: Tensor?, blocks: Int)
    throws(QuantizationError) -> (Tensor, Tensor?)
  {
    let result = try quantizer.quantized([weights], bias, blocks: blocks, inputScale: inputScale)
    return (result.parts[0], try integers(result.bias, result.parts[0]))
  }

  /// The bias in units of the accumulator, or as it is beside float operands.
  fileprivate func integers(_ bias: Tensor?, _ weights: Tensor) throws(QuantizationError)
    -> Tensor?
  {
    guard let bias, let inputScale else { return bias }
    let scales = (weights.quantization?.scales ?? []).map { $0 * inputScale }
    guard let quantized = bias.quantizedBias(scales: scales, as: biasType) else {
      throw .weights(node: name, role: "bias", element: 0)
    }
    return quantized
  }
}
