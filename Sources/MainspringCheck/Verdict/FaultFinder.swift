// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Finds the layer in which something goes wrong, by looking at all of them on some inputs.
struct FaultFinder {
  private let graph: Graph
  private let nodes: [Node]
  private let moments: [Moments]
  private let inputMoments: [Moments]
  /// By node: a result with NaN or infinity.
  private let isNonFinite: [Bool]

  /// - Complexity: one run for each probe.
  init(_ subject: Subject, _ probes: [[[Float]]]) throws(CheckError) {
    graph = subject.graph
    nodes = graph.observableNodes
    let runner = try Runner(subject, watching: nodes.map(\.output))
    let offset = graph.outputs.count
    var moments = nodes.map { Moments(count: subject.graph.shape(of: $0.output).elementCount) }
    var inputs = subject.inputShapes.map { Moments(count: $0.elementCount) }
    var isNonFinite = [Bool](repeating: false, count: nodes.count)
    for probe in probes {
      for (index, values) in probe.enumerated() { inputs[index].add(values) }
      try runner.run(probe)
      for index in nodes.indices {
        let values = runner.results[offset + index]
        if values.allSatisfy({ $0.isFinite }) {
          moments[index].add(values)
        } else {
          isNonFinite[index] = true
        }
      }
    }
    self.moments = moments
    inputMoments = inputs
    self.isNonFinite = isNonFinite
  }

  /// The first layer whose result does not vary although an operand does.
  var firstStaticLayer: String? {
    var varies: [ValueID: Bool] = [:]
    for (index, input) in graph.inputs.enumerated() {
      varies[input] = inputMoments[index].varies
    }
    for (index, node) in nodes.enumerated() {
      let value = graph.values[node.output]
      varies[node.output] =
        isNonFinite[index] || moments[index].varies(asIntegers: value.quantization != nil)
      if varies[node.output] == false, node.inputs.contains(where: { varies[$0] == true }) {
        return value.name
      }
    }
    return nil
  }

  /// The first layer whose result is not finite although all operands are.
  var firstNonFiniteLayer: String? {
    nodes.indices.first { isNonFinite[$0] }.map { graph.values[nodes[$0].output].name }
  }

  /// The layer the scores come from, when what they are on average parts the first class from the
  /// second by more than three times what the input moves them.
  ///
  /// - Parameter score: what the classes are told by.
  func biasedLayer(_ score: ValueID) -> String? {
    guard let index = nodes.firstIndex(where: { $0.output == score }) else { return nil }
    let (means, variances) = (moments[index].means, moments[index].variances)
    guard means.count > 1, moments[index].count > 0 else { return nil }
    let order = means.indices.sorted { means[$0] > means[$1] }
    let gap = means[order[0]] - means[order[1]]
    let spread = (variances[order[0]] + variances[order[1]]).squareRoot()
    return gap > 3 * spread ? graph.values[score].name : nil
  }
}

extension Moments {
  var varies: Bool { varies(asIntegers: false) }

  /// Whether any element differs from input to input by more than rounding.
  func varies(asIntegers: Bool) -> Bool {
    let (range, magnitude) = spread
    return asIntegers ? range > 0 : range > Thresholds.staticRange * magnitude
  }
}
