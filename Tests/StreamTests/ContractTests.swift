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

  private func contract() -> ModelContract {
    var contract = ModelContract()
    contract.sampleRate = 50
    contract.hop = 3
    contract.inputs = [ModelContract.Input()]
    contract.inputs[0].channels = [
      ModelContract.Channel(name: "ax"), ModelContract.Channel(name: "ay"),
    ]
    contract.inputs[0].scaler = Scaler(means: [0.25, 0.5], deviations: [2, 4])
    contract.rules = DecisionRules(thresholds: [0.4, 0.5, 0.6])
    return contract
  }

  @Test func oneCallOpensAStreamOnAModel() throws {
    let graph = try model(contract())
    let own = try decisions(try Stream(model: graph))
    #expect(try own == decisions(try Stream(try WindowPlan(graph))) && own.count == 11)
    // What is given goes before what the model says.
    var rules = DecisionRules(classCount: 3, threshold: 0.3)
    rules.smoothing = 3
    let options = AlignmentOptions(rate: 25, channelCount: 2)
    let told = try decisions(
      try Stream(try WindowPlan(graph, hop: 5), options, rules: rules, isScaled: true))
    let given = try decisions(
      try Stream(model: graph, rate: 25, hop: 5, rules: rules, isScaled: true))
    #expect(given == told && given != own && !given.isEmpty)
    let aligned = try decisions(
      try Stream(model: graph, alignment: options, hop: 5, rules: rules, isScaled: true))
    #expect(aligned == told)
  }

  @Test func valuesOfASampleComeInAnyOrderByName() throws {
    let graph = try model(contract())
    var random = SplitMix64(seed: 7)
    var usual = try Stream(model: graph, channels: ["ax", "ay"])
    var turned = try Stream(model: graph, channels: ["ay", "ax"])
    var (expected, found, swapped): ([Decision], [Decision], [Decision]) = ([], [], [])
    var other = try Stream(model: graph)
    for step in 0..<40 {
      let (time, sample) = (Int64(step) * 20 * millisecond, random.floats(2))
      try usual.push(sample, at: time) { expected.append($0) }
      try turned.push([sample[1], sample[0]], at: time) { found.append($0) }
      try other.push([sample[1], sample[0]], at: time) { swapped.append($0) }
    }
    #expect(expected.count > 5 && found == expected && swapped != expected)
  }

  @Test func whatMakesNoStreamIsRefused() throws {
    let named = try model(contract())
    #expect(throws: StreamSetupError.stream(.options(.modelRate))) {
      _ = try Stream(model: try model(nil))
    }
    #expect(throws: StreamSetupError.hop(found: 0)) {
      _ = try Stream(model: named, rate: 50, hop: 0)
    }
    #expect(throws: StreamSetupError.stream(.options(.rate))) {
      _ = try Stream(model: named, rate: 0)
    }
    for names in [["ax"], ["ax", "ax"], ["ax", "az"], ["ax", "ay", "ay"]] {
      #expect {
        _ = try Stream(model: named, channels: names)
      } throws: {
        "\($0)"
          == "channels: expected those of the model, ax, ay, found "
          + names.joined(separator: ", ")
      }
    }
    var ambiguous = contract()
    ambiguous.inputs[0].channels = [.init(name: "ax"), .init(name: "ax")]
    let twice = try model(ambiguous)
    #expect {
      _ = try Stream(model: twice, channels: ["ax", "ay"])
    } throws: {
      "\($0)".hasSuffix("a model that names each of them once, found 'ax' twice in ax, ax")
    }
    #expect {
      _ = try Stream(model: try model(nil), rate: 50, channels: ["ax"])
    } throws: {
      "\($0)".hasSuffix("which names none, found ax")
    }
    #expect {
      _ = try Stream(model: named, mode: .stateful)
    } throws: {
      "\($0)".hasSuffix("expected recurrent layers that run forwards, found none")
    }
  }
}
