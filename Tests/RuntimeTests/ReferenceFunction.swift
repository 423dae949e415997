// SPDX-License-Identifier: Apache-2.0

import Glibc
import MainspringGraph

/// Functions of elements in double precision, from the documentation of Keras and of the graph.
enum ReferenceFunction {
  static func activation(_ f: Activation, _ x: Double) -> Double {
    switch f {
    case .linear: x
    case .relu: max(x, 0)
    case .relu6: min(max(x, 0), 6)
    case .tanh: tanh(x)
    case .sigmoid: 1 / (1 + exp(-x))
    case .hardSigmoidKeras2: min(max(0.2 * x + 0.5, 0), 1)
    case .hardSigmoid: min(max(x + 3, 0), 6) / 6
    case .softsign: x / (1 + abs(x))
    case .softplus: max(x, 0) + log1p(exp(-abs(x)))
    case .elu(let alpha): x >= 0 ? x : Double(alpha) * expm1(x)
    case .selu: 1.0507009873554805 * (x >= 0 ? x : 1.6732632423543772 * expm1(x))
    case .silu: x / (1 + exp(-x))
    case .hardSilu: x * min(max(x + 3, 0), 6) / 6
    case .gelu(approximate: false): x / 2 * erfc(-x / 2.0.squareRoot())
    case .gelu(approximate: true):
      x / 2 * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    case .mish: x * tanh(max(x, 0) + log1p(exp(-abs(x))))
    case .exponential: exp(x)
    case .leakyReLU(let slope): x >= 0 ? x : Double(slope) * x
    case .celu(let alpha): max(x, 0) + min(0, Double(alpha) * expm1(x / Double(alpha)))
    case .logSigmoid: -(max(-x, 0) + log1p(exp(-abs(x))))
    case .hardTanh: min(max(x, -1), 1)
    case .tanhShrink: x - tanh(x)
    case .softShrink(let threshold): (x < 0 ? -1 : 1) * max(abs(x) - Double(threshold), 0)
    case .hardShrink(let threshold): abs(x) > Double(threshold) ? x : 0
    case .squareplus(let b): (x + (x * x + Double(b)).squareRoot()) / 2
    case .sparsePlus: x <= -1 ? 0 : x >= 1 ? x : (x + 1) * (x + 1) / 4
    case .sparseSigmoid: min(max((x + 1) / 2, 0), 1)
    case .rectified(let maximum, let threshold, let slope):
      if let maximum, x >= Double(maximum) {
        Double(maximum)
      } else {
        x >= Double(threshold) ? x : Double(slope) * (x - Double(threshold))
      }
    case .thresholded(let theta): x > Double(theta) ? x : 0
    }
  }

  static func unary(_ f: Unary.Function, _ x: Double) -> Double {
    switch f {
    case .relu: max(x, 0)
    case .relu6: min(max(x, 0), 6)
    case .reluN1To1: min(max(x, -1), 1)
    case .tanh: tanh(x)
    case .logistic: 1 / (1 + exp(-x))
    case .elu: x >= 0 ? x : expm1(x)
    case .exp: exp(x)
    case .log: log(x)
    case .abs: abs(x)
    case .negate: -x
    case .square: x * x
    case .squareRoot: x.squareRoot()
    case .reciprocalSquareRoot: 1 / x.squareRoot()
    case .hardSwish: activation(.hardSilu, x)
    case .leakyReLU(let slope): x >= 0 ? x : Double(slope) * x
    case .gelu(let approximate): activation(.gelu(approximate: approximate), x)
    }
  }

  static func binary(_ f: Binary.Function, _ a: Double, _ b: Double) -> Double {
    switch f {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .maximum: max(a, b)
    case .minimum: min(a, b)
    case .squaredDifference: (a - b) * (a - b)
    }
  }

  static func compare(_ condition: Compare.Condition, _ a: Double, _ b: Double) -> Bool {
    switch condition {
    case .less: a < b
    case .lessOrEqual: a <= b
    case .greater: a > b
    case .greaterOrEqual: a >= b
    }
  }
}
