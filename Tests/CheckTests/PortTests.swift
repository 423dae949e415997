// SPDX-License-Identifier: Apache-2.0

import MainspringCheck
import MainspringConvert
import MainspringGraph
import MainspringTFLite
import Testing

/// Inputs and outputs of one model in files that list them in another order.
struct PortTests {
  /// tanh(a) − b, and a itself doubled: no two inputs or outputs may be mistaken for each other.
  private func graph(
    inputs: [String] = ["a", "b"], outputs: [String] = ["y", "z"], rows: [String: Int] = [:],
    prefix: String = "", suffix: String = ""
  ) throws -> Graph {
    var graph = Graph()
    var values: [String: ValueID] = [:]
    for name in inputs {
      values[name] = graph.addInput(
        name: prefix + name + suffix, shape: try Shape([1, rows[name] ?? 4]))
    }
    let (a, b) = (try #require(values["a"]), try #require(values["b"]))
    let tanh = try graph.add(.unary(Unary(.tanh)), to: a, name: "tanh")
    if graph.shape(of: a) == graph.shape(of: b) {
      values["y"] = try graph.add(.binary(Binary(.subtract)), to: [tanh, b], name: "y")
    } else {
      values["y"] = try graph.add(.concatenate(Concatenate(axis: 1)), to: [tanh, b], name: "y")
    }
    values["z"] = try graph.add(.binary(Binary(.add)), to: [a, a], name: "z")
    for name in outputs { try graph.addOutput(try #require(values[name])) }
    return graph
  }

  private func compare(_ reference: Subject, _ other: Subject) throws -> [LayerDifference] {
    var comparison = try LayerComparison(reference, other)
    try comparison.add(
      reference.graph.inputs.enumerated().map { index, input in
        (0..<reference.graph.shape(of: input).elementCount).map { Float($0 + 3 * index) - 2 }
      })
    return comparison.finished()
  }

  private func subject(_ graph: Graph) -> Subject { Subject(name: "m", graph, stage: .float32) }

  /// A second model that is another one is refused, whatever is looked for in it before.
  @Test func questionsAreOfModelsThatFit() throws {
    var single = Graph()
    let x = single.addInput(name: "x", shape: try Shape([1, 4]))
    try single.addOutput(try single.add(.unary(Unary(.tanh)), to: x, name: "y"))
    let subjects = [subject(try graph()), subject(single)]
    let source = ProbeSource(for: subjects, seed: 1)
    #expect(source.probe(.noise, 0, of: 1).map(\.count) == [4, 4])
    #expect(throws: CheckError.self) { _ = try Checker(subjects, source, count: 4).check() }
  }

  @Test func portsAreMatchedByName() throws {
    let reference = subject(try graph())
    for other in [
      try graph(inputs: ["b", "a"]), try graph(outputs: ["z", "y"]),
      try graph(inputs: ["b", "a"], prefix: "serving_default_", suffix: ":0"),
    ] {
      for layers in [
        try compare(reference, subject(other)), try compare(subject(other), reference),
      ] {
        #expect(layers.count == 3)
        #expect(layers.allSatisfy { $0.signalToNoise == .infinity && $0.exclusion == nil })
      }
      let source = ProbeSource(
        inputs: reference.graph.inputs.map { reference.graph.shape(of: $0) }, seed: 1)
      let report = try Checker([reference, subject(other)], source, count: 20).check()
      #expect(report.models[1].responses.allSatisfy { $0.agreement?.largestDifference == 0 })
    }
  }

  @Test func portsWithoutCommonNamesAreMatchedByPosition() throws {
    let other = subject(try graph(prefix: "x_"))
    #expect(try compare(subject(try graph()), other).allSatisfy { $0.largest == 0 })
    let swapped = subject(try graph(inputs: ["b", "a"], prefix: "x_"))
    #expect(try compare(subject(try graph()), swapped).contains { $0.diverges })
  }

  @Test func shapesThatFitNeitherWayAreRefused() throws {
    let reference = subject(try graph(rows: ["b": 5]))
    #expect(try reference.aligned(to: reference).graph == reference.graph)
    let named = subject(try graph(inputs: ["b", "a"], rows: ["b": 5]))
    #expect(try compare(reference, named).allSatisfy { $0.largest == 0 })
    let swapped = subject(try graph(inputs: ["b", "a"], rows: ["b": 5], prefix: "x_"))
    #expect(
      throws: CheckError.ports(
        model: "m", what: "inputs", expected: "[[1, 4], [1, 5]] as in m",
        found: "[[1, 5], [1, 4]]")
    ) { try swapped.aligned(to: reference) }
  }

  /// A file's signature gives the order, whatever the order of its subgraph.
  @Test func theSignatureIsTheModelsOrder() throws {
    var model = try TFLiteModel(encoding: try graph(inputs: ["b", "a"], outputs: ["z", "y"]))
    #expect(model.signatureNames?.inputs == ["b", "a"])
    #expect(try names(Graph(model)) == ["b", "a", "z", "y"])
    model.signatures[0].inputs.reverse()
    model.signatures[0].outputs.reverse()
    #expect(model.signatureNames?.outputs == ["y", "z"])
    #expect(try names(Graph(model)) == ["a", "b", "y", "z"])
    // TensorFlow names what Keras returns by number.
    model.signatures[0].outputs[0].name = "output_1"
    model.signatures[0].outputs[1].name = "output_0"
    #expect(try names(Graph(model)) == ["a", "b", "z", "y"])
    // A signature of something else says nothing.
    model.signatures[0].inputs.removeLast()
    #expect(model.signatureNames == nil)
    #expect(try names(Graph(model)) == ["b", "a", "z", "y"])
  }

  @Test func theContractGoesWithItsPorts() throws {
    var graph = try graph()
    var contract = ModelContract()
    contract.inputs = [.init(), .init()]
    contract.inputs[0].scaler = Scaler(means: [1], deviations: [2])
    contract.outputs = [.init(labels: ["p", "q", "r", "s"]), .init()]
    try graph.setContract(contract)
    let other = try self.graph(inputs: ["b", "a"], outputs: ["z", "y"])
    let aligned = try subject(graph).aligned(to: subject(other)).graph
    #expect(try names(aligned) == ["b", "a", "z", "y"])
    #expect(aligned.contract?.inputs.map { $0.scaler?.means } == [nil, [1]])
    #expect(aligned.contract?.outputs.map(\.labels.count) == [0, 4])
  }

  private func names(_ graph: Graph) throws -> [String] {
    (graph.inputs + graph.outputs).map { graph.values[$0].name }
  }
}
