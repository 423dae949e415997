// SPDX-License-Identifier: Apache-2.0

import MainspringTFLite

enum RecurrentSketch {
  /// UNIDIRECTIONAL_SEQUENCE_LSTM over x [1, 3, 1] with 2 units; only the cell gate has a bias.
  ///
  /// Operator 2 is the LSTM when the state is cleared, operator 0 otherwise.
  static func lstm(isCleared: Bool) -> ModelSketch {
    var sketch = ModelSketch()
    let x = sketch.input("x", [1, 3, 1])
    var inputs = [Int32](repeating: -1, count: 24)
    inputs[0] = x
    for gate in 0..<4 {
      let first = Float(2 * gate)
      inputs[1 + gate] = sketch.floats("w\(gate)", [2, 1], [first, first + 1])
      inputs[5 + gate] = sketch.floats("u\(gate)", [2, 2], [0.1, 0.2, 0.3, 0.4])
    }
    inputs[14] = sketch.floats("b", [2], [2, 2])
    inputs[18] = sketch.variable("h", [1, 2])
    inputs[19] = sketch.variable("c", [1, 2])
    if isCleared {
      let shape = sketch.ints([1, 2])
      let zero = sketch.floats("zero", [], [0])
      for state in [inputs[18], inputs[19]] {
        sketch.add(.fill, [shape, zero], to: [state], 68)
      }
    }
    let y = sketch.tensor("y", [1, 3, 2])
    sketch.add(
      .unidirectionalSequenceLstm, inputs, to: [y], 71, .init(0, .byte(4)), .init(1, .float(10)))
    sketch.output(y)
    return sketch
  }
}
