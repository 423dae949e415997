// SPDX-License-Identifier: Apache-2.0

import Glibc
import MainspringGraph

extension Reference {
  static func dense(_ op: Dense, _ x: ReferenceTensor, _ shape: [Int]) -> ReferenceTensor {
    let (w, b) = (ReferenceTensor(op.weights), op.bias.map { ReferenceTensor($0) })
    let (units, features) = (w.shape[0], w.shape[1])
    var y = ReferenceTensor(shape)
    for i in y.values.indices {
      let (row, unit) = (i / units, i % units)
      var sum = b?.values[unit] ?? 0
      for k in 0..<features { sum += x.values[row * features + k] * w[unit, k] }
      y.values[i] = clamp(op.activation, sum)
    }
    return y
  }

  /// Border cells before the first element, from the formulas of TensorFlow's documentation.
  static func before(
    _ padding: Padding, input: Int, output: Int, size: Int, stride: Int, dilation: Int
  ) -> Int {
    padding == .valid ? 0 : max((output - 1) * stride + (size - 1) * dilation + 1 - input, 0) / 2
  }

  static func convolution(
    _ op: Convolution, _ x: ReferenceTensor, _ shape: [Int]
  ) -> ReferenceTensor {
    let (w, b) = (ReferenceTensor(op.weights), op.bias.map { ReferenceTensor($0) })
    let top = before(
      op.padding, input: x.shape[1], output: shape[1], size: w.shape[1], stride: op.stride.height,
      dilation: op.dilation.height)
    let left = before(
      op.padding, input: x.shape[2], output: shape[2], size: w.shape[2], stride: op.stride.width,
      dilation: op.dilation.width)
    let filtersPerGroup = w.shape[0] / op.groups
    var y = ReferenceTensor(shape)
    for (i, index) in indices(shape).enumerated() {
      var sum = b?.values[index[3]] ?? 0
      for p in 0..<w.shape[1] {
        for q in 0..<w.shape[2] {
          let row = index[1] * op.stride.height + p * op.dilation.height - top
          let column = index[2] * op.stride.width + q * op.dilation.width - left
          guard row >= 0, row < x.shape[1], column >= 0, column < x.shape[2] else { continue }
          for c in 0..<w.shape[3] {
            let channel = index[3] / filtersPerGroup * w.shape[3] + c
            sum += x[index[0], row, column, channel] * w[index[3], p, q, c]
          }
        }
      }
      y.values[i] = clamp(op.activation, sum)
    }
    return y
  }

  static func transposedConvolution(
    _ op: TransposedConvolution, _ x: ReferenceTensor, _ shape: [Int]
  ) -> ReferenceTensor {
    let (w, b) = (ReferenceTensor(op.weights), op.bias.map { ReferenceTensor($0) })
    let top = before(
      op.padding, input: shape[1], output: x.shape[1], size: w.shape[1], stride: op.stride.height,
      dilation: 1)
    let left = before(
      op.padding, input: shape[2], output: x.shape[2], size: w.shape[2], stride: op.stride.width,
      dilation: 1)
    var y = ReferenceTensor(shape)
    for index in indices(x.shape) {
      for p in 0..<w.shape[1] {
        for q in 0..<w.shape[2] {
          let row = index[1] * op.stride.height - top + p
          let column = index[2] * op.stride.width - left + q
          guard row >= 0, row < shape[1], column >= 0, column < shape[2] else { continue }
          for f in 0..<w.shape[0] {
            y[index[0], row, column, f] += x.values[x.offset(index)] * w[f, p, q, index[3]]
          }
        }
      }
    }
    for i in y.values.indices {
      y.values[i] = clamp(op.activation, y.values[i] + (b?.values[i % shape[3]] ?? 0))
    }
    return y
  }

  static func pool(_ op: Pool, _ x: ReferenceTensor, _ shape: [Int]) -> ReferenceTensor {
    let top = before(
      op.padding, input: x.shape[1], output: shape[1], size: op.size.height,
      stride: op.stride.height, dilation: 1)
    let left = before(
      op.padding, input: x.shape[2], output: shape[2], size: op.size.width,
      stride: op.stride.width, dilation: 1)
    var y = ReferenceTensor(shape)
    for (i, index) in indices(shape).enumerated() {
      var cells: [Double] = []
      for p in 0..<op.size.height {
        for q in 0..<op.size.width {
          let row = index[1] * op.stride.height + p - top
          let column = index[2] * op.stride.width + q - left
          guard row >= 0, row < x.shape[1], column >= 0, column < x.shape[2] else { continue }
          cells.append(x[index[0], row, column, index[3]])
        }
      }
      let value =
        op.kind == .maximum ? cells.max() ?? 0 : cells.reduce(0, +) / Double(max(cells.count, 1))
      y.values[i] = clamp(op.activation, value)
    }
    return y
  }

  static func reduce(_ op: Reduce, _ x: ReferenceTensor, _ shape: [Int]) -> ReferenceTensor {
    var y = ReferenceTensor(shape)
    var counts = [Double](repeating: 0, count: y.values.count)
    for index in indices(x.shape) {
      var target: [Int] = []
      for axis in index.indices {
        if !op.axes.contains(axis) {
          target.append(index[axis])
        } else if op.keepsAxes {
          target.append(0)
        }
      }
      let (from, to) = (x.values[x.offset(index)], y.offset(target))
      let isFirst = counts[to] == 0
      counts[to] += 1
      switch op.kind {
      case .mean, .sum: y.values[to] += from
      case .maximum: y.values[to] = isFirst ? from : max(y.values[to], from)
      case .minimum: y.values[to] = isFirst ? from : min(y.values[to], from)
      }
    }
    if op.kind == .mean { for i in counts.indices { y.values[i] /= counts[i] } }
    return y
  }

  static func softmax(_ x: ReferenceTensor, beta: Double, logarithm: Bool) -> ReferenceTensor {
    let channels = x.shape.last ?? 1
    var y = x
    for row in 0..<x.values.count / channels {
      let values = x.values[row * channels..<(row + 1) * channels].map { beta * $0 }
      let largest = values.reduce(-.infinity, max)
      let sum = values.reduce(0) { $0 + exp($1 - largest) }
      for c in 0..<channels {
        y.values[row * channels + c] =
          logarithm ? values[c] - largest - log(sum) : exp(values[c] - largest) / sum
      }
    }
    return y
  }

  static func matMul(
    _ op: MatMul, _ a: ReferenceTensor, _ b: ReferenceTensor, _ shape: [Int]
  ) -> ReferenceTensor {
    let depth = a.shape[a.shape.count - (op.transposesLeft ? 2 : 1)]
    return ReferenceTensor(
      shape,
      indices(shape).map { index in
        let batch = Array(index.dropLast(2))
        let (row, column) = (index[index.count - 2], index[index.count - 1])
        var sum = 0.0
        for k in 0..<depth {
          let left = op.transposesLeft ? [k, row] : [row, k]
          let right = op.transposesRight ? [column, k] : [k, column]
          sum += a.matrix(batch, left) * b.matrix(batch, right)
        }
        return sum
      })
  }
}

extension ReferenceTensor {
  /// An element of the matrix of a batch index, whose axes broadcast.
  fileprivate func matrix(_ batch: [Int], _ position: [Int]) -> Double {
    let own = shape.dropLast(2)
    let tail = Array(batch.suffix(own.count))
    return values[offset(tail.indices.map { own[$0] == 1 ? 0 : tail[$0] } + position)]
  }
}
