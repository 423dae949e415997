// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Subject {
  /// Its inputs and outputs in the order of another model of the same: by name where both models
  /// name them alike, and by position otherwise.
  ///
  /// - Throws: ``CheckError`` when their shapes fit neither way.
  public func aligned(to other: Subject) throws(CheckError) -> Subject {
    guard let inputs = inputOrder(of: other) else {
      throw .ports(
        model: name, what: "inputs", expected: "\(other.inputShapes) as in \(other.name)",
        found: "\(inputShapes)")
    }
    guard let outputs = outputOrder(of: other), !outputs.isEmpty else {
      throw .ports(
        model: name, what: "outputs", expected: "\(other.outputShapes) as in \(other.name)",
        found: "\(outputShapes)")
    }
    return listing(inputs: inputs, outputs: outputs)
  }

  /// Those of its inputs, and outputs, in the order of the other's that fit them.
  public func alignedWhereItFits(_ other: Subject) -> Subject {
    listing(
      inputs: inputOrder(of: other) ?? Array(graph.inputs.indices),
      outputs: outputOrder(of: other) ?? Array(graph.outputs.indices))
  }

  var inputShapes: [Shape] { graph.inputs.map { graph.shape(of: $0) } }
  var outputShapes: [Shape] { graph.outputs.map { graph.shape(of: $0) } }

  private func listing(inputs: [Int], outputs: [Int]) -> Subject {
    Subject(
      name: name, graph.listing(inputs: inputs, outputs: outputs), stage: stage,
      instructionSet: instructionSet, inputNames: inputs.map { inputNames[$0] },
      outputNames: outputs.map { outputNames[$0] })
  }

  private func inputOrder(of other: Subject) -> [Int]? {
    Subject.order(inputNames, inputShapes, other.inputNames, other.inputShapes)
  }

  private func outputOrder(of other: Subject) -> [Int]? {
    Subject.order(outputNames, outputShapes, other.outputNames, other.outputShapes)
  }

  /// By place of the other's, the place of mine; nil when shapes fit neither by name nor by position.
  private static func order(
    _ names: [String], _ shapes: [Shape], _ others: [String], _ otherShapes: [Shape]
  ) -> [Int]? {
    guard shapes.count == otherShapes.count else { return nil }
    let (mine, wanted) = (names.map(plain), others.map(plain))
    let places = wanted.compactMap { mine.firstIndex(of: $0) }
    if Set(places).count == shapes.count, places.map({ shapes[$0] }) == otherShapes {
      return places
    }
    return shapes == otherShapes ? Array(shapes.indices) : nil
  }

  /// Without what TensorFlow puts around names: `serving_default_x:0` is `x`.
  private static func plain(_ name: String) -> String {
    let prefix = "serving_default_"
    let name = name.hasSuffix(":0") ? name.dropLast(2) : name[...]
    return String(name.hasPrefix(prefix) ? name.dropFirst(prefix.count) : name)
  }
}
