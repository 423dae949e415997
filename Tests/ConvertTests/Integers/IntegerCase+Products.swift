// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension IntegerCase {
  static let products: [IntegerCase] = [
    IntegerCase("dense", ["FULLY_CONNECTED 4"], "1.14.0") { maker in
      let x = try maker.input([1, 5], maker.int8Type())
      let a = try maker.denseLayer(4, x, .relu)
      let b = try maker.denseLayer(3, a, scales: 3, .relu6)
      return try maker.finish(try maker.denseLayer(2, b, hasBias: false))
    },
    IntegerCase("dense_sequence", ["FULLY_CONNECTED 5"], "2.0.0") { maker in
      let x = try maker.input([1, 3, 5], maker.int8Type())
      return try maker.finish(try maker.denseLayer(4, x, scales: 4, .reluN1To1))
    },
    IntegerCase("dense_int16", ["FULLY_CONNECTED 7"], "2.3.0") { maker in
      let x = try maker.input([1, 5], maker.type(.int16))
      let y = try maker.denseLayer(4, x, scales: 4)
      return try maker.finish(try maker.denseLayer(4, y, .relu, hasBias: false))
    },
    IntegerCase("dense_hybrid", ["FULLY_CONNECTED 3", "FULLY_CONNECTED 9"], "2.3.0") { maker in
      let x = try maker.input([1, 5])
      let y = try maker.denseLayer(4, x, .relu)
      return try maker.finish(try maker.denseLayer(2, y, hasBias: false, isAsymmetric: true))
    },
    IntegerCase("dense_hybrid_channels", ["FULLY_CONNECTED 12"], "2.17.0") { maker in
      let x = try maker.input([1, 2, 5])
      return try maker.finish(try maker.denseLayer(4, x, scales: 4, isAsymmetric: true))
    },
    IntegerCase("convolution", ["CONV_2D 3"], "1.14.0") { maker in
      let x = try maker.input([1, 1, 9, 3], maker.int8Type())
      let size = Extent2D(height: 1, width: 3)
      let y = try maker.convolutionLayer(4, size, x, scales: 4, .relu)
      return try maker.finish(
        try maker.convolutionLayer(2, size, y, scales: 1, padding: .valid, hasBias: false))
    },
    IntegerCase("convolution_int16", ["CONV_2D 4"], "2.3.0") { maker in
      let x = try maker.input([1, 1, 9, 3], maker.type(.int16))
      let size = Extent2D(height: 1, width: 3)
      let y = try maker.convolutionLayer(4, size, x, scales: 4, .relu)
      return try maker.finish(try maker.convolutionLayer(2, size, y, scales: 2, hasBias: false))
    },
    IntegerCase("convolution_hybrid", ["CONV_2D 5", "CONV_2D 2"], "2.4.0") { maker in
      let x = try maker.input([1, 4, 4, 3])
      let size = Extent2D(height: 2, width: 3)
      let y = try maker.convolutionLayer(4, size, x, scales: 4, .relu)
      return try maker.finish(try maker.convolutionLayer(2, size, y, scales: 1, hasBias: false))
    },
    IntegerCase("convolution_groups", ["CONV_2D 6"], "2.9.0") { maker in
      let x = try maker.input([1, 1, 9, 4], maker.int8Type())
      let size = Extent2D(height: 1, width: 3)
      return try maker.finish(try maker.convolutionLayer(6, size, x, groups: 2, scales: 6))
    },
    IntegerCase("depthwise", ["DEPTHWISE_CONV_2D 3"], "1.14.0") { maker in
      let x = try maker.input([1, 3, 9, 3], maker.int8Type())
      let size = Extent2D(height: 2, width: 3)
      let y = try maker.convolutionLayer(6, size, x, groups: 3, scales: 6, .relu6)
      return try maker.finish(
        try maker.convolutionLayer(
          6, size, y, groups: 6, scales: 1, dilation: Extent2D(height: 1, width: 2), hasBias: false)
      )
    },
    IntegerCase(
      "depthwise_wide", ["DEPTHWISE_CONV_2D 5", "DEPTHWISE_CONV_2D 6"], "2.3.0"
    ) { maker in
      let x = try maker.input([1, 3, 9, 3], maker.type(.int16))
      let size = Extent2D(height: 2, width: 3)
      let y = try maker.convolutionLayer(3, size, x, groups: 3, scales: 3)
      let z = try maker.input([1, 3, 9, 3])
      return try maker.finish(
        y, try maker.convolutionLayer(3, size, z, groups: 3, scales: 3, hasBias: false))
    },
    IntegerCase(
      "transposed", ["TRANSPOSE_CONV 2", "TRANSPOSE_CONV 3", "TRANSPOSE_CONV 4"], "2.13.0"
    ) { maker in
      let x = try maker.input([1, 1, 4, 3], maker.int8Type())
      let a = try maker.transposedLayer(2, x, hasBias: false)
      let b = try maker.transposedLayer(2, a, hasBias: true)
      return try maker.finish(try maker.transposedLayer(3, b, .relu, hasBias: true))
    },
    IntegerCase("transposed_int16", ["TRANSPOSE_CONV 3"], "2.3.0") { maker in
      let x = try maker.input([1, 1, 4, 3], maker.type(.int16))
      let a = try maker.transposedLayer(2, x, hasBias: false)
      return try maker.finish(try maker.transposedLayer(2, a, hasBias: true))
    },
    IntegerCase(
      "short_bias", ["TRANSPOSE_CONV 5", "CONV_2D 8", "FULLY_CONNECTED 11"], "2.15.0"
    ) { maker in
      let x = try maker.input([1, 1, 4, 3], maker.type(.int16))
      let a = try maker.transposedLayer(2, x, hasBias: true, hasShortBias: true)
      let b = try maker.convolutionLayer(
        4, Extent2D(height: 1, width: 3), a, scales: 4, hasShortBias: true)
      return try maker.finish(try maker.denseLayer(3, b, scales: 3, hasShortBias: true))
    },
    IntegerCase("matmul", ["BATCH_MATMUL 2", "BATCH_MATMUL 3"], "2.4.0") { maker in
      let x = try maker.input([2, 3, 4], maker.int8Type())
      let y = try maker.input([2, 4, 5], maker.int8Type())
      let product = try maker.scaled(.matMul(MatMul()), x, y)
      let square = try maker.scaled(.matMul(MatMul(transposesRight: true)), product, product)
      let z = try maker.input([3, 3], maker.type(.int16))
      return try maker.finish(
        square, try maker.scaled(.matMul(MatMul(transposesLeft: true)), z, z))
    },
  ]

  static let recurrent: [IntegerCase] = [
    IntegerCase("lstm", ["BROADCAST_TO 3", "UNIDIRECTIONAL_SEQUENCE_LSTM 1"], "2.5.0") { maker in
      let x = try maker.input([1, 4, 3], maker.int8Type())
      let y = try maker.lstmLayer(5, x, returnsSequence: true)
      return try maker.finish(try maker.lstmLayer(2, y, returnsSequence: true))
    },
    IntegerCase(
      "lstm_last", ["BROADCAST_TO 3", "UNIDIRECTIONAL_SEQUENCE_LSTM 1", "STRIDED_SLICE 2"], "2.5.0"
    ) { maker in
      let x = try maker.input([1, 4, 3], maker.int8Type())
      return try maker.finish(try maker.lstmLayer(5, x, returnsSequence: false))
    },
    IntegerCase("lstm_stateful", ["UNIDIRECTIONAL_SEQUENCE_LSTM 1"], "1.14.0") { maker in
      let x = try maker.input([1, 4, 3], maker.int8Type())
      return try maker.finish(
        try maker.lstmLayer(5, x, returnsSequence: true, isStateful: true, hasWrongScale: true))
    },
    IntegerCase(
      "lstm_hybrid",
      ["FILL 1", "UNIDIRECTIONAL_SEQUENCE_LSTM 2", "UNIDIRECTIONAL_SEQUENCE_LSTM 3"], "2.3.0"
    ) { maker in
      let x = try maker.input([1, 4, 3])
      let y = try maker.lstmLayer(5, x, returnsSequence: true)
      return try maker.finish(
        try maker.lstmLayer(2, y, returnsSequence: true, isAsymmetric: true))
    },
    IntegerCase(
      "gru",
      [
        "RESHAPE 1", "FULLY_CONNECTED 4", "BROADCAST_TO 3", "WHILE 1", "LESS 1", "GATHER 2",
        "SLICE 2", "ADD 2", "LOGISTIC 2", "MUL 2", "TANH 2", "SUB 2", "ADD 1", "CONCATENATION 1",
        "DYNAMIC_UPDATE_SLICE 1",
      ], "2.9.0"
    ) { maker in
      let x = try maker.input([1, 4, 3], maker.int8Type())
      let y = try maker.steppedLayer(0, 5, x, returnsSequence: true)
      return try maker.finish(try maker.steppedLayer(0, 1, y, returnsSequence: false))
    },
    IntegerCase(
      "gru_before",
      [
        "RESHAPE 1", "FULLY_CONNECTED 4", "BROADCAST_TO 3", "WHILE 1", "LESS 1", "GATHER 2",
        "SLICE 2", "ADD 2", "LOGISTIC 2", "MUL 2", "TANH 2", "SUB 2", "ADD 1", "CONCATENATION 1",
        "DYNAMIC_UPDATE_SLICE 1",
      ], "2.9.0"
    ) { maker in
      let x = try maker.input([1, 4, 3], maker.int8Type())
      let y = try maker.steppedLayer(1, 1, x, returnsSequence: true)
      return try maker.finish(try maker.steppedLayer(1, 4, y, returnsSequence: false))
    },
    IntegerCase(
      "simple_rnn",
      [
        "RESHAPE 1", "FULLY_CONNECTED 4", "BROADCAST_TO 3", "WHILE 1", "LESS 1", "GATHER 2",
        "ADD 2", "TANH 2", "ADD 1", "CONCATENATION 1", "DYNAMIC_UPDATE_SLICE 1",
      ], "2.9.0"
    ) { maker in
      let x = try maker.input([1, 4, 3], maker.int8Type())
      let y = try maker.steppedLayer(2, 4, x, returnsSequence: true)
      return try maker.finish(try maker.steppedLayer(2, 2, y, returnsSequence: false))
    },
    IntegerCase(
      "gru_int16",
      [
        "RESHAPE 1", "FULLY_CONNECTED 7", "BROADCAST_TO 3", "WHILE 1", "LESS 1", "GATHER 4",
        "SLICE 4", "ADD 3", "LOGISTIC 3", "MUL 4", "TANH 3", "SUB 5", "ADD 1", "CONCATENATION 1",
        "DYNAMIC_UPDATE_SLICE 4",
      ], "2.20.0"
    ) { maker in
      let x = try maker.input([1, 4, 3], maker.type(.int16))
      let y = try maker.steppedLayer(0, 5, x, returnsSequence: true)
      let z = try maker.steppedLayer(1, 3, y, returnsSequence: false)
      return try maker.finish(z)
    },
  ]

  static let models: [IntegerCase] = [
    IntegerCase(
      "gesture",
      [
        "QUANTIZE 1", "RESHAPE 1", "CONV_2D 3", "DEPTHWISE_CONV_2D 3", "MAX_POOL_2D 2",
        "BROADCAST_TO 3",
        "UNIDIRECTIONAL_SEQUENCE_LSTM 1", "STRIDED_SLICE 2", "FULLY_CONNECTED 4", "SOFTMAX 2",
        "DEQUANTIZE 2",
      ], "2.5.0"
    ) { maker in
      let x = try maker.input([1, 20, 3])
      let q = try maker.add(.quantize(Quantize()), [x], maker.int8Type())
      let image = try maker.same(.reshape(Reshape(to: try Shape([1, 1, 20, 3]))), q)
      let size = Extent2D(height: 1, width: 3)
      let a = try maker.convolutionLayer(8, size, image, scales: 8, .relu)
      let b = try maker.convolutionLayer(8, .one, a, groups: 8, scales: 8)
      let half = Extent2D(height: 1, width: 2)
      let c = try maker.same(
        .pool(Pool(kind: .maximum, size: half, stride: half, padding: .valid)), b)
      let steps = try maker.same(.reshape(Reshape(to: try Shape([1, 10, 8]))), c)
      let d = try maker.lstmLayer(6, steps, returnsSequence: true)
      let e = try maker.lstmLayer(4, d, returnsSequence: false)
      let f = try maker.denseLayer(5, e, .relu)
      let g = try maker.denseLayer(3, f, scales: 3)
      let h = try maker.scaled(.softmax(Softmax()), g)
      return try maker.finish(try maker.add(.dequantize(Dequantize()), [h], nil))
    },
    IntegerCase(
      "bidirectional",
      [
        "REVERSE_V2 3", "BROADCAST_TO 3", "UNIDIRECTIONAL_SEQUENCE_LSTM 1", "RESHAPE 1",
        "CONCATENATION 2",
      ], "2.5.0"
    ) { maker in
      let x = try maker.input([1, 6, 3], maker.int8Type())
      let common = maker.int8Type()
      let back = try maker.same(.reverse(Reverse(axes: [1])), x)
      var parts: [ValueID] = []
      for operand in [x, back] {
        let y = try maker.lstmLayer(4, operand, returnsSequence: true)
        // A raw copy to the scale both share, as TensorFlow's files have it.
        parts.append(
          try maker.add(.reshape(Reshape(to: try Shape([1, 6, 4]))), [y], common))
      }
      parts[1] = try maker.same(.reverse(Reverse(axes: [1])), parts[1])
      return try maker.finish(
        try maker.same(.concatenate(Concatenate(axis: 2)), parts[0], parts[1]))
    },
  ]
}
