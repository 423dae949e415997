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
  /// By input, and by output, what tells it from others when models are compared.
  let inputNames: [String]
  let outputNames: [String]

  /// - Parameters:
  ///   - stage: by the graph's elements unless given; what came out of Keras has to be said.
  ///   - inputNames: those of a file's signature; the graph's unless given.
  public init(
    name: String, _ graph: Graph, stage: Stage? = nil, instructionSet: InstructionSet = .best,
    inputNames: [String]? = nil, outputNames: [String]? = nil
  ) {
    self.name = name
    self.graph = graph
    self.stage = stage ?? Stage(of: graph)
    self.instructionSet = instructionSet
    let (inputs, outputs) = (graph.inputs, graph.outputs)
    self.inputNames =
      inputNames?.count == inputs.count
      ? inputNames ?? [] : inputs.map { graph.values[$0].name }
    self.outputNames =
      outputNames?.count == outputs.count
      ? outputNames ?? [] : outputs.map { graph.values[$0].name }
  }

  /// What the first output says about classes; nil for a model that is no classifier.
  ///
  /// - Parameter isNamed: another file of the model has names for its classes.
  func classes(isNamed: Bool) -> ClassOutput? {
    graph.classes(of: 0, isNamed: isNamed).flatMap { $0.isCertain ? $0 : nil }
  }

  /// The file has names for its classes.
  var hasNames: Bool { graph.contract?.labels.isEmpty == false }
}
