// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Evaluator {
  func dense(_ op: Dense, _ x: Array64, _ shape: [Int]) -> Array64 {
    let weights = Array64(op.weights)
    let bias = op.bias.map(Array64.init)
    return Array64(shape: shape) { index in
      let unit = index[index.count - 1]
      var sum = bias?[[unit]] ?? 0
      for feature in 0..<weights.shape[1] {
        sum += x[Array(index.dropLast()) + [feature]] * weights[[unit, feature]]
      }
      return clamp(op.activation, sum)
    }
  }

  func convolution(_ op: Convolution, _ x: Array64, _ shape: [Int]) -> Array64 {
    let weights = Array64(op.weights)
    let bias = op.bias.map(Array64.init)
    let depth = weights.shape[3]
    let top = border(x.shape[1], shape[1], op.size.height, op.stride.height, op.dilation.height)
    let left = border(x.shape[2], shape[2], op.size.width, op.stride.width, op.dilation.width)
    return Array64(shape: shape) { index in
      let filter = index[3]
      let group = filter / (op.filters / op.groups)
      var sum = bias?[[filter]] ?? 0
      for row in 0..<op.size.height {
        for column in 0..<op.size.width {
          let h =
            index[1] * op.stride.height + row * op.dilation.height - (op.padding == .same ? top : 0)
          let w =
            index[2] * op.stride.width + column * op.dilation.width
            - (op.padding == .same ? left : 0)
          guard (0..<x.shape[1]).contains(h), (0..<x.shape[2]).contains(w) else { continue }
          for channel in 0..<depth {
            sum +=
              x[[index[0], h, w, group * depth + channel]]
              * weights[[filter, row, column, channel]]
          }
        }
      }
      return clamp(op.activation, sum)
    }
  }

  /// Cells of zeros before the first element under `same` padding.
  private func border(_ input: Int, _ output: Int, _ size: Int, _ stride: Int, _ dilation: Int)
    -> Int
  {
    max((output - 1) * stride + (size - 1) * dilation + 1 - input, 0) / 2
  }

  func transposedConvolution(_ op: TransposedConvolution, _ x: Array64, _ shape: [Int]) -> Array64 {
    let weights = Array64(op.weights)
    let bias = op.bias.map(Array64.init)
    var y = Array64(shape: shape) { index in bias?[[index[3]]] ?? 0 }
    let isSame = op.padding == .same
    let top = isSame ? border(shape[1], x.shape[1], weights.shape[1], op.stride.height, 1) : 0
    let left = isSame ? border(shape[2], x.shape[2], weights.shape[2], op.stride.width, 1) : 0
    _ = Array64(shape: x.shape) { index in
      for row in 0..<weights.shape[1] {
        for column in 0..<weights.shape[2] {
          let h = index[1] * op.stride.height + row - top
          let w = index[2] * op.stride.width + column - left
          guard (0..<shape[1]).contains(h), (0..<shape[2]).contains(w) else { continue }
          for filter in 0..<shape[3] {
            let offset = ((index[0] * shape[1] + h) * shape[2] + w) * shape[3] + filter
            y.elements[offset] += x[index] * weights[[filter, row, column, index[3]]]
          }
        }
      }
      return 0
    }
    return Array64(shape, y.elements.map { clamp(op.activation, $0) })
  }

  func pool(_ op: Pool, _ x: Array64, _ shape: [Int]) -> Array64 {
    let isSame = op.padding == .same
    let top = isSame ? border(x.shape[1], shape[1], op.size.height, op.stride.height, 1) : 0
    let left = isSame ? border(x.shape[2], shape[2], op.size.width, op.stride.width, 1) : 0
    return Array64(shape: shape) { index in
      var cells: [Double] = []
      for row in 0..<op.size.height {
        for column in 0..<op.size.width {
          let h = index[1] * op.stride.height + row - top
          let w = index[2] * op.stride.width + column - left
          guard (0..<x.shape[1]).contains(h), (0..<x.shape[2]).contains(w) else { continue }
          cells.append(x[[index[0], h, w, index[3]]])
        }
      }
      let y =
        op.kind == .maximum
        ? cells.reduce(-.infinity, max) : cells.reduce(0, +) / Double(cells.count)
      return clamp(op.activation, y)
    }
  }

  func matMul(_ op: MatMul, _ x: [Array64], _ shape: [Int]) -> Array64 {
    let rank = x[0].shape.count
    let depth = x[0].shape[rank - (op.transposesLeft ? 2 : 1)]
    return Array64(shape: shape) { index in
      let (batch, row, column) = (
        Array(index.dropLast(2)), index[index.count - 2], index[index.count - 1]
      )
      var sum = 0.0
      for k in 0..<depth {
        let a = x[0].broadcast(batch + (op.transposesLeft ? [k, row] : [row, k]))
        let b = x[1].broadcast(batch + (op.transposesRight ? [column, k] : [k, column]))
        sum += a * b
      }
      return sum
    }
  }
}
