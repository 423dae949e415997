// SPDX-License-Identifier: Apache-2.0

import Glibc
import MainspringGraph

extension Evaluator {
  func function(_ function: Unary.Function) -> (Double) -> Double {
    switch function {
    case .relu: { max($0, 0) }
    case .relu6: { min(max($0, 0), 6) }
    case .reluN1To1: { min(max($0, -1), 1) }
    case .tanh: { Glibc.tanh($0) }
    case .logistic: { 1 / (1 + Glibc.exp(-$0)) }
    case .elu: { $0 >= 0 ? $0 : Glibc.expm1($0) }
    case .exp: { Glibc.exp($0) }
    case .log: { Glibc.log($0) }
    case .abs: { Swift.abs($0) }
    case .negate: { -$0 }
    case .square: { $0 * $0 }
    case .squareRoot: { $0.squareRoot() }
    case .reciprocalSquareRoot: { 1 / $0.squareRoot() }
    case .hardSwish: { $0 * min(max($0 + 3, 0), 6) / 6 }
    case .leakyReLU(let slope): { $0 >= 0 ? $0 : Double(slope) * $0 }
    case .gelu(approximate: false): { $0 / 2 * (1 + Glibc.erf($0 / 2.0.squareRoot())) }
    case .gelu(approximate: true):
      { $0 / 2 * (1 + Glibc.tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0))) }
    }
  }

  func clamp(_ activation: FusedActivation, _ x: Double) -> Double {
    switch activation {
    case .none: x
    case .relu: function(.relu)(x)
    case .relu6: function(.relu6)(x)
    case .reluN1To1: function(.reluN1To1)(x)
    }
  }

  func binary(_ op: Binary, _ x: [Array64], _ shape: [Int]) -> Array64 {
    Array64(shape: shape) { index in
      let (a, b) = (x[0].broadcast(index), x[1].broadcast(index))
      let y: Double =
        switch op.function {
        case .add: a + b
        case .subtract: a - b
        case .multiply: a * b
        case .divide: a / b
        case .maximum: max(a, b)
        case .minimum: min(a, b)
        case .squaredDifference: (a - b) * (a - b)
        }
      return clamp(op.activation, y)
    }
  }

  func compare(_ op: Compare, _ x: [Array64], _ shape: [Int]) -> Array64 {
    Array64(shape: shape) { index in
      let (a, b) = (x[0].broadcast(index), x[1].broadcast(index))
      let holds =
        switch op.condition {
        case .less: a < b
        case .lessOrEqual: a <= b
        case .greater: a > b
        case .greaterOrEqual: a >= b
        }
      return holds ? 1 : 0
    }
  }

  func parametric(_ op: ParametricReLU, _ x: Array64) -> Array64 {
    let slope = Array64(op.slope)
    return Array64(shape: x.shape) { x[$0] >= 0 ? x[$0] : x[$0] * slope.broadcast($0) }
  }

  func scaleShift(_ op: ScaleShift, _ x: Array64) -> Array64 {
    let scale = Array64(op.scale)
    let shift = Array64(op.shift)
    return Array64(shape: x.shape) { x[$0] * scale.broadcast($0) + shift.broadcast($0) }
  }

  func softmax(_ x: Array64, beta: Double, isLogarithm: Bool) -> Array64 {
    let width = x.shape[x.shape.count - 1]
    var result = x
    for row in 0..<x.elements.count / width {
      let cells = row * width..<(row + 1) * width
      let largest = x.elements[cells].reduce(-.infinity, max)
      let sum = x.elements[cells].reduce(0) { $0 + Glibc.exp(beta * ($1 - largest)) }
      for cell in cells {
        let exponent = beta * (x.elements[cell] - largest)
        result.elements[cell] = isLogarithm ? exponent - Glibc.log(sum) : Glibc.exp(exponent) / sum
      }
    }
    return result
  }

  func reduce(_ op: Reduce, _ x: Array64, _ shape: [Int]) -> Array64 {
    let kept = x.shape.indices.filter { !op.axes.contains($0) }
    return Array64(shape: shape) { index in
      let fixed = op.keepsAxes ? kept.map { index[$0] } : index
      var cells: [Double] = []
      _ = Array64(shape: op.axes.map { x.shape[$0] }) { inner in
        var source = [Int](repeating: 0, count: x.shape.count)
        for (axis, i) in zip(kept, fixed) { source[axis] = i }
        for (axis, i) in zip(op.axes, inner) { source[axis] = i }
        cells.append(x[source])
        return 0
      }
      switch op.kind {
      case .mean: return cells.reduce(0, +) / Double(cells.count)
      case .sum: return cells.reduce(0, +)
      case .maximum: return cells.reduce(-.infinity, max)
      case .minimum: return cells.reduce(.infinity, min)
      }
    }
  }

  func concatenate(_ op: Concatenate, _ x: [Array64], _ shape: [Int]) -> Array64 {
    Array64(shape: shape) { index in
      var source = index
      for part in x {
        if source[op.axis] < part.shape[op.axis] { return part[source] }
        source[op.axis] -= part.shape[op.axis]
      }
      preconditionFailure("the parts fill the result")
    }
  }
}
