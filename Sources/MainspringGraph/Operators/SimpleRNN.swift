// SPDX-License-Identifier: Apache-2.0

/// h = activation(W·x + U·h + b) over a sequence; state is zero before the first step.
public struct SimpleRNN: Hashable, Sendable {
  /// `[units × features]`
  public var inputWeights: Tensor
  /// `[units × units]`
  public var recurrentWeights: Tensor
  /// `[units]`
  public var bias: Tensor
  public var activation: Activation
  /// All time steps, or the last one only.
  public var returnsSequence: Bool
  /// With integer weights and float operands: x and h are quantized with a zero point, or around
  /// zero.
  public var asymmetricInputs: Bool
  /// How the layer computes on integers; nil for floats.
  public var integerStep: IntegerStep?

  public init(
    inputWeights: Tensor, recurrentWeights: Tensor, bias: Tensor, activation: Activation = .tanh,
    returnsSequence: Bool = true, asymmetricInputs: Bool = false,
    integerStep: IntegerStep? = nil
  ) {
    self.inputWeights = inputWeights
    self.recurrentWeights = recurrentWeights
    self.bias = bias
    self.activation = activation
    self.returnsSequence = returnsSequence
    self.asymmetricInputs = asymmetricInputs
    self.integerStep = integerStep
  }

  var name: String { "SimpleRNN" }
  var weightTensors: [Tensor] { [inputWeights, recurrentWeights, bias] }
  public var units: Int { recurrentWeights.shape[1] }

  func outputShape(_ input: Shape) throws(ShapeError) -> Shape {
    let geometry = RecurrentGeometry(name: name, gates: 1, returnsSequence: returnsSequence)
    let units = try geometry.units(inputWeights, recurrentWeights)
    try geometry.requireBias(bias, units: units)
    return try geometry.output(input, features: inputWeights.shape[1], units: units)
  }
}
