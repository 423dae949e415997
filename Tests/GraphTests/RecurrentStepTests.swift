// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import Testing
import _MainspringTestSupport

/// The step graph, applied time step by time step, is the recurrent operator.
struct RecurrentStepTests {
  private func expectSame(_ cell: RecurrentCell, features: Int) throws {
    var random = SplitMix64(seed: 17)
    let time = 7
    let inputs = random.floats(time * features, from: -2, to: 2)

    var whole = Graph()
    let x = whole.addInput(name: "x", shape: try Shape([1, time, features]))
    try whole.addOutput(try whole.add(cell.operation, to: x, name: "y"))
    let expected = try evaluate(whole, [inputs])[0]

    var projection = Graph()
    let p = projection.addInput(name: "x", shape: try Shape([time, features]))
    try projection.addOutput(
      try projection.add(.dense(cell.inputProjection), to: p, name: "a"))
    let projected = try evaluate(projection, [inputs])[0]

    let step = try cell.stepGraph()
    let width = cell.gateCount * cell.units
    var state = [[Float]](
      repeating: [Float](repeating: 0, count: cell.units), count: cell.stateCount)
    var found: [Float] = []
    for index in 0..<time {
      let a = Array(projected[index * width..<(index + 1) * width])
      state = try evaluate(step, [a] + state)
      found += state[0]
    }
    if !cell.returnsSequence { found = state[0] }
    #expect(difference(found, expected, within: .relative(1e-6, absolute: 1e-6)) == nil)
  }

  @Test(arguments: [true, false]) func matchesLSTM(sequence: Bool) throws {
    var random = SplitMix64(seed: 18)
    try expectSame(.lstm(try random.lstm(3, 5, sequence: sequence)), features: 3)
    try expectSame(.lstm(try random.lstm(3, 5, sequence: sequence, clip: 0.25)), features: 3)
    var hard = try random.lstm(3, 5, sequence: sequence)
    hard.recurrentActivation = .hardSigmoidKeras2
    hard.activation = .softsign
    try expectSame(.lstm(hard), features: 3)
  }

  @Test(arguments: [true, false]) func matchesGRU(resetAfter: Bool) throws {
    var random = SplitMix64(seed: 19)
    try expectSame(.gru(try random.gru(3, 5, resetAfter: resetAfter)), features: 3)
    var other = try random.gru(3, 5, resetAfter: resetAfter, sequence: false)
    other.activation = .relu
    other.recurrentActivation = .hardSigmoid
    try expectSame(.gru(other), features: 3)
  }

  @Test func matchesSimpleRNN() throws {
    var random = SplitMix64(seed: 20)
    var cell = try random.simpleRNN(3, 5)
    try expectSame(.simpleRNN(cell), features: 3)
    cell.activation = .linear
    try expectSame(.simpleRNN(cell), features: 3)
  }
}
