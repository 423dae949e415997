// SPDX-License-Identifier: Apache-2.0

import Glibc
import MainspringGraph

func exp(_ x: Double) -> Double { Glibc.exp(x) }
func log(_ x: Double) -> Double { Glibc.log(x) }

func clamp(_ x: Double, _ activation: FusedActivation) -> Double {
  switch activation {
  case .none: x
  case .relu: max(x, 0)
  case .relu6: min(max(x, 0), 6)
  case .reluN1To1: min(max(x, -1), 1)
  }
}

extension Interpreter {
  static func unary(_ function: Unary.Function, _ x: Double) -> Double {
    switch function {
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
    case .hardSwish: x * min(max(x + 3, 0), 6) / 6
    case .leakyReLU(let slope): x >= 0 ? x : x * Double(slope)
    case .gelu(approximate: false): x / 2 * (1 + erf(x / 2.0.squareRoot()))
    case .gelu(approximate: true):
      x / 2 * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    }
  }

  static func binary(_ function: Binary.Function, _ a: Double, _ b: Double) -> Double {
    switch function {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .maximum: max(a, b)
    case .minimum: min(a, b)
    case .squaredDifference: (a - b) * (a - b)
    }
  }
}
