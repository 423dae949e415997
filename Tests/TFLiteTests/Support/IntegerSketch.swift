// SPDX-License-Identifier: Apache-2.0

import MainspringTFLite

/// Small models of integers.
enum IntegerSketch {
  /// x int8 [1, 3] → FULLY_CONNECTED of 2 units with a scale for each → y int8.
  ///
  /// Tensors: 0 x, 1 weights, 2 bias, 3 y.
  static func dense() -> ModelSketch {
    var sketch = ModelSketch()
    let x = sketch.int8("x", [1, 3], 0.5, 3)
    _ = sketch.asInput(x)
    let w = sketch.integers("w", [2, 3], [1, 2, 3, 4, 5, -127] as [Int8], [0.1, 0.2])
    let b = sketch.integers("b", [2], [100, -100] as [Int32], [0.05, 0.1])
    let y = sketch.int8("y", [1, 2], 0.25, -128)
    sketch.add(.fullyConnected, [x, w, b], to: [y], 8, .init(0, .byte(1)))
    sketch.output(y)
    return sketch
  }

  /// x float [1, 3] → FULLY_CONNECTED with int8 weights → y float.
  static func hybrid(isAsymmetric: Bool) -> ModelSketch {
    var sketch = ModelSketch()
    let x = sketch.input("x", [1, 3])
    let w = sketch.integers("w", [2, 3], [1, 2, 3, 4, 5, 6] as [Int8], [0.1])
    let b = sketch.floats("b", [2], [1, 2])
    let y = sketch.add(
      .fullyConnected, [x, w, b], [1, 2], .float32, 8, .init(3, .bool(isAsymmetric)))
    sketch.output(y)
    return sketch
  }

  /// UNIDIRECTIONAL_SEQUENCE_LSTM over x int8 [1, 3, 1] with 2 units; the output gate has no bias.
  ///
  /// The LSTM is the last operator; two FILLs are before it when the state is cleared.
  static func lstm(isCleared: Bool, zero: Int8 = 5) -> ModelSketch {
    var sketch = ModelSketch()
    let x = sketch.int8("x", [1, 3, 1], 0.5, 3)
    _ = sketch.asInput(x)
    var inputs = [Int32](repeating: -1, count: 24)
    inputs[0] = x
    for gate in 0..<4 {
      let first = Int8(2 * gate)
      let scale = 0.01 * Float(gate + 1)
      inputs[1 + gate] = sketch.integers("w\(gate)", [2, 1], [first, first + 1], [scale])
      inputs[5 + gate] = sketch.integers("u\(gate)", [2, 2], [1, 2, 3, first], [2 * scale])
      if gate < 3 {
        inputs[12 + gate] = sketch.integers(
          "b\(gate)", [2], [Int32(gate), 7] as [Int32], [0.5 * scale])
      }
    }
    let h = sketch.int8("h", [1, 2], 0.0078125, 5)
    let c = sketch.int16("c", [1, 2], 0x1p-13)
    for state in [h, c] { sketch.model.subgraphs[0].tensors[Int(state)].isVariable = true }
    (inputs[18], inputs[19]) = (h, c)
    if isCleared {
      let shape = sketch.ints([1, 2])
      let values = [
        sketch.integers("zero", [], [zero], [0.0078125], zeroPoints: [5]),
        sketch.integers("zero", [], [0] as [Int16], [0x1p-13]),
      ]
      for (state, value) in zip([h, c], values) {
        sketch.add(.fill, [shape, value], to: [state], 68)
      }
    }
    let none = sketch.tensor("none", [0])
    let hidden = sketch.int8("hidden", [0], 0.015625, 4)
    let y = sketch.int8("y", [1, 3, 2], 0.0078125, 5)
    sketch.add(
      .unidirectionalSequenceLstm, inputs, to: [y], 71, .init(0, .byte(4)), .init(1, .float(10)))
    sketch.model.subgraphs[0].operators[isCleared ? 2 : 0].intermediates = [
      none, none, none, none, hidden,
    ]
    sketch.output(y)
    return sketch
  }
}
