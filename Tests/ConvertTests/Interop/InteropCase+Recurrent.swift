// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension InteropCase {
  static var recurrent: [InteropCase] {
    [
      InteropCase("lstm_sequence") { m in
        try m.finish(try m.lstm(5, try m.input([1, 7, 3]), returnsSequence: true))
      },
      InteropCase("lstm_last") { m in
        try m.finish(try m.lstm(5, try m.input([1, 7, 3]), returnsSequence: false))
      },
      InteropCase("lstm_clipped") { m in
        let x = try m.input([1, 7, 3])
        return try m.finish(try m.lstm(5, x, returnsSequence: true, cellClip: 0.25))
      },
      InteropCase("lstm_hard_sigmoid") { m in
        let x = try m.input([1, 7, 3])
        let a = try m.lstm(
          4, x, returnsSequence: true, recurrentActivation: .hardSigmoidKeras2, cellClip: 0.5)
        let b = try m.lstm(
          4, x, returnsSequence: false, activation: .softsign, recurrentActivation: .hardSigmoid)
        return try m.finish(a, b)
      },
      InteropCase("gru_after") { m in
        let x = try m.input([1, 7, 3])
        let a = try m.gru(5, x, resetsAfterProduct: true, returnsSequence: true)
        let b = try m.gru(4, a, resetsAfterProduct: true, returnsSequence: false)
        return try m.finish(a, b)
      },
      InteropCase("gru_before") { m in
        let x = try m.input([1, 7, 3])
        let a = try m.gru(
          5, x, resetsAfterProduct: false, returnsSequence: true, recurrentActivation: .hardSigmoid)
        let b = try m.gru(4, a, resetsAfterProduct: false, returnsSequence: false)
        return try m.finish(a, b)
      },
      InteropCase("simple_rnn") { m in
        let x = try m.input([1, 7, 3])
        let a = try m.simpleRNN(5, x, activation: .relu, returnsSequence: true)
        let b = try m.simpleRNN(4, a, activation: .tanh, returnsSequence: false)
        return try m.finish(a, b)
      },
      InteropCase("one_step") { m in
        let x = try m.input([1, 1, 3])
        let a = try m.gru(1, x, resetsAfterProduct: true, returnsSequence: true)
        return try m.finish(a, try m.lstm(2, a, returnsSequence: false))
      },
    ]
  }

  static var models: [InteropCase] {
    [
      InteropCase("wiring") { m in
        let x = try m.input([1, 4], name: "x")
        let y = try m.input([1, 4], name: "unused")
        let z = try m.unary(.tanh, x)
        _ = y
        return try m.finish(z, x, z, m.constant(try m.weights([2, 2])))
      },
      InteropCase("bidirectional") { m in
        let x = try m.input([1, 7, 3])
        let back = try m.add(.reverse(Reverse(axes: [1])), x)
        let a = try m.lstm(4, x, returnsSequence: true)
        let b = try m.add(
          .reverse(Reverse(axes: [1])), try m.lstm(4, back, returnsSequence: true))
        let both = try m.add(.concatenate(Concatenate(axis: 2)), a, b)
        let last = try m.gru(3, both, resetsAfterProduct: true, returnsSequence: false)
        return try m.finish(try m.add(.softmax(Softmax()), try m.dense(5, last)))
      },
      InteropCase("gesture") { m in
        let x = try m.input([1, 24, 6])
        let size = Extent2D(height: 1, width: 3)
        var y = try m.reshape(x, [1, 1, 24, 6])
        y = try m.convolution(16, size, y, padding: .same, activation: .relu)
        y = try m.add(
          .scaleShift(ScaleShift(scale: try m.positive([16]), shift: try m.weights([16]))), y)
        let pool = Pool(
          kind: .maximum, size: Extent2D(height: 1, width: 2),
          stride: Extent2D(height: 1, width: 2), padding: .valid)
        y = try m.add(.pool(pool), y)
        y = try m.convolution(24, size, y, padding: .same, activation: .relu)
        y = try m.reshape(y, [1, 12, 24])
        y = try m.lstm(12, y, returnsSequence: true)
        y = try m.lstm(8, y, returnsSequence: false)
        y = try m.dense(5, try m.dense(8, y, .relu))
        return try m.finish(try m.add(.softmax(Softmax()), y))
      },
    ]
  }
}
