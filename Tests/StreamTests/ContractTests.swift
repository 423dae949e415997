// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringGraph
import Testing
import _MainspringTestSupport

/// A stream that is told nothing but the model.
struct StreamContractTests {
  private func model(_ contract: ModelContract?) throws -> Graph {
    var random = SplitMix64(seed: 5)
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 8, 2]))
    let flat = try graph.add(.reshape(Reshape(to: try Shape([1, 16]))), to: x, name: "flat")
    let dense = Dense(
      weights: Tensor(shape: try Shape([3, 16]), floats: random.floats(48)), bias: nil)
    let scores = try graph.add(.dense(dense), to: flat, name: "scores")
    try graph.addOutput(try graph.add(.softmax(Softmax()), to: scores, name: "classes"))
    if let contract { try graph.setContract(contract) }
    return graph
  }

  private func decisions(_ stream: consuming Stream) throws -> [Decision] {
    var random = SplitMix64(seed: 6)
    var found: [Decision] = []
    for step in 0..<40 {
      let sample = random.floats(2)
      try stream.push(sample.span, at: Int64(step) * 20_000_000) { found.append($0) }
    }
    try stream.finish { found.append($0) }
    return found
  }

  @Test func takesEverythingFromTheModel() throws {
    var contract = ModelContract()
    contract.sampleRate = 50
    contract.hop = 3
    contract.rules = ModelContract.Rules(thresholds: [0.6, 0.7, 0.8])
    contract.rules?.smoothing = 2
    contract.rules?.background = [1]
    let graph = try model(contract)
    let plan = try WindowPlan(graph)
    #expect(plan.hop == 3)
    var rules = DecisionRules(thresholds: [0.6, 0.7, 0.8])
    rules.smoothing = 2
    rules.background = [1]
    let told = try decisions(
      try Stream(
        try WindowPlan(try model(nil), hop: 3), AlignmentOptions(rate: 50, channelCount: 2),
        rules: rules))
    let own = try decisions(try Stream(plan))
    #expect(own == told && own.count == 11)
    #expect(own.contains { $0.label == nil } && own.contains { $0.label != nil })
  }

  @Test func isRefusedWithoutARate() throws {
    let plan = try WindowPlan(try model(nil))
    #expect(plan.hop == 4)
    #expect(throws: StreamError.options(.modelRate)) { _ = try Stream(plan) }
  }
}
