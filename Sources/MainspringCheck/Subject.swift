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

  /// Classes the first output tells apart: its elements, or two for a single one; nil when it is no
  /// classifier's.
  public var classCount: Int? {
    guard let output = graph.outputs.first else { return nil }
    let shape = graph.shape(of: output)
    if shape.elementCount == 1 { return 2 }
    return shape.elementCount > 0 && shape.channels == shape.elementCount ? shape.channels : nil
  }

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
