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
  /// Of a GRU or simple recurrent layer on integers.
  let step: IntegerStep?

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
    case .gru(let x):
      return .gru(try x.quantized(context))
    case .simpleRNN(let x):
      return .simpleRNN(try x.quantized(context))
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
    // States lie around 0: a zero point gains nothing and costs each step its search.
    result.asymmetricInputs = false
    result.integerState = context.state
    return result
  }
}

extension GRU {
  fileprivate func quantized(_ context: WeightContext) throws(QuantizationError) -> GRU {
    var result = self
    let blocks = context.scalesUnits ? 3 * units : 1
    let (input, bias) = try context.pair(inputWeights, inputBias, blocks: blocks)
    result.inputWeights = input
    result.inputBias = bias ?? inputBias
    (result.recurrentWeights, result.recurrentBias) = try context.ofState.pair(
      recurrentWeights, recurrentBias, blocks: blocks)
    result.asymmetricInputs = context.isDynamic
    result.integerStep = context.step
    return result
  }
}

extension SimpleRNN {
  fileprivate func quantized(_ context: WeightContext) throws(QuantizationError) -> SimpleRNN {
    var result = self
    let blocks = context.scalesUnits ? units : 1
    let (input, bias) = try context.pair(inputWeights, self.bias, blocks: blocks)
    result.inputWeights = input
    result.bias = bias ?? self.bias
    result.recurrentWeights = try context.ofState.pair(recurrentWeights, nil, blocks: blocks).0
    result.asymmetricInputs = context.isDynamic
    result.integerStep = context.step
    return result
  }
}

extension WeightContext {
  /// For weights that read the state of a step.
  fileprivate var ofState: WeightContext {
    WeightContext(
      name: name, moments: nil, inputScale: step?.state.quantization?.scale, biasType: biasType,
      scalesUnits: scalesUnits, state: nil, step: step)
  }

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
