// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph

/// An input or an output of a model.
public struct Port: Hashable, Sendable {
  public let name: String
  public let shape: Shape
  /// What its elements are inside the model; sessions take and give floats whatever it is.
  public let type: ValueType
  /// What an output says about classes; nil for inputs, and for what is no classifier's.
  public let classes: ClassOutput?
}

/// One operator of a plan, described for people.
public struct PlannedOperation: Hashable, Sendable {
  /// Name of the value it computes.
  public let name: String
  /// Name of the operator.
  public let kind: String
  /// Shape of the value it computes.
  public let shape: Shape
  public let multiplyAccumulates: Int
  /// Its steps, in the order they run; without any, there was nothing left to do.
  package let steps: Range<Int>
  /// Whether the steps of the operator before it do its work too.
  package let isFused: Bool
}

/// A graph made ready to run: checked, laid out in memory, weights packed for one processor.
///
/// A plan does not change; any number of sessions on any threads share it without copying.
public final class Plan: Sendable {
  /// In the graph's order.
  public let inputs: [Port]
  /// In the graph's order.
  public let outputs: [Port]
  /// The graph's operators in the order they run.
  public let operations: [PlannedOperation]
  /// Bytes of working memory each session has.
  public let arenaByteCount: Int
  /// Bytes of packed weights and tables, which sessions share.
  public let weightByteCount: Int
  public let instructionSet: InstructionSet
  /// What a program must know about the model beyond its operators; nil when nothing is known.
  public let contract: ModelContract?

  let weights: AlignedBlock
  let steps: TrivialList<Step>
  /// The same as they run.
  let slots: TrivialList<StepSlot>
  let inputPlaces: TrivialList<PortPlace>
  let outputPlaces: TrivialList<PortPlace>

  /// Neither weights nor activations may take more: 1 GiB.
  public static let byteLimit: Int = 1 << 30

  /// - Throws: `PlanError` when an operator computes on elements the runtime has no arithmetic for,
  ///   a scale or zero point is none, a shape does not hold, more memory than ``byteLimit`` is
  ///   needed, or this machine lacks the instruction set.
  /// - Complexity: O(weights + nodes · log nodes); the only copy of the weights is the packing.
  public convenience init(_ graph: Graph, instructionSet: InstructionSet = .best) throws(PlanError)
  {
    try self.init(PlanLayout(graph, instructionSet: instructionSet))
  }

  /// Packs the weights.
  package init(_ layout: PlanLayout) throws(PlanError) {
    let (graph, planner) = (layout.graph, layout.planner)
    inputs = graph.inputs.map { Port(graph.values[$0]) }
    outputs = Port.outputs(of: graph)
    operations = planner.operations
    arenaByteCount = planner.arena.wordCount * 4
    weightByteCount = planner.weights.wordCount * 4
    instructionSet = planner.instructionSet
    contract = graph.contract
    weights = planner.weights.packed()
    steps = TrivialList(planner.steps)
    slots = TrivialList(planner.steps.map { StepSlot($0) })
    inputPlaces = TrivialList(try planner.places(of: graph.inputs, role: "input"))
    outputPlaces = TrivialList(try planner.places(of: graph.outputs, role: "output"))
  }

  /// Multiply-accumulates of one run.
  public var multiplyAccumulates: Int {
    var sum = 0
    for operation in operations { sum += operation.multiplyAccumulates }
    return sum
  }
}

extension Port {
  init(_ value: Value, _ classes: ClassOutput? = nil) {
    self.init(name: value.name, shape: value.shape, type: value.type, classes: classes)
  }

  static func outputs(of graph: Graph) -> [Port] {
    graph.outputs.enumerated().map { Port(graph.values[$1], graph.classes(of: $0)) }
  }
}
