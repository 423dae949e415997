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
  /// `[4·units × features]`
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

  public init(
    inputWeights: Tensor, recurrentWeights: Tensor, bias: Tensor, activation: Activation = .tanh,
    recurrentActivation: Activation = .sigmoid, cellClip: Float = 0, returnsSequence: Bool = true,
    isStateful: Bool = false
  ) {
    self.inputWeights = inputWeights
    self.recurrentWeights = recurrentWeights
    self.bias = bias
    self.activation = activation
    self.recurrentActivation = recurrentActivation
    self.cellClip = cellClip
    self.returnsSequence = returnsSequence
    self.isStateful = isStateful
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
