// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

/// The part of a graph, from its input on, whose values have a frame for each step in time; steps
/// that compute it frame by frame, and what reads all frames of a window.
///
/// A convolution or pool is local in time, a dense layer or a normalization is for each frame by
/// itself; a recurrent layer is not, but the product of its inputs is.
struct FrameGraph {
  let graph: Graph
  let instructionSet: InstructionSet
  /// Rows from one window to the next.
  let hop: Int

  private(set) var values: [FrameValue] = []
  private(set) var steps: [FrameStep] = []
  private(set) var windowSteps: [WindowStep] = []
  /// Keeps what steps point to.
  private(set) var weights: [WeightBlock] = []
  /// Words of scratch memory that the largest window step needs.
  private(set) var scratchWords = 0
  /// Multiply-accumulates of a window, and those that are still computed for each.
  private(set) var multiplyAccumulates = 0
  private(set) var computed = 0
  /// What is left: the graph behind the frames, whose inputs the window steps write.
  private(set) var rest = Graph()

  /// By value of the graph: the frames it is.
  private var frames: [ValueID: Int] = [:]
  /// By value of the graph: what it is in the rest.
  private var restValues: [ValueID: ValueID] = [:]
  private var aligned: Bool { values.allSatisfy { hop % $0.stride == 0 } }

  /// nil when the model has another shape than one input with frames, or a stride does not divide
  /// the hop.
  init?(_ graph: Graph, _ instructionSet: InstructionSet, hop: Int) throws(PlanError) {
    self.graph = graph
    self.instructionSet = instructionSet
    self.hop = hop
    guard graph.inputs.count == 1, let form = Form(graph.values[graph.inputs[0]]) else {
      return nil
    }
    frames[graph.inputs[0]] = addValue(form, stride: 1, left: 0, right: 0)
    for node in graph.nodes {
      if try !addFrames(node) { try addRest(node) }
      if !aligned { return nil }
    }
    for output in graph.outputs { try addRest(output: output) }
  }

  /// Extents of a value with frames: `[1, time, channels]` or `[1, 1, time, channels]`.
  struct Form: Equatable {
    let count: Int
    let channels: Int
    let elementSize: Int

    init?(_ value: Value) {
      let shape = value.shape
      let isFrames =
        (shape.rank == 3 && shape[0] == 1)
        || (shape.rank == 4 && shape[0] == 1 && shape[1] == 1)
      guard isFrames, shape.elementCount > 0 else { return nil }
      count = shape[shape.rank - 2]
      channels = shape.channels
      elementSize = value.type.elementType.memorySize
    }

    var byteCount: Int { channels * elementSize }
  }
}

/// What the lowering of nodes adds.
extension FrameGraph {
  /// The frames of a node's operand; nil when it has none.
  func operand(_ node: Node, _ index: Int) -> Int? {
    index < node.inputs.count ? frames[node.inputs[index]] : nil
  }

  /// The frames a value of the graph is; nil when it has none.
  func frames(of value: ValueID) -> Int? { frames[value] }

  mutating func addValue(_ form: Form, stride: Int, left: Int, right: Int) -> Int {
    addValue(count: form.count, bytes: form.byteCount, stride: stride, left: left, right: right)
  }

  mutating func addValue(count: Int, bytes: Int, stride: Int, left: Int, right: Int) -> Int {
    values.append(
      FrameValue(
        count: count, stride: stride, left: min(left, count), right: min(right, count),
        frameByteCount: bytes, hop: hop / max(stride, 1)))
    return values.count - 1
  }

  mutating func setFrames(_ value: ValueID, _ index: Int) { frames[value] = index }

  mutating func needPadding(_ value: Int, before: Int, after: Int) {
    values[value].before = max(values[value].before, before)
    values[value].after = max(values[value].after, after)
  }

  mutating func add(_ step: FrameStep, multiplyAccumulates count: Int) {
    var step = step
    let value = values[step.y]
    let depth = step.kernel.gatheredByteCount
    let rows = value.computedCount
    if depth > 0, !value.edgeFrames.isEmpty, !value.newFrames.isEmpty,
      rows <= FrameStep.mostJoined, rows < value.count
    {
      step.gatheredByteCount = depth
      needPadding(step.y, before: 0, after: value.edgeFrames.count)
      scratchWords = max(scratchWords, (rows * depth + 3) / 4)
    }
    steps.append(step)
    multiplyAccumulates += count
    computed += count / max(value.count, 1) * min(value.computedCount, value.count)
  }

  /// Counts what is computed for each window as a whole.
  mutating func addComputed(_ count: Int) {
    multiplyAccumulates += count
    computed += count
  }

  /// Puts a planner's weights where steps find them.
  mutating func keep(_ planner: Planner) -> Context {
    keep(WeightBlock(planner.weights.packed()))
  }

  private mutating func keep(_ block: WeightBlock) -> Context {
    weights.append(block)
    return block.context(instructionSet)
  }

  mutating func add(_ step: WindowStep, scratchWords words: Int) {
    windowSteps.append(step)
    scratchWords = max(scratchWords, words)
  }

  /// A plan of one node by itself, on operands of the given shapes.
  func planner(
    _ operation: Operator, _ node: Node, shapes: [[Int]]
  ) throws(PlanError) -> Planner {
    var single = Graph()
    let name = graph.values[node.output].name
    do throws(GraphError) {
      var operands: [ValueID] = []
      for (input, extents) in zip(node.inputs, shapes) {
        let value = graph.values[input]
        if let constant = value.constant {
          operands.append(single.addConstant(name: value.name, constant))
          continue
        }
        let shape: Shape
        do throws(ShapeError) {
          shape = try Shape(extents)
        } catch {
          throw .shape(node: name, error)
        }
        operands.append(
          single.addInput(
            name: value.name, shape: shape, elementType: value.elementType,
            quantization: value.quantization))
      }
      let output = try single.add(
        operation, to: operands, name: name, type: graph.values[node.output].type)
      try single.addOutput(output)
    } catch {
      throw FrameGraph.planError(error, node: name)
    }
    return try Planner.plan(single, instructionSet: instructionSet, reusesMemory: false)
  }

  static func planError(_ error: GraphError, node: String) -> PlanError {
    switch error {
    case .shape(let node, let error): .shape(node: node, error)
    case .unknownValue(_, let index, let count):
      .shape(
        node: node,
        ShapeError(
          operation: "graph", expected: "an operand below \(count)", found: "\(index)"))
    }
  }
}

/// The graph behind the frames.
extension FrameGraph {
  /// A new input of the rest.
  mutating func addRestInput(for value: ValueID) -> Int {
    let source = graph.values[value]
    restValues[value] = rest.addInput(
      name: source.name, shape: source.shape, elementType: source.elementType,
      quantization: source.quantization)
    return rest.inputs.count - 1
  }

  private mutating func addRest(_ node: Node) throws(PlanError) {
    var operands: [ValueID] = []
    for input in node.inputs { operands.append(restValue(input)) }
    let output = graph.values[node.output]
    do throws(GraphError) {
      restValues[node.output] = try rest.add(
        node.operation, to: operands, name: output.name, type: output.type)
    } catch {
      throw FrameGraph.planError(error, node: output.name)
    }
    let inputs = node.inputs.map { graph.shape(of: $0) }
    let count = node.operation.multiplyAccumulates(inputs: inputs, output: output.shape)
    addComputed(count)
  }

  private mutating func addRest(output: ValueID) throws(PlanError) {
    do throws(GraphError) {
      try rest.addOutput(restValue(output))
    } catch {
      throw FrameGraph.planError(error, node: "output")
    }
  }

  /// A value of the rest: frames are copied to it, constants are its own.
  private mutating func restValue(_ value: ValueID) -> ValueID {
    if let known = restValues[value] { return known }
    if let constant = graph.values[value].constant {
      let added = rest.addConstant(name: graph.values[value].name, constant)
      restValues[value] = added
      return added
    }
    guard let index = frames[value] else {
      preconditionFailure("a value is computed before it is used")
    }
    let input = addRestInput(for: value)
    let none = keep(WeightBlock(AlignedBlock(byteCount: 0)))
    add(WindowStep(kernel: .copy, weights: none, x: index, input: input), scratchWords: 0)
    return rest.inputs[input]
  }
}

/// Packed weights that steps point to.
final class WeightBlock: Sendable {
  private let block: AlignedBlock

  init(_ block: consuming AlignedBlock) { self.block = block }

  /// The weights for a kernel that is told by pointers where its operands are. Good as long as the
  /// block exists.
  func context(_ set: InstructionSet) -> Context {
    unsafe Context(
      arena: block.base.assumingMemoryBound(to: Float.self),
      weights: block.base.assumingMemoryBound(to: Float.self), isa: set.code)
  }
}
