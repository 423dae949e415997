// SPDX-License-Identifier: Apache-2.0

/// Gated recurrent unit over a sequence, gates in the order update, reset, candidate.
///
/// ```
/// a = W·x + b;  z, r = recurrentActivation(a + U·h + d)
/// reset after:  n = activation(a_n + r · (U_n·h + d_n))
/// reset before: n = activation(a_n + U_n·(r·h))
/// h = z·h + (1 − z)·n
/// ```
/// State is zero before the first step of every window (Cho et al. 2014; gate order of Keras).
public struct GRU: Hashable, Sendable {
  /// `[3·units × features]`
  public var inputWeights: Tensor
  /// `[3·units × units]`
  public var recurrentWeights: Tensor
  /// b, `[3·units]`
  public var inputBias: Tensor
  /// d, `[3·units]`; there is one exactly when the reset gate is applied after the product.
  public var recurrentBias: Tensor?
  public var activation: Activation
  public var recurrentActivation: Activation
  /// All time steps, or the last one only.
  public var returnsSequence: Bool
  /// With integer weights and float operands: x and h are quantized with a zero point, or around
  /// zero.
  public var asymmetricInputs: Bool
  /// How the layer computes on integers; nil for floats.
  public var integerStep: IntegerStep?

  public init(
    inputWeights: Tensor, recurrentWeights: Tensor, inputBias: Tensor, recurrentBias: Tensor?,
    activation: Activation = .tanh, recurrentActivation: Activation = .sigmoid,
    returnsSequence: Bool = true, asymmetricInputs: Bool = false,
    integerStep: IntegerStep? = nil
  ) {
    self.inputWeights = inputWeights
    self.recurrentWeights = recurrentWeights
    self.inputBias = inputBias
    self.recurrentBias = recurrentBias
    self.activation = activation
    self.recurrentActivation = recurrentActivation
    self.returnsSequence = returnsSequence
    self.asymmetricInputs = asymmetricInputs
    self.integerStep = integerStep
  }

  var name: String { "GRU" }
  var weightTensors: [Tensor] {
    [inputWeights, recurrentWeights, inputBias] + (recurrentBias.map { [$0] } ?? [])
  }
  public var units: Int { recurrentWeights.shape[1] }
  public var resetsAfterProduct: Bool { recurrentBias != nil }

  func outputShape(_ input: Shape) throws(ShapeError) -> Shape {
    let geometry = RecurrentGeometry(name: name, gates: 3, returnsSequence: returnsSequence)
    let units = try geometry.units(inputWeights, recurrentWeights)
    try geometry.requireBias(inputBias, units: units)
    if let recurrentBias { try geometry.requireBias(recurrentBias, units: units) }
    return try geometry.output(input, features: inputWeights.shape[1], units: units)
  }
}
