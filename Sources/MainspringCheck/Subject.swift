// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph
public import MainspringRuntime

/// A model that is checked or compared.
public struct Subject: Sendable {
  /// For people: the path of its file.
  public let name: String
  public let stage: Stage
  /// As it is run.
  public let graph: Graph
  public let instructionSet: InstructionSet

  /// - Parameter stage: by the graph's elements unless given; what came out of Keras has to be said.
  public init(
    name: String, _ graph: Graph, stage: Stage? = nil, instructionSet: InstructionSet = .best
  ) {
    self.name = name
    self.graph = graph
    self.stage = stage ?? Stage(of: graph)
    self.instructionSet = instructionSet
  }

  var inputShapes: [Shape] { graph.inputs.map { graph.shape(of: $0) } }

  /// What the first output says about classes; nil for a model that is no classifier.
  ///
  /// - Parameter isNamed: another file of the model has names for its classes.
  func classes(isNamed: Bool) -> ClassOutput? {
    graph.classes(of: 0, isNamed: isNamed).flatMap { $0.isCertain ? $0 : nil }
  }

  /// The file has names for its classes.
  var hasNames: Bool { graph.contract?.labels.isEmpty == false }

  /// - Throws: ``CheckError`` when the other takes other inputs or gives another first output.
  func requireSamePorts(as other: Subject) throws(CheckError) {
    guard inputShapes == other.inputShapes else {
      throw .ports(
        model: name, what: "inputs", expected: "\(other.inputShapes) as in \(other.name)",
        found: "\(inputShapes)")
    }
    let (mine, others) = (
      graph.outputs.map { graph.shape(of: $0) },
      other.graph.outputs.map { other.graph.shape(of: $0) }
    )
    guard mine == others, !mine.isEmpty else {
      throw .ports(
        model: name, what: "outputs", expected: "\(others) as in \(other.name)", found: "\(mine)")
    }
  }
}
