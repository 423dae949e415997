// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringRuntime
import Testing
import _MainspringTestSupport

// What a refused window costs cannot be counted here: the testing library listens to thrown errors
// and boxes them. The compiler holds that path to `@_noAllocation`.
@Suite(.enabled(if: countsAllocations, "sanitizers replace malloc"))
struct AllocationTests {
  @Test func theCounterCounts() throws {
    var kept: [Int] = []
    let array = allocations { kept = Array(repeating: 7, count: 100) }
    #expect(array > 0)
    #expect(kept.count == 100)
    let graph = try SessionTests.classifier()
    let plan = try allocations { _ = try Plan(graph) }
    #expect(plan > 0)
  }

  @Test(arguments: InstructionSet.available)
  func runningAllocatesNothing(set: InstructionSet) throws {
    let samples =
      try LayerSamples.dense(half: false) + LayerSamples.convolutions(half: true)
      + LayerSamples.transposedConvolutions(half: false) + LayerSamples.lstms(half: false)
      + LayerSamples.grus(half: true) + LayerSamples.simpleRNNs(half: false)
      + ElementSamples.elements() + ElementSamples.rows() + ElementSamples.matrices()
      + ElementSamples.movements()
    let integers =
      try IntegerSamples.lstms() + IntegerSamples.recurrences(.int8)
      + IntegerSamples.recurrences(.int16)
    let graphs =
      samples.map { ($0.name, $0.graph, $0.inputs(seed: 3)) }
      + integers.map { ($0.name, $0.graph, $0.inputs(seed: 3).map { $0.map { Float($0) } }) }
    for (name, graph, inputs) in graphs {
      var session = Session(try Plan(graph, instructionSet: set))
      var output = [Float](
        repeating: 0, count: session.plan.outputs[0].shape.elementCount)
      var count: Int64 = -1
      // The first time, unoptimised Swift sets up metadata of the generic types it comes by.
      for _ in 0..<2 {
        count = try allocations {
          for index in inputs.indices {
            let input = inputs[index]
            try session.setInput(index, input.span)
          }
          session.run()
          var span = output.mutableSpan
          try session.copyOutput(0, into: &span)
        }
      }
      #expect(count == 0, "\(name)")
    }
  }

  @Test func theShortFormAllocatesNothing() throws {
    var session = Session(try Plan(try SessionTests.classifier()))
    let window = [Float](repeating: 1, count: 6)
    var result = [Float](repeating: 0, count: 4)
    var counts: [Int64] = [-1, -1]
    for attempt in 0..<2 {
      counts[attempt] = try allocations {
        for _ in 0..<10 {
          var span = result.mutableSpan
          try session.run(window.span, into: &span)
        }
      }
    }
    #expect(counts[1] == 0)
  }
}
