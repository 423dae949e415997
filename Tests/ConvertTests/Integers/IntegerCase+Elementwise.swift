// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension IntegerCase {
  static let elementwise: [IntegerCase] = [
    IntegerCase(
      "unary",
      [
        "RELU 2", "RELU6 2", "RELU_N1_TO_1 1", "TANH 2", "LOGISTIC 2", "ELU 1", "EXP 2", "LOG 2",
        "ABS 2", "SQRT 2", "RSQRT 2", "HARD_SWISH 1", "LEAKY_RELU 1", "GELU 2",
      ], "2.21.0"
    ) { maker in
      var x = try maker.input([2, 3], maker.int8Type())
      for function: Unary.Function in [
        .relu, .relu6, .reluN1To1, .tanh, .logistic, .elu, .exp, .log, .abs, .squareRoot,
        .reciprocalSquareRoot, .hardSwish, .leakyReLU(slope: 0.1), .gelu(approximate: true),
      ] {
        x = try maker.scaled(.unary(Unary(function)), x)
      }
      return try maker.finish(x)
    },
    IntegerCase(
      "unary_int16",
      [
        "RELU 3", "RELU6 3", "TANH 3", "LOGISTIC 3", "EXP 2", "LOG 2", "ABS 3", "RSQRT 3",
        "LEAKY_RELU 2",
      ], "2.15.0"
    ) { maker in
      var x = try maker.input([2, 3], maker.type(.int16))
      for function: Unary.Function in [
        .relu, .relu6, .tanh, .logistic, .exp, .log, .abs, .reciprocalSquareRoot,
        .leakyReLU(slope: 0.1),
      ] {
        x = try maker.scaled(.unary(Unary(function)), x)
      }
      return try maker.finish(x)
    },
    IntegerCase(
      "binary",
      ["ADD 2", "SUB 2", "MUL 2", "DIV 1", "SQUARED_DIFFERENCE 2", "MAXIMUM 2", "RELU 2"], "2.5.0"
    ) { maker in
      var x = try maker.input([2, 3], maker.int8Type())
      let y = try maker.input([2, 3], maker.int8Type())
      for function: Binary.Function in [.add, .subtract, .multiply, .divide, .squaredDifference] {
        x = try maker.scaled(.binary(Binary(function)), x, y)
      }
      let row = try maker.integers([3], maker.graph.values[x].type)
      return try maker.finish(
        try maker.same(.binary(Binary(.maximum, activation: .relu)), x, row))
    },
    IntegerCase("binary_clamped", ["ADD 2", "SUB 2", "MUL 2"], "1.14.0") { maker in
      var x = try maker.input([2, 3], maker.int8Type())
      let constant = try maker.integers([3], maker.int8Type())
      for function: Binary.Function in [.add, .subtract, .multiply] {
        x = try maker.scaled(.binary(Binary(function, activation: .relu6)), x, constant)
      }
      return try maker.finish(x)
    },
    IntegerCase("multiply_up", ["MUL 3"], "1.15.0") { maker in
      let x = try maker.input([2, 3], .int8(scale: 2, zeroPoint: 1))
      return try maker.finish(
        try maker.add(
          .binary(Binary(.multiply)), [x, x], .int8(scale: 4, zeroPoint: 0)))
    },
    IntegerCase(
      "binary_int16", ["ADD 3", "SUB 5", "MUL 4", "MINIMUM 4"], "2.4.0"
    ) { maker in
      var x = try maker.input([2, 3], maker.type(.int16))
      for function: Binary.Function in [.add, .subtract, .multiply] {
        x = try maker.scaled(.binary(Binary(function)), x, x)
      }
      let y = try maker.input([2, 3], maker.graph.values[x].type)
      return try maker.finish(try maker.same(.binary(Binary(.minimum)), x, y))
    },
    IntegerCase(
      "select",
      [
        "LESS 2", "SELECT_V2 1", "GREATER 2", "LESS_EQUAL 2", "GREATER_EQUAL 2",
      ], "2.2.0"
    ) { maker in
      let x = try maker.input([2, 3], maker.int8Type())
      let limit = try maker.integers([3], maker.int8Type())
      let other = try maker.integers([2, 3], maker.graph.values[x].type)
      var y = x
      for condition: Compare.Condition in [.less, .greater, .lessOrEqual, .greaterOrEqual] {
        let holds = try maker.add(.compare(Compare(condition)), [y, limit], nil)
        y = try maker.add(.select(Select()), [holds, y, other], maker.graph.values[x].type)
      }
      return try maker.finish(y)
    },
    IntegerCase("select_int16", ["LESS 3", "GREATER_EQUAL 3", "SELECT_V2 1"], "2.13.0") { maker in
      let x = try maker.input([2, 3], maker.type(.int16))
      let y = try maker.input([2, 3], maker.graph.values[x].type)
      let less = try maker.add(.compare(Compare(.less)), [x, y], nil)
      let more = try maker.add(.compare(Compare(.greaterOrEqual)), [x, y], nil)
      let type = maker.graph.values[x].type
      let a = try maker.add(.select(Select()), [less, x, y], type)
      return try maker.finish(try maker.add(.select(Select()), [more, a, y], type))
    },
    IntegerCase("prelu", ["PRELU 1"], "1.14.0") { maker in
      let x = try maker.input([1, 2, 3], maker.int8Type())
      let slope = Tensor(
        shape: try Shape([1, 3]), elements: .int8([1, -2, 3]),
        quantization: Quantization(scale: 0.1, zeroPoint: -5))
      return try maker.finish(try maker.scaled(.parametricReLU(ParametricReLU(slope: slope)), x))
    },
    IntegerCase("softmax", ["SOFTMAX 2", "LOG_SOFTMAX 2", "SOFTMAX 3"], "2.3.0") { maker in
      let x = try maker.input([2, 4], maker.int8Type())
      let y = try maker.scaled(.softmax(Softmax(beta: 0.5)), x)
      let z = try maker.input([2, 4], maker.type(.int16))
      return try maker.finish(
        try maker.scaled(.logSoftmax(LogSoftmax()), y), try maker.scaled(.softmax(Softmax()), z))
    },
    IntegerCase(
      "quantize", ["QUANTIZE 1", "QUANTIZE 2", "DEQUANTIZE 3", "DEQUANTIZE 2"], "1.15.0"
    ) { maker in
      let x = try maker.input([2, 4])
      let a = try maker.add(.quantize(Quantize()), [x], maker.int8Type())
      let b = try maker.add(.quantize(Quantize()), [a], maker.int8Type())
      let c = try maker.add(.quantize(Quantize()), [b], maker.type(.int16))
      let wide = try maker.add(.dequantize(Dequantize()), [c], nil)
      let d = try maker.add(.quantize(Quantize()), [c], maker.int8Type())
      return try maker.finish(wide, try maker.add(.dequantize(Dequantize()), [d], nil))
    },
  ]

  static let movement: [IntegerCase] = [
    IntegerCase(
      "pool",
      ["MAX_POOL_2D 2", "AVERAGE_POOL_2D 2", "MAX_POOL_2D 3", "AVERAGE_POOL_2D 3"], "2.3.0"
    ) { maker in
      var results: [ValueID] = []
      for elementType in [ElementType.int8, .int16] {
        let x = try maker.input([1, 4, 6, 2], maker.type(elementType))
        let size = Extent2D(height: 2, width: 3)
        let a = try maker.same(
          .pool(Pool(kind: .maximum, size: size, stride: .one, padding: .same, activation: .relu)),
          x)
        results.append(
          try maker.same(
            .pool(Pool(kind: .average, size: size, stride: size, padding: .valid)), a))
      }
      return try maker.finish(results[0], results[1])
    },
    IntegerCase(
      "reduce", ["MEAN 2", "SUM 2", "REDUCE_MAX 2", "REDUCE_MIN 2"], "1.15.0"
    ) { maker in
      let x = try maker.input([2, 3, 4, 5], maker.int8Type())
      let a = try maker.scaled(.reduce(Reduce(kind: .mean, axes: [3], keepsAxes: true)), x)
      let b = try maker.scaled(.reduce(Reduce(kind: .sum, axes: [2], keepsAxes: false)), a)
      let c = try maker.same(.reduce(Reduce(kind: .maximum, axes: [1], keepsAxes: false)), b)
      return try maker.finish(
        try maker.same(.reduce(Reduce(kind: .minimum, axes: [0], keepsAxes: true)), c))
    },
    IntegerCase(
      "reduce_int16", ["MEAN 3", "REDUCE_MAX 3", "REDUCE_MIN 3"], "2.5.0"
    ) { maker in
      let x = try maker.input([2, 3, 4], maker.type(.int16))
      let a = try maker.scaled(.reduce(Reduce(kind: .mean, axes: [2], keepsAxes: true)), x)
      let b = try maker.same(.reduce(Reduce(kind: .maximum, axes: [1], keepsAxes: false)), a)
      return try maker.finish(
        try maker.same(.reduce(Reduce(kind: .minimum, axes: [0], keepsAxes: false)), b))
    },
    IntegerCase(
      "movement",
      [
        "TRANSPOSE 2", "SLICE 2", "STRIDED_SLICE 2", "CONCATENATION 2", "PAD 2", "PADV2 2",
        "TILE 3", "REVERSE_V2 3", "RESHAPE 1",
      ], "2.8.0"
    ) { maker in
      let x = try maker.input([2, 3, 4], maker.int8Type())
      let type = maker.graph.values[x].type
      var y = try maker.same(.transpose(Transpose(permutation: [2, 0, 1])), x)
      y = try maker.same(.slice(Slice(begin: [1, 0, 0], count: [3, 2, 2], stride: [1, 1, 1])), y)
      y = try maker.same(
        .slice(Slice(begin: [2, 0, 0], count: [2, 2, 1], stride: [-2, 1, 1])), y)
      let constant = try maker.integers([2, 2, 2], type)
      y = try maker.same(.concatenate(Concatenate(axis: 2)), y, constant)
      y = try maker.same(.pad(Pad(before: [0, 1, 0], after: [0, 0, 2])), y)
      y = try maker.same(.pad(Pad(before: [0, 1, 0], after: [0, 0, 2], value: 0.7)), y)
      y = try maker.same(.tile(Tile(multiples: [1, 2, 1])), y)
      y = try maker.same(.reverse(Reverse(axes: [0, 2])), y)
      // A copy that means something else.
      return try maker.finish(
        try maker.add(
          .reshape(Reshape(to: maker.graph.shape(of: y))), [y], maker.int8Type()))
    },
    IntegerCase(
      "movement_int16",
      [
        "TRANSPOSE 5", "SLICE 4", "STRIDED_SLICE 1", "CONCATENATION 3", "PAD 3", "PADV2 3",
        "REVERSE_V2 1", "RESHAPE 1",
      ], "2.4.0"
    ) { maker in
      let x = try maker.input([2, 3, 4], maker.type(.int16))
      var y = try maker.same(.transpose(Transpose(permutation: [2, 0, 1])), x)
      y = try maker.same(.slice(Slice(begin: [1, 0, 0], count: [3, 2, 2], stride: [1, 1, 1])), y)
      y = try maker.same(
        .slice(Slice(begin: [2, 0, 0], count: [2, 2, 1], stride: [-2, 1, 1])), y)
      y = try maker.same(.concatenate(Concatenate(axis: 2)), y, y)
      y = try maker.same(.pad(Pad(before: [0, 1, 0], after: [0, 0, 2])), y)
      y = try maker.same(.pad(Pad(before: [0, 1, 0], after: [0, 0, 2], value: 0.7)), y)
      y = try maker.same(.reverse(Reverse(axes: [1])), y)
      let shape = try Shape([maker.graph.shape(of: y).elementCount])
      return try maker.finish(try maker.same(.reshape(Reshape(to: shape)), y))
    },
  ]
}
