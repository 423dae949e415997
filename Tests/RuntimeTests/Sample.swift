// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringRuntime
import Testing
import _MainspringTestSupport

/// A graph to run and compare, with a name that says what it is about.
struct Sample: CustomTestStringConvertible, Sendable {
  let name: String
  let graph: Graph
  /// Range of its inputs.
  var range: ClosedRange<Float> = -2...2

  var testDescription: String { name }

  /// A graph of one operator.
  init(
    _ name: String, _ operation: Operator, _ shapes: [[Int]], range: ClosedRange<Float> = -2...2
  ) throws {
    self.name = name
    self.range = range
    var graph = Graph()
    var operands: [ValueID] = []
    for (index, extents) in shapes.enumerated() {
      operands.append(graph.addInput(name: "x\(index)", shape: try Shape(extents)))
    }
    let output = try graph.add(operation, to: operands, name: name)
    try graph.addOutput(output)
    self.graph = graph
  }

  init(_ name: String, _ graph: Graph) {
    self.name = name
    self.graph = graph
  }

  /// Random inputs of the graph.
  func inputs(seed: UInt64) -> [[Float]] {
    var random = SplitMix64(seed: seed)
    return graph.inputs.map {
      random.floats(
        graph.shape(of: $0).elementCount, from: range.lowerBound, to: range.upperBound)
    }
  }
}

/// Random weights, single or half.
struct Weights {
  var random: SplitMix64
  let isHalf: Bool

  init(seed: UInt64, half: Bool) {
    random = SplitMix64(seed: seed)
    isHalf = half
  }

  mutating func callAsFunction(_ extents: Int..., scale: Float = 0.7) throws -> Tensor {
    let shape = try Shape(extents)
    let tensor = Tensor(
      shape: shape, floats: random.floats(shape.elementCount, from: -scale, to: scale))
    return isHalf ? tensor.halved : tensor
  }
}

/// All outputs of a graph.
func run(
  _ graph: Graph, _ inputs: [[Float]], on set: InstructionSet, reusesMemory: Bool = true
) throws -> [[Float]] {
  let plan = try Plan(PlanLayout(graph, instructionSet: set, reusesMemory: reusesMemory))
  var session = Session(plan)
  return try run(&session, inputs)
}

/// All outputs of a session's plan.
func run(_ session: inout Session, _ inputs: [[Float]]) throws -> [[Float]] {
  for (index, input) in inputs.enumerated() { try session.setInput(index, input.span) }
  session.run()
  var outputs: [[Float]] = []
  for (index, port) in session.plan.outputs.enumerated() {
    var output = [Float](repeating: .nan, count: port.shape.elementCount)
    var span = output.mutableSpan
    try session.copyOutput(index, into: &span)
    outputs.append(output)
  }
  return outputs
}

/// The worst |a − b| / (1 + |b|), infinite where only one of them is a number.
func deviation(_ a: [Float], _ b: [Double]) -> Double {
  guard a.count == b.count else { return .infinity }
  var worst = 0.0
  for (x, y) in zip(a, b) {
    if x.isNaN != y.isNaN { return .infinity }
    if x.isNaN || Double(x) == y { continue }
    worst = max(worst, abs(Double(x) - y) / (1 + abs(y)))
  }
  return worst
}

/// Expects a graph to agree with the reference, and to give the same bits when run again.
func expectAgreement(
  _ sample: Sample, on set: InstructionSet, within tolerance: Double = 5e-6,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let plan = try Plan(sample.graph, instructionSet: set)
  var session = Session(plan)
  for seed in [1, 2] as [UInt64] {
    let inputs = sample.inputs(seed: seed)
    let expected = Reference.run(sample.graph, inputs)
    let found = try run(&session, inputs)
    for (a, b) in zip(found, expected) {
      let worst = deviation(a, b)
      #expect(worst <= tolerance, "\(sample.name), seed \(seed)", sourceLocation: sourceLocation)
    }
    let again = try run(&session, inputs)
    #expect(
      again.map { $0.map(\.bitPattern) } == found.map { $0.map(\.bitPattern) },
      sourceLocation: sourceLocation)
  }
}
