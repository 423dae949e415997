// SPDX-License-Identifier: Apache-2.0

/// Long short-term memory over a sequence, gates in the order input, forget, candidate, output.
///
/// ```
/// z = W·x + U·h + b;  i, f, o = recurrentActivation(z_i, z_f, z_o);  g = activation(z_c)
/// c = clamp(f·c + i·g, ±cellClip);  h = o · activation(c)
/// ```
/// State is zero before the first step of every window (Hochreiter & Schmidhuber 1997; gate
/// order of Keras and TFLite).
public struct LSTM: Hashable, Sendable {
  /// `[4·units × features]`; as int8 with one scale for each gate (axis 0, four scales)
  public var inputWeights: Tensor
  /// `[4·units × units]`
  public var recurrentWeights: Tensor
  /// `[4·units]`
  public var bias: Tensor
  public var activation: Activation
  public var recurrentActivation: Activation
  /// Bound on |c|; 0 for none. Keras has none, TensorFlow's converter writes 10.
  public var cellClip: Float
  /// All time steps, or the last one only.
  public var returnsSequence: Bool
  /// A file of this model leaves the state alone between invocations.
  ///
  /// It changes what is written, not what a session computes: windows are independent.
  public var isStateful: Bool
  /// With integer weights and float operands: x and h are quantized with a zero point, or around
  /// zero.
  public var asymmetricInputs: Bool
  /// How an LSTM on integers keeps its state; nil for floats.
  public var integerState: IntegerLSTMState?

  public init(
    inputWeights: Tensor, recurrentWeights: Tensor, bias: Tensor, activation: Activation = .tanh,
    recurrentActivation: Activation = .sigmoid, cellClip: Float = 0, returnsSequence: Bool = true,
    isStateful: Bool = false, asymmetricInputs: Bool = false,
    integerState: IntegerLSTMState? = nil
  ) {
    self.inputWeights = inputWeights
    self.recurrentWeights = recurrentWeights
    self.bias = bias
    self.activation = activation
    self.recurrentActivation = recurrentActivation
    self.cellClip = cellClip
    self.returnsSequence = returnsSequence
    self.isStateful = isStateful
    self.asymmetricInputs = asymmetricInputs
    self.integerState = integerState
  }

  var name: String { "LSTM" }
  var weightTensors: [Tensor] { [inputWeights, recurrentWeights, bias] }
  public var units: Int { recurrentWeights.shape[1] }

  func outputShape(_ input: Shape) throws(ShapeError) -> Shape {
    let geometry = RecurrentGeometry(name: name, gates: 4, returnsSequence: returnsSequence)
    let units = try geometry.units(inputWeights, recurrentWeights)
    try geometry.requireBias(bias, units: units)
    try ShapeError.require(
      cellClip >= 0 && cellClip.isFinite, name, expected: "a cell clip of at least 0",
      found: cellClip.isNaN ? "not a number" : "a negative or infinite one")
    return try geometry.output(input, features: inputWeights.shape[1], units: units)
  }
}

/// How an LSTM computes on int8: TFLite's integer kernel with an int16 cell.
///
/// Weights are int8 around zero with four scales, one for each gate's block of rows; biases int32.
/// The output is a raw copy of h, so its scale should be ``state``'s; files by TensorFlow break
/// that rule and are run as they are.
public struct IntegerLSTMState: Hashable, Sendable {
  /// Scale and zero point the recurrent product reads h with.
  public var state: Quantization
  /// Scale and zero point h is computed with (`intermediates[4]`).
  public var hidden: Quantization
  /// Scale of the int16 cell, a power of two from 2⁻¹⁵ to 2⁻⁹.
  public var cellScale: Float

  public init(state: Quantization, hidden: Quantization, cellScale: Float) {
    self.state = state
    self.hidden = hidden
    self.cellScale = cellScale
  }
}
