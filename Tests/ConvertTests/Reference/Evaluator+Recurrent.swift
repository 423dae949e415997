// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Evaluator {
  /// Step by step from the formulas of the layers, not from the library's step graph.
  func recurrent(_ cell: RecurrentCell, _ x: Array64) -> Array64 {
    let units = cell.units
    var h = [Double](repeating: 0, count: units)
    var c = h
    var sequence: [Double] = []
    for time in 0..<x.shape[1] {
      let input = (0..<x.shape[2]).map { x[[0, time, $0]] }
      switch cell {
      case .lstm(let op): step(op, input, &h, &c)
      case .gru(let op): step(op, input, &h)
      case .simpleRNN(let op):
        let z = sum(op.inputWeights, input, op.bias) + sum(op.recurrentWeights, h, nil)
        h = z.map(formula(op.activation))
      }
      sequence += h
    }
    return cell.returnsSequence
      ? Array64([1, x.shape[1], units], sequence) : Array64([1, units], h)
  }

  private func step(_ op: LSTM, _ x: [Double], _ h: inout [Double], _ c: inout [Double]) {
    let u = op.units
    let z = sum(op.inputWeights, x, op.bias) + sum(op.recurrentWeights, h, nil)
    let gate = formula(op.recurrentActivation)
    let squash = formula(op.activation)
    for k in 0..<u {
      c[k] = gate(z[u + k]) * c[k] + gate(z[k]) * squash(z[2 * u + k])
      if op.cellClip > 0 { c[k] = min(max(c[k], -Double(op.cellClip)), Double(op.cellClip)) }
      h[k] = gate(z[3 * u + k]) * squash(c[k])
    }
  }

  private func step(_ op: GRU, _ x: [Double], _ h: inout [Double]) {
    let u = op.units
    let a = sum(op.inputWeights, x, op.inputBias)
    let gate = formula(op.recurrentActivation)
    let squash = formula(op.activation)
    let q = sum(op.recurrentWeights, h, op.recurrentBias)
    let z = (0..<u).map { gate(a[$0] + q[$0]) }
    let r = (0..<u).map { gate(a[u + $0] + q[u + $0]) }
    let last =
      op.resetsAfterProduct
      ? (0..<u).map { r[$0] * q[2 * u + $0] }
      : Array(sum(op.recurrentWeights, (0..<u).map { r[$0] * h[$0] }, nil)[(2 * u)...])
    h = (0..<u).map { z[$0] * h[$0] + (1 - z[$0]) * squash(a[2 * u + $0] + last[$0]) }
  }

  private func sum(_ weights: Tensor, _ x: [Double], _ bias: Tensor?) -> [Double] {
    let w = Array64(weights)
    return (0..<w.shape[0]).map { row in
      var sum = bias.map { Array64($0).elements[row] } ?? 0
      for column in x.indices { sum += w[[row, column]] * x[column] }
      return sum
    }
  }

  private func formula(_ activation: Activation) -> (Double) -> Double {
    switch activation {
    case .linear: { $0 }
    case .relu: function(.relu)
    case .tanh: function(.tanh)
    case .sigmoid: function(.logistic)
    case .hardSigmoidKeras2: { min(max(0.2 * $0 + 0.5, 0), 1) }
    case .hardSigmoid: { min(max($0 + 3, 0), 6) / 6 }
    case .softsign: { $0 / (1 + abs($0)) }
    default: preconditionFailure("\(activation) is not used in tests")
    }
  }
}

private func + (a: [Double], b: [Double]) -> [Double] { zip(a, b).map { $0 + $1 } }
