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

  /// Classes the first output tells apart: its elements, or two for a single one; nil when it is no
  /// classifier's.
  public var classCount: Int? {
    guard let output = graph.outputs.first else { return nil }
    let shape = graph.shape(of: output)
    if shape.elementCount == 1 { return 2 }
    return shape.elementCount > 0 && shape.channels == shape.elementCount ? shape.channels : nil
  }
}

extension Graph {
  /// The first output, what its softmax or sigmoid is taken of, and what it says about classes.
  ///
  /// Far from a decision a softmax hides how close two models are: differences are told by what is
  /// in front of it.
  func score() -> (value: ValueID, form: Prediction.Form)? {
    guard let output = outputs.first else { return nil }
    let isSingle = shape(of: output).elementCount == 1
    var value = output
    while let producer = nodes.first(where: { $0.output == value }) {
      switch producer.operation {
      case .softmax: return (producer.inputs[0], .probabilities)
      case .unary(let unary) where unary.function == .logistic && isSingle:
        return (producer.inputs[0], .binary)
      case .quantize, .dequantize, .reshape: value = producer.inputs[0]
      default: return (output, isSingle ? .binary : .scores)
      }
    }
    return (output, isSingle ? .binary : .scores)
  }
}
