// SPDX-License-Identifier: Apache-2.0

import MainspringCheck
import MainspringGraph
import Testing
import _MainspringTestSupport

/// Models that agree in front of a softmax or sigmoid that only one of them has.
struct OutputMeaningTests {
  enum Ending {
    case softmax, sigmoid, none
  }

  private func subject(_ ending: Ending, classes: Int, isReshaped: Bool = false) throws -> Subject {
    var graph = Graph()
    var random = SplitMix64(seed: 5)
    let x = graph.addInput(name: "x", shape: try Shape([1, 6]))
    let weights = Tensor(
      shape: try Shape([classes, 6]),
      floats: (0..<classes * 6).map { _ in random.float(from: -2, to: 2) })
    var value = try graph.add(
      .dense(Dense(weights: weights, bias: nil)), to: x, name: "scores")
    switch ending {
    case .softmax: value = try graph.add(.softmax(Softmax()), to: value, name: "out")
    case .sigmoid: value = try graph.add(.unary(Unary(.logistic)), to: value, name: "out")
    case .none: break
    }
    if isReshaped {
      value = try graph.add(
        .reshape(Reshape(to: try Shape([1, 1, classes]))), to: value, name: "reshaped")
    }
    try graph.addOutput(value)
    return Subject(name: "\(ending)", graph, stage: .float32)
  }

  private func check(_ subjects: [Subject]) throws -> CheckReport {
    let source = ProbeSource(
      inputs: subjects[0].graph.inputs.map { subjects[0].graph.shape(of: $0) }, seed: 1)
    return try Checker(subjects, source, count: 40).check()
  }

  @Test(
    arguments: [
      (Ending.softmax, Ending.none, 4), (.none, .softmax, 4), (.sigmoid, .none, 1),
      (.none, .sigmoid, 1), (.softmax, .sigmoid, 4),
    ], [false, true])
  func aLostEndingIsAFault(_ pair: (Ending, Ending, Int), isReshaped: Bool) throws {
    let reference = try subject(pair.0, classes: pair.2, isReshaped: isReshaped)
    let other = try subject(pair.1, classes: pair.2, isReshaped: isReshaped)
    let model = try check([reference, other]).models[1]
    #expect(model.verdict == .degraded)
    let finding = try #require(model.findings.first { $0.text.hasSuffix("different things") })
    #expect(finding.verdict == .degraded && finding.text.hasPrefix("expected "))
    #expect(finding.layer == other.graph.values[other.graph.outputs[0]].name)
    var comparison = try LayerComparison(reference, other)
    try comparison.add([[1, -2, 3, 0.5, -1, 2]])
    let layers = comparison.finished()
    let fault = try #require(layers.first { $0.fault != nil })
    #expect(fault.diverges && fault.name == reference.graph.values[reference.graph.outputs[0]].name)
  }

  @Test(arguments: [Ending.softmax, .none]) func theSameEndingIsNone(ending: Ending) throws {
    let pair = [try subject(ending, classes: 4), try subject(ending, classes: 4)]
    let report = try check(pair)
    #expect(!report.models[1].findings.contains { $0.text.hasSuffix("different things") })
    var comparison = try LayerComparison(pair[0], pair[1])
    try comparison.add([[1, -2, 3, 0.5, -1, 2]])
    #expect(!comparison.finished().contains { $0.fault != nil || $0.diverges })
  }
}
