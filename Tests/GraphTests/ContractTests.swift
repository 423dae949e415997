// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import Testing
import _MainspringTestSupport

@Suite("Contract") struct ContractTests {
  /// `[1, 4, 2]` to three classes.
  private func graph() throws -> Graph {
    var graph = Graph()
    let input = graph.addInput(name: "x", shape: try Shape([1, 4, 2]))
    let flat = try graph.add(.reshape(Reshape(to: try Shape([1, 8]))), to: input, name: "flat")
    let dense = Dense(
      weights: Tensor(
        shape: try Shape([3, 8]), floats: [Float](repeating: 0.5, count: 24)), bias: nil)
    try graph.addOutput(try graph.add(.dense(dense), to: flat, name: "y"))
    return graph
  }

  private func contract() -> ModelContract {
    var contract = ModelContract()
    var input = ModelContract.Input()
    input.channels = [.init(name: "ax", unit: "m/s²"), .init(name: "ay")]
    input.scaler = Scaler(means: [1, 2], deviations: [3, 4])
    input.ranges = [-1...1, 0...2]
    contract.inputs = [input]
    contract.outputs = [.init(labels: ["rest", "wave", "tap"])]
    contract.sampleRate = 50
    contract.window = 4
    contract.hop = 2
    contract.calibration = .init(method: "min-max", windowCount: 7, hash: 1 << 63)
    contract.rules = .init(thresholds: [0.5, 0.6, 0.7])
    contract.rules?.known = .init(
      center: [0, 0, 1, 1], spread: [1, 1, 1, 1], limit: 3)
    contract.golden = GoldenVectors(
      inputs: .seeded(seed: 7, low: -1, high: 1), windowCount: 2,
      outputs: [1, 2, 3, 4, 5, 6], tolerance: 0.1)
    return contract
  }

  @Test func travelsThroughPasses() throws {
    var graph = try graph()
    try graph.setContract(contract())
    #expect(try graph.optimized().contract == contract())
    #expect(try graph.halvingWeights().contract == contract())
    #expect(try graph.resettingState().contract == contract())
  }

  @Test func anEmptyOneIsNone() throws {
    var graph = try graph()
    try graph.setContract(ModelContract())
    #expect(graph.contract == nil)
  }

  /// One change of a good contract, and what is said about it.
  struct Fault: CustomTestStringConvertible {
    let place: String
    let change: @Sendable (inout ModelContract) -> Void
    var testDescription: String { place }
  }

  static let faults: [Fault] = [
    Fault(place: "sample rate") { $0.sampleRate = 0 },
    Fault(place: "sample rate") { $0.sampleRate = .infinity },
    Fault(place: "window") { $0.window = 3 },
    Fault(place: "hop") { $0.hop = 0 },
    Fault(place: "inputs") { $0.inputs.append(.init()) },
    Fault(place: "input 0: channels") { $0.inputs[0].channels.removeLast() },
    Fault(place: "input 0: channels") { $0.inputs[0].channels[1].name = "" },
    Fault(place: "input 0: units") { $0.inputs[0].channels[1].unit = "\u{1b}[1m" },
    Fault(place: "input 0: means") { $0.inputs[0].scaler?.means = [1, 2, 3] },
    Fault(place: "input 0: means") { $0.inputs[0].scaler?.means[0] = .nan },
    Fault(place: "input 0: deviations") { $0.inputs[0].scaler?.deviations = [1] },
    Fault(place: "input 0: deviations") { $0.inputs[0].scaler?.deviations[1] = 0 },
    Fault(place: "input 0: ranges") { $0.inputs[0].ranges.removeLast() },
    Fault(place: "input 0: ranges") { $0.inputs[0].ranges[0] = -.infinity...1 },
    Fault(place: "outputs") { $0.outputs.append(.init()) },
    Fault(place: "output 0: labels") { $0.outputs[0].labels.removeLast() },
    Fault(place: "output 0: labels") { $0.outputs[0].labels[0] = "two\nlines" },
    Fault(place: "output 0: labels") {
      $0.outputs[0].labels[0] = String(repeating: "é", count: 129)
    },
    Fault(place: "calibration method") { $0.calibration?.method = "" },
    Fault(place: "calibration windows") { $0.calibration?.windowCount = -1 },
    Fault(place: "rules: smoothing") { $0.rules?.smoothing = 0 },
    Fault(place: "rules: thresholds") { $0.rules?.thresholds.removeLast() },
    Fault(place: "rules: thresholds") { $0.rules?.thresholds[0] = .nan },
    Fault(place: "rules: durations") { $0.rules?.refractory = -1 },
    Fault(place: "rules: rearm") { $0.rules?.rearm = 1.5 },
    Fault(place: "rules: background") { $0.rules?.background = [3] },
    Fault(place: "rules: known windows: center") { $0.rules?.known?.center.removeLast() },
    Fault(place: "rules: known windows: spread") { $0.rules?.known?.spread[0] = 0 },
    Fault(place: "rules: known windows: limit") { $0.rules?.known?.limit = .infinity },
    Fault(place: "self-test: windows") { $0.golden?.windowCount = 0 },
    Fault(place: "self-test: outputs") { $0.golden?.outputs.removeLast() },
    Fault(place: "self-test: outputs") { $0.golden?.outputs[0] = .nan },
    Fault(place: "self-test: tolerance") { $0.golden?.tolerance = -1 },
    Fault(place: "self-test: range") { $0.golden?.inputs = .seeded(seed: 1, low: 1, high: -1) },
    Fault(place: "self-test: inputs") { $0.golden?.inputs = .stored([1]) },
  ]

  @Test(arguments: faults) func refusesWhatDoesNotFit(_ fault: Fault) throws {
    var contract = contract()
    fault.change(&contract)
    var graph = try graph()
    let error = #expect(throws: ContractError.self) { try graph.setContract(contract) }
    #expect(error?.place == fault.place)
    #expect(graph.contract == nil)
  }

  @Test func flattenedWindowsHaveChannelsToo() throws {
    var contract = ModelContract()
    contract.window = 4
    #expect(contract.channelCount(of: try Shape([1, 8]), input: 0) == 2)
    // Another input has windows of its own, or none.
    #expect(contract.channelCount(of: try Shape([1, 8]), input: 1) == 8)
    #expect(contract.channelCount(of: try Shape([1, 4, 2]), input: 1) == 2)
    contract.window = nil
    #expect(contract.channelCount(of: try Shape([1, 8]), input: 0) == 8)
  }

  @Test func scalesByChannel() {
    var values: [Float] = [1, 2, 4, 10]
    Scaler(means: [1, 2], deviations: [3, 4]).apply(to: &values)
    #expect(values == [0, 0, 1, 2])
    Scaler(means: [1], deviations: [2]).apply(to: &values)
    #expect(values == [-0.5, -0.5, 0, 0.5])
  }

  @Test func seededInputsAreThoseOfTheDocumentedGenerator() throws {
    var contract = ModelContract()
    contract.golden = GoldenVectors(
      inputs: .seeded(seed: 42, low: -2, high: 6), windowCount: 3, outputs: [], tolerance: 0)
    let shapes = [try Shape([1, 2, 2]), try Shape([1, 3])]
    var random = SplitMix64(seed: 42)
    for window in 0..<3 {
      let values = contract.goldenInputs(of: window, shapes: shapes)
      #expect(values.map(\.count) == [4, 3])
      for value in values.joined() {
        #expect(value == -2 + 8 * (Float(random.next() >> 40) / 16_777_216))
      }
    }
  }

  @Test func seededInputsKeepToRanges() throws {
    var contract = ModelContract()
    contract.golden = GoldenVectors(
      inputs: .seeded(seed: 1, low: 0.25, high: 0.75), windowCount: 1, outputs: [], tolerance: 0)
    var input = ModelContract.Input()
    input.ranges = [10...20, -3 ... -3]
    contract.inputs = [input]
    let values = contract.goldenInputs(of: 0, shapes: [try Shape([1, 50, 2])])[0]
    for (index, value) in values.enumerated() {
      #expect(index % 2 == 0 ? (12.5...17.5).contains(value) : value == -3)
    }
    #expect(Set(values).count == 51)
  }

  @Test func storedInputsAreThemselves() throws {
    var contract = ModelContract()
    contract.golden = GoldenVectors(
      inputs: .stored([1, 2, 3, 4, 5, 6]), windowCount: 2, outputs: [], tolerance: 0)
    let shapes = [try Shape([1, 2]), try Shape([1])]
    #expect(contract.goldenInputs(of: 0, shapes: shapes) == [[1, 2], [3]])
    #expect(contract.goldenInputs(of: 1, shapes: shapes) == [[4, 5], [6]])
  }
}
