// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension InteropCase {
  static var products: [InteropCase] {
    [
      InteropCase("dense") { m in
        let x = try m.input([1, 12])
        return try m.finish(try m.dense(5, try m.dense(7, x, .relu)))
      },
      InteropCase("dense_no_bias") { m in
        let x = try m.input([1, 12])
        return try m.finish(try m.dense(5, x, .relu6, hasBias: false))
      },
      InteropCase("dense_sequence") { m in
        let x = try m.input([1, 6, 4])
        return try m.finish(try m.dense(3, x, .reluN1To1), try m.dense(5, x, hasBias: false))
      },
      InteropCase("dense_rows") { m in
        try m.finish(try m.dense(3, try m.input([4, 6])))
      },
      InteropCase("dense_vector") { m in
        try m.finish(try m.dense(3, try m.input([6])))
      },
      InteropCase("convolution") { m in
        let x = try m.input([1, 9, 11, 3])
        let size = Extent2D(height: 3, width: 2)
        let a = try m.convolution(4, size, x, padding: .same, activation: .relu)
        let b = try m.convolution(
          5, size, x, stride: Extent2D(height: 2, width: 3), padding: .same, hasBias: false)
        let c = try m.convolution(2, size, x, dilation: Extent2D(height: 2, width: 3))
        return try m.finish(a, b, c)
      },
      InteropCase("convolution_1d") { m in
        let x = try m.input([1, 1, 20, 6])
        let size = Extent2D(height: 1, width: 3)
        let a = try m.convolution(8, size, x, padding: .same, activation: .relu6)
        let b = try m.convolution(4, size, a, dilation: Extent2D(height: 1, width: 2))
        return try m.finish(b)
      },
      InteropCase("grouped_convolution") { m in
        let x = try m.input([1, 1, 20, 6])
        let size = Extent2D(height: 1, width: 3)
        return try m.finish(
          try m.convolution(8, size, x, groups: 2, padding: .same, activation: .relu))
      },
      InteropCase("depthwise_convolution") { m in
        let x = try m.input([1, 7, 20, 6])
        let size = Extent2D(height: 2, width: 3)
        let a = try m.convolution(6, size, x, groups: 6, padding: .same, activation: .relu)
        let b = try m.convolution(
          12, size, x, groups: 6, stride: Extent2D(height: 2, width: 2), hasBias: false)
        let c = try m.convolution(
          6, size, x, groups: 6, dilation: Extent2D(height: 1, width: 2), padding: .same)
        return try m.finish(a, b, c)
      },
      InteropCase("transposed_convolution") { m in
        let x = try m.input([1, 1, 6, 3])
        let valid = TransposedConvolution(
          weights: try m.weights([4, 1, 3, 3]), bias: try m.weights([4]),
          stride: Extent2D(height: 1, width: 2), padding: .valid,
          outputSize: Extent2D(height: 1, width: 13))
        let same = TransposedConvolution(
          weights: try m.weights([2, 1, 3, 3]), bias: nil, stride: Extent2D(height: 1, width: 2),
          padding: .same, outputSize: Extent2D(height: 1, width: 12))
        var clamped = valid
        clamped.activation = .relu
        return try m.finish(
          try m.add(.transposedConvolution(valid), x), try m.add(.transposedConvolution(same), x),
          try m.add(.transposedConvolution(clamped), x))
      },
      InteropCase("pools") { m in
        let x = try m.input([1, 7, 10, 3])
        let size = Extent2D(height: 2, width: 3)
        let stride = Extent2D(height: 2, width: 2)
        func pool(_ kind: Pool.Kind, _ padding: Padding, _ activation: FusedActivation) -> Operator
        {
          .pool(
            Pool(kind: kind, size: size, stride: stride, padding: padding, activation: activation))
        }
        return try m.finish(
          try m.add(pool(.maximum, .valid, .none), x), try m.add(pool(.maximum, .same, .relu), x),
          try m.add(pool(.average, .valid, .relu6), x), try m.add(pool(.average, .same, .none), x))
      },
      InteropCase("matrix_products") { m in
        let a = try m.input([2, 3, 4], name: "a")
        let b = try m.input([2, 4, 5], name: "b")
        let c = try m.add(.matMul(MatMul()), a, b)
        let d = try m.add(.matMul(MatMul(transposesLeft: true, transposesRight: true)), b, a)
        let e = try m.add(.matMul(MatMul()), a, m.constant(try m.weights([4, 6])))
        return try m.finish(c, d, e)
      },
    ]
  }
}
