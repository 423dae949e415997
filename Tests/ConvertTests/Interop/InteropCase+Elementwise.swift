// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension InteropCase {
  static var elementwise: [InteropCase] {
    let smooth: [Unary.Function] = [
      .relu, .relu6, .reluN1To1, .tanh, .logistic, .elu, .exp, .abs, .negate, .square, .hardSwish,
      .leakyReLU(slope: 0.2), .gelu(approximate: false), .gelu(approximate: true),
    ]
    return [
      InteropCase("unary", range: -5...5) { m in
        let x = try m.input([1, 3, 8])
        for function in smooth { try m.graph.addOutput(try m.unary(function, x)) }
        return m.graph
      },
      InteropCase("unary_positive", range: 0.25...4) { m in
        let x = try m.input([1, 3, 8])
        return try m.finish(
          try m.unary(.log, x), try m.unary(.squareRoot, x), try m.unary(.reciprocalSquareRoot, x))
      },
      InteropCase("binary", range: 0.5...2) { m in
        let a = try m.input([1, 3, 4], name: "a")
        let b = try m.input([1, 3, 4], name: "b")
        let functions: [Binary.Function] = [
          .add, .subtract, .multiply, .divide, .maximum, .minimum, .squaredDifference,
        ]
        for function in functions {
          try m.graph.addOutput(try m.binary(function, a, b))
          try m.graph.addOutput(try m.binary(function, a, b, .reluN1To1))
        }
        return m.graph
      },
      InteropCase("binary_broadcast") { m in
        let a = try m.input([1, 3, 4], name: "a")
        let b = try m.input([1, 3, 1], name: "b")
        let c = m.constant(try m.positive([4]))
        let d = m.constant(Tensor(scalar: 0.75))
        return try m.finish(
          try m.binary(.add, a, b), try m.binary(.subtract, c, a, .relu),
          try m.binary(.divide, a, c), try m.binary(.maximum, d, a), try m.binary(.minimum, b, c),
          try m.binary(.squaredDifference, a, b))
      },
      InteropCase("binary_five_axes") { m in
        let a = try m.input([1, 2, 3, 2, 4], name: "a")
        let c = m.constant(try m.positive([3, 1, 4]))
        return try m.finish(
          try m.binary(.add, a, c), try m.binary(.subtract, a, c), try m.binary(.multiply, a, c),
          try m.binary(.divide, a, c), try m.binary(.maximum, a, c), try m.binary(.minimum, a, c))
      },
      InteropCase("compare_select") { m in
        let a = try m.input([1, 3, 4], name: "a")
        let b = try m.input([1, 3, 4], name: "b")
        let zero = m.constant(Tensor(scalar: 0))
        for condition: Compare.Condition in [.less, .lessOrEqual, .greater, .greaterOrEqual] {
          let holds = try m.add(.compare(Compare(condition)), a, b)
          try m.graph.addOutput(try m.add(.select(Select()), holds, a, b))
          let above = try m.add(.compare(Compare(condition)), a, zero)
          try m.graph.addOutput(try m.add(.select(Select()), above, a, zero))
        }
        return m.graph
      },
      InteropCase("parametric_relu") { m in
        let x = try m.input([1, 5, 4])
        let channels = ParametricReLU(slope: try m.weights([4]))
        let all = ParametricReLU(slope: try m.weights([5, 4]))
        let time = ParametricReLU(slope: try m.weights([5, 1]))
        return try m.finish(
          try m.add(.parametricReLU(channels), x), try m.add(.parametricReLU(all), x),
          try m.add(.parametricReLU(time), x))
      },
      InteropCase("scale_shift") { m in
        let x = try m.input([1, 5, 4])
        let y = ScaleShift(scale: try m.positive([4]), shift: try m.weights([4]))
        return try m.finish(try m.add(.scaleShift(y), x))
      },
      InteropCase("softmax", range: -10...10) { m in
        let x = try m.input([1, 5, 4])
        let y = try m.input([1, 7], name: "y")
        return try m.finish(
          try m.add(.softmax(Softmax()), x), try m.add(.softmax(Softmax(beta: 0.5)), y),
          try m.add(.logSoftmax(LogSoftmax()), x))
      },
      InteropCase("reduce") { m in
        let x = try m.input([1, 5, 4, 3])
        for kind: Reduce.Kind in [.mean, .sum, .maximum, .minimum] {
          for axes in [[1], [1, 2], [3], [0, 1, 2, 3], []] {
            for keepsAxes in [false, true] {
              let y = Reduce(kind: kind, axes: axes, keepsAxes: keepsAxes)
              try m.graph.addOutput(try m.add(.reduce(y), x))
            }
          }
        }
        return m.graph
      },
    ]
  }
}
