// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringRuntime
import Testing
import _MainspringTestSupport

/// A hybrid product of rows that are windows of a sequence: quantized where they lie, to the bits of
/// what their border, slices and concatenation give one after the other.
@Suite struct RowWindowsTests {
  struct Case: Sendable {
    var time = 25
    var channels = 20
    var taps = 3
    var stride = 1
    var dilation = 1
    var before = 1
    var after = 1
    var units = 33
    var asymmetric = true
    var border: Float = 0
    var isTurned = false
    var isPadded = true
    /// Whether a slice is an output of the graph as well.
    var isRead = false
  }

  private func graph(_ c: Case) throws -> Graph {
    var maker = IntegerMaker(seed: 84)
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 1, c.time, c.channels]))
    var rows = x
    if c.isPadded {
      let pad = Pad(
        before: [0, 0, c.before, 0], after: [0, 0, c.after, 0], value: c.border)
      rows = try graph.add(.pad(pad), to: x, name: "pad")
    }
    let reach = graph.shape(of: rows)[2] - (c.taps - 1) * c.dilation
    var taps: [ValueID] = []
    for tap in 0..<c.taps {
      let slice = Slice(
        begin: [0, 0, tap * c.dilation, 0],
        count: [1, 1, (reach - 1) / c.stride + 1, c.channels], stride: [1, 1, c.stride, 1])
      taps.append(try graph.add(.slice(slice), to: rows, name: "tap\(tap)"))
    }
    if c.isTurned { taps.reverse() }
    let joined = try graph.add(.concatenate(Concatenate(axis: 3)), to: taps, name: "rows")
    let dense = Dense(
      weights: try maker.weights([c.units, c.taps * c.channels], scales: c.units),
      bias: try Tensor(vector: maker.random.floats(c.units)), activation: .relu,
      asymmetricInputs: c.asymmetric)
    try graph.addOutput(try graph.add(.dense(dense), to: joined, name: "y"))
    if c.isRead { try graph.addOutput(taps[1]) }
    return graph
  }

  private func result(
    _ c: Case, _ set: InstructionSet, _ input: [Float]
  ) throws -> (values: [Float], isFused: Bool) {
    let plan = try Plan(try graph(c), instructionSet: set)
    var session = Session(plan)
    try session.setInput(0, input.span)
    session.run()
    var values = [Float](repeating: .nan, count: plan.outputs[0].shape.elementCount)
    var span = values.mutableSpan
    try session.copyOutput(0, into: &span)
    return (values, plan.operations.contains { $0.isFused })
  }

  private static let fused: [Case] = [
    Case(), Case(asymmetric: false), Case(taps: 2, before: 0), Case(channels: 64, units: 128),
    Case(time: 40, channels: 3, taps: 5, stride: 2, before: 2, after: 1, units: 5),
    Case(time: 1, channels: 7), Case(time: 17, taps: 4, stride: 3, before: 6, after: 7),
    Case(channels: 16, isPadded: false), Case(border: 1),
  ]

  @Test(arguments: fused) func windowsAgree(c: Case) throws {
    var separate = c
    separate.isRead = true
    for set in InstructionSet.available {
      for seed in [1, 2] as [UInt64] {
        var random = SplitMix64(seed: seed)
        let input = random.floats(c.time * c.channels).map { $0 < 0 ? 0 : $0 * 3 - 0.3 }
        let found = try result(c, set, input), expected = try result(separate, set, input)
        #expect(found.isFused && !expected.isFused)
        #expect(found.values == expected.values, "\(set)")
        #expect(found.values.contains { $0 != 0 })
      }
    }
  }

  @Test(arguments: [
    Case(dilation: 2), Case(isTurned: true), Case(taps: 1),
  ])
  func otherRowsAreComputed(c: Case) throws {
    #expect(try Plan(try graph(c)).operations.allSatisfy { !$0.isFused })
  }
}
