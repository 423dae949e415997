// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringRuntime
import _MainspringTestSupport

/// What a graph computes, by the scalar kernels.
func evaluate(_ graph: Graph, _ inputs: [[Float]]) throws -> [[Float]] {
  let plan = try Plan(graph, instructionSet: .scalar)
  var session = Session(plan)
  for (index, values) in inputs.enumerated() { try session.setInput(index, values.span) }
  session.run()
  var results: [[Float]] = []
  for (index, port) in plan.outputs.enumerated() {
    var result = [Float](repeating: 0, count: port.shape.elementCount)
    var span = result.mutableSpan
    try session.copyOutput(index, into: &span)
    results.append(result)
  }
  return results
}

/// Seeded inputs for every input of a graph.
func randomInputs(_ graph: Graph, _ random: inout SplitMix64) -> [[Float]] {
  graph.inputs.map { random.floats(graph.shape(of: $0).elementCount, from: -2, to: 2) }
}

extension SplitMix64 {
  /// Floats uniform in `lowest..<highest`.
  mutating func tensor(_ extents: [Int], from lowest: Float = -1, to highest: Float = 1) throws
    -> Tensor
  {
    let shape = try Shape(extents)
    return Tensor(shape: shape, floats: floats(shape.elementCount, from: lowest, to: highest))
  }

  mutating func scaleShift(_ channels: Int, from lowest: Float = -2) throws -> Operator {
    .scaleShift(
      ScaleShift(scale: try tensor([channels], from: lowest, to: 2), shift: try tensor([channels])))
  }

  mutating func dense(_ features: Int, _ units: Int) throws -> Operator {
    .dense(Dense(weights: try tensor([units, features]), bias: try tensor([units])))
  }

  mutating func convolution(
    _ channels: Int, _ filters: Int, size: Int, padding: Padding, groups: Int = 1
  ) throws -> Operator {
    .convolution(
      Convolution(
        weights: try tensor([filters, 1, size, channels / groups]), bias: try tensor([filters]),
        padding: padding, groups: groups))
  }

  mutating func lstm(_ features: Int, _ units: Int, sequence: Bool = true, clip: Float = 0) throws
    -> LSTM
  {
    LSTM(
      inputWeights: try tensor([4 * units, features]),
      recurrentWeights: try tensor([4 * units, units]), bias: try tensor([4 * units]),
      cellClip: clip, returnsSequence: sequence)
  }

  mutating func gru(_ features: Int, _ units: Int, resetAfter: Bool, sequence: Bool = true) throws
    -> GRU
  {
    GRU(
      inputWeights: try tensor([3 * units, features]),
      recurrentWeights: try tensor([3 * units, units]), inputBias: try tensor([3 * units]),
      recurrentBias: resetAfter ? try tensor([3 * units]) : nil, returnsSequence: sequence)
  }

  mutating func simpleRNN(_ features: Int, _ units: Int, sequence: Bool = true) throws -> SimpleRNN
  {
    SimpleRNN(
      inputWeights: try tensor([units, features]), recurrentWeights: try tensor([units, units]),
      bias: try tensor([units]), returnsSequence: sequence)
  }
}
