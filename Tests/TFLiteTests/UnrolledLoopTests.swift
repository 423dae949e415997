// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import Testing

@testable import MainspringTFLite

/// Which iterations of a loop are taken for those of an LSTM.
struct UnrolledLoopTests {
  /// One time of 3 units on `rows` rows at once, which a step of an LSTM has not.
  private func step(
    rows: Int, units: Int = 3, biasIsApart: Bool = false, copies: Int = 1
  ) throws -> (Graph, [[Known]]) {
    var graph = Graph()
    let shape = try Shape([rows, units])
    let zeros = Tensor(shape: shape, floats: [Float](repeating: 0, count: rows * units))
    func weights(_ extents: [Int]) throws -> Tensor {
      let count = extents.reduce(1, *)
      return Tensor(shape: try Shape(extents), floats: (0..<count).map { Float($0 % 7) - 3 })
    }
    let x = graph.addInput(name: "x", shape: shape)
    let start = Constant(zeros, name: "zeros")
    start.value = graph.addConstant(name: "zeros", zeros)
    let h = try #require(start.value)
    let cell = Constant(zeros, name: "cell")
    cell.value = graph.addConstant(name: "cell", zeros)
    let c = try #require(cell.value)

    let square = try weights([4 * units, units])
    let bias = try weights([4 * units])
    let input = try graph.add(
      .dense(Dense(weights: square, bias: biasIsApart ? nil : bias)), to: x, name: "Wx")
    let recurrent = try graph.add(.dense(Dense(weights: square, bias: nil)), to: h, name: "Rh")
    var z = try graph.add(.binary(Binary(.add)), to: [input, recurrent], name: "z")
    if biasIsApart {
      let apart = graph.addConstant(name: "b", try weights([rows, 4 * units]))
      z = try graph.add(.binary(Binary(.add)), to: [z, apart], name: "zb")
    }
    let width = rows * units
    let row = try graph.add(
      .reshape(Reshape(to: try Shape([1, 4 * width]))), to: z, name: "row")
    let gates = try (0..<4).map { index in
      let part = try graph.add(
        .slice(Slice(begin: [0, index * width], count: [1, width], stride: [1, 1])), to: row,
        name: "part\(index)")
      let gate = try graph.add(.reshape(Reshape(to: shape)), to: part, name: "gate\(index)")
      return try graph.add(
        .unary(Unary(index == 2 ? .tanh : .logistic)), to: gate, name: "open\(index)")
    }
    func product(_ a: ValueID, _ b: ValueID, _ name: String) throws -> ValueID {
      try graph.add(.binary(Binary(.multiply)), to: [a, b], name: name)
    }
    let kept = try product(gates[1], c, "kept")
    let added = try product(gates[0], gates[2], "added")
    let next = try graph.add(.binary(Binary(.add)), to: [kept, added], name: "c")
    let shown = try graph.add(.unary(Unary(.tanh)), to: next, name: "tanh")
    let result = try product(gates[3], shown, "h")
    let before: [Known] = [.constant(start), .constant(cell)]
    let after: [Known] = [.value(result), .value(next)]
    return (
      graph, [before, after].map { pair in (0..<copies).flatMap { _ in pair } }
    )
  }

  @Test(arguments: [false, true]) func aStepOfOneRowIsALayer(biasIsApart: Bool) throws {
    let (graph, iterations) = try step(rows: 1, biasIsApart: biasIsApart)
    let found = try #require(UnrolledLSTM(graph, iterations))
    #expect(found.time == 1)
    #expect(found.cell.inputWeights.shape.extents == [12, 3])
    #expect(found.cell.bias.shape.extents == [12])
  }

  /// All shapes of the gates are those of one row that is as long.
  @Test(arguments: [false, true]) func severalRowsAreNone(biasIsApart: Bool) throws {
    let (graph, iterations) = try step(rows: 2, biasIsApart: biasIsApart)
    let found = UnrolledLSTM(graph, iterations)
    #expect(found == nil)
  }

  @Test func variablesMayBeThereTwice() throws {
    let (graph, iterations) = try step(rows: 1, copies: 3)
    #expect(UnrolledLSTM(graph, iterations) != nil)
  }
}
