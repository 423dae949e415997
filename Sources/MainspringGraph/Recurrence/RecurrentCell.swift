// SPDX-License-Identifier: Apache-2.0

/// A recurrent operator seen as a product over all time steps and a small graph for each step.
///
/// Formats without an operator for it run the step in a loop or unrolled; whoever reads such a
/// loop compares its body with this very graph.
public enum RecurrentCell: Hashable, Sendable {
  case lstm(LSTM)
  case gru(GRU)
  case simpleRNN(SimpleRNN)

  /// The cell behind an operator; nil when it is not recurrent.
  public init?(_ operation: Operator) {
    switch operation {
    case .lstm(let x): self = .lstm(x)
    case .gru(let x): self = .gru(x)
    case .simpleRNN(let x): self = .simpleRNN(x)
    case .dense, .convolution, .transposedConvolution, .pool, .reduce, .softmax, .logSoftmax,
      .unary, .binary, .compare, .select, .parametricReLU, .scaleShift, .matMul, .reshape,
      .transpose, .slice, .concatenate, .pad, .tile, .reverse, .quantize, .dequantize:
      return nil
    }
  }

  public var operation: Operator {
    switch self {
    case .lstm(let x): .lstm(x)
    case .gru(let x): .gru(x)
    case .simpleRNN(let x): .simpleRNN(x)
    }
  }

  public var units: Int {
    switch self {
    case .lstm(let x): x.units
    case .gru(let x): x.units
    case .simpleRNN(let x): x.units
    }
  }

  /// Columns of the projected input for each unit.
  public var gateCount: Int {
    switch self {
    case .lstm: 4
    case .gru: 3
    case .simpleRNN: 1
    }
  }

  /// Values carried from step to step: h, and c for an LSTM.
  public var stateCount: Int {
    if case .lstm = self { 2 } else { 1 }
  }

  public var returnsSequence: Bool {
    switch self {
    case .lstm(let x): x.returnsSequence
    case .gru(let x): x.returnsSequence
    case .simpleRNN(let x): x.returnsSequence
    }
  }

  /// `[time × features]` → `[time × gates·units]`: what the input adds to the gates, bias included.
  public var inputProjection: Dense {
    switch self {
    case .lstm(let x): Dense(weights: x.inputWeights, bias: x.bias)
    case .gru(let x):
      Dense(
        weights: x.inputWeights, bias: x.inputBias,
        asymmetricInputs: x.asymmetricInputs && x.inputWeights.elementType == .int8)
    case .simpleRNN(let x):
      Dense(
        weights: x.inputWeights, bias: x.bias,
        asymmetricInputs: x.asymmetricInputs && x.inputWeights.elementType == .int8)
    }
  }
}
