// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Reference {
  /// Row r of W·x.
  private static func product(_ w: ReferenceTensor, _ r: Int, _ x: [Double]) -> Double {
    var sum = 0.0
    for k in x.indices { sum += w[r, k] * x[k] }
    return sum
  }

  /// Runs a cell over the time steps of `[1 × time × features]`.
  private static func unroll(
    _ x: ReferenceTensor, units: Int, shape: [Int], sequence: Bool,
    _ cell: ([Double], [Double]) -> [Double]
  ) -> ReferenceTensor {
    var h = [Double](repeating: 0, count: units)
    var all: [Double] = []
    let features = x.shape[2]
    for t in 0..<x.shape[1] {
      h = cell(Array(x.values[t * features..<(t + 1) * features]), h)
      all += h
    }
    return ReferenceTensor(shape, sequence ? all : h)
  }

  static func lstm(_ op: LSTM, _ x: ReferenceTensor, _ shape: [Int]) -> ReferenceTensor {
    let (w, u) = (ReferenceTensor(op.inputWeights), ReferenceTensor(op.recurrentWeights))
    let b = ReferenceTensor(op.bias).values
    let n = op.units
    let clip = op.cellClip > 0 ? Double(op.cellClip) : .infinity
    var c = [Double](repeating: 0, count: n)
    return unroll(x, units: n, shape: shape, sequence: op.returnsSequence) { x, h in
      var next = h
      let z = (0..<4 * n).map { product(w, $0, x) + product(u, $0, h) + b[$0] }
      for j in 0..<n {
        let i = ReferenceFunction.activation(op.recurrentActivation, z[j])
        let f = ReferenceFunction.activation(op.recurrentActivation, z[n + j])
        let g = ReferenceFunction.activation(op.activation, z[2 * n + j])
        let o = ReferenceFunction.activation(op.recurrentActivation, z[3 * n + j])
        c[j] = min(max(f * c[j] + i * g, -clip), clip)
        next[j] = o * ReferenceFunction.activation(op.activation, c[j])
      }
      return next
    }
  }

  static func gru(_ op: GRU, _ x: ReferenceTensor, _ shape: [Int]) -> ReferenceTensor {
    let (w, u) = (ReferenceTensor(op.inputWeights), ReferenceTensor(op.recurrentWeights))
    let b = ReferenceTensor(op.inputBias).values
    let d = op.recurrentBias.map { ReferenceTensor($0).values }
    let n = op.units
    let gate = { ReferenceFunction.activation(op.recurrentActivation, $0) }
    return unroll(x, units: n, shape: shape, sequence: op.returnsSequence) { x, h in
      let a = (0..<3 * n).map { product(w, $0, x) + b[$0] }
      let z = (0..<n).map { gate(a[$0] + product(u, $0, h) + (d?[$0] ?? 0)) }
      let r = (0..<n).map { gate(a[n + $0] + product(u, n + $0, h) + (d?[n + $0] ?? 0)) }
      let reset = (0..<n).map { r[$0] * h[$0] }
      return (0..<n).map { j in
        let share =
          if let d {
            r[j] * (product(u, 2 * n + j, h) + d[2 * n + j])
          } else {
            product(u, 2 * n + j, reset)
          }
        let candidate = ReferenceFunction.activation(op.activation, a[2 * n + j] + share)
        return z[j] * h[j] + (1 - z[j]) * candidate
      }
    }
  }

  static func simpleRNN(_ op: SimpleRNN, _ x: ReferenceTensor, _ shape: [Int]) -> ReferenceTensor {
    let (w, u) = (ReferenceTensor(op.inputWeights), ReferenceTensor(op.recurrentWeights))
    let b = ReferenceTensor(op.bias).values
    return unroll(x, units: op.units, shape: shape, sequence: op.returnsSequence) { x, h in
      h.indices.map {
        ReferenceFunction.activation(op.activation, product(w, $0, x) + product(u, $0, h) + b[$0])
      }
    }
  }
}
