// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Operator {
  /// Whether stock runtimes have a kernel for the operator in this precision, and a good one:
  /// where int8 is known to ruin results there is none (long sums, roots, exponentials).
  func supports(_ precision: NodePrecision) -> Bool {
    switch precision {
    case .int8: isInteger
    case .int16: isInteger16
    case .dynamic: isHybrid
    case .float32: true
    }
  }

  private var isInteger: Bool {
    switch self {
    case .dense, .convolution, .transposedConvolution, .pool, .reduce, .parametricReLU, .reshape,
      .transpose, .slice, .concatenate, .tile, .reverse:
      true
    case .softmax(let x): x.beta > 0
    case .pad(let x): x.value.isFinite
    case .lstm(let x): x.activation == .tanh && x.recurrentActivation == .sigmoid
    case .gru(let x): x.activation == .tanh && x.recurrentActivation == .sigmoid
    case .simpleRNN(let x): x.activation == .tanh
    case .unary(let x): x.function.isInteger
    case .binary(let x): x.function.isInteger
    case .logSoftmax, .compare, .select, .scaleShift, .matMul, .quantize,
      .dequantize:
      false
    }
  }

  private var isInteger16: Bool {
    switch self {
    case .dense, .convolution, .pool, .reshape, .transpose, .slice, .concatenate, .reverse: true
    case .softmax(let x): x.beta > 0
    case .pad(let x): x.value == 0
    case .reduce(let x): x.kind == .mean
    case .unary(let x): x.function == .relu || x.function == .logistic || x.function == .tanh
    case .binary(let x):
      x.function == .add || x.function == .subtract || x.function == .multiply
    case .gru(let x): x.activation == .tanh && x.recurrentActivation == .sigmoid
    case .simpleRNN(let x): x.activation == .tanh
    case .transposedConvolution, .lstm, .logSoftmax, .compare, .select,
      .parametricReLU, .scaleShift, .matMul, .tile, .quantize, .dequantize:
      false
    }
  }

  private var isHybrid: Bool {
    switch self {
    case .dense, .convolution: true
    case .lstm(let x): x.activation == .tanh && x.recurrentActivation == .sigmoid
    case .gru, .simpleRNN: true
    default: false
    }
  }

  /// One operand, whose scale the result has: elements are moved, picked or averaged.
  var keepsScale: Bool {
    switch self {
    case .pool, .reshape, .transpose, .slice, .pad, .tile, .reverse: true
    case .reduce(let x): x.kind == .maximum || x.kind == .minimum
    default: false
    }
  }

  /// Several operands, which must have the scale of the result.
  var joinsScales: Bool {
    switch self {
    case .concatenate: true
    case .binary(let x): x.function == .maximum || x.function == .minimum
    default: false
    }
  }

  /// A cheap function of elements: better left float beside another that has to be.
  var isArithmetic: Bool {
    switch self {
    case .unary, .binary, .reduce, .compare, .select, .softmax, .logSoftmax: true
    default: false
    }
  }
}

extension Unary.Function {
  fileprivate var isInteger: Bool {
    switch self {
    case .relu, .relu6, .reluN1To1, .tanh, .logistic, .elu, .hardSwish, .leakyReLU, .gelu: true
    case .exp, .log, .abs, .negate, .square, .squareRoot, .reciprocalSquareRoot: false
    }
  }
}

extension Binary.Function {
  fileprivate var isInteger: Bool {
    switch self {
    case .add, .subtract, .multiply, .maximum, .minimum: true
    case .divide, .squaredDifference: false
    }
  }
}
