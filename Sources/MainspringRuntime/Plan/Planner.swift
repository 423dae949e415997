// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Turns a graph into steps: one walk over the nodes, in which memory is handed out and taken back.
struct Planner {
  let graph: Graph
  let instructionSet: InstructionSet
  private(set) var arena: Arena
  private(set) var weights: WeightLayout
  private(set) var steps: [Step] = []
  private(set) var operations: [PlannedOperation] = []

  /// The value whose memory a value shares: itself, or what it is a reshape of.
  private var roots: [ValueID]
  /// How often the memory of a root will still be read.
  private var remainingUses: [Int]
  private var memory: [Memory?]
  /// What the memory of a root has around it.
  private var margins: [Margin]
  private var constants: [WeightPlace?]
  /// Scratch memory of the node being lowered.
  private var scratch: [Arena.Region] = []

  /// The memory of a value, and the word of its first element.
  private struct Memory {
    let region: Arena.Region
    let word: Int
  }

  static func plan(
    _ graph: Graph, instructionSet: InstructionSet, reusesMemory: Bool
  ) throws(PlanError) -> Planner {
    guard instructionSet.isAvailable else { throw .unavailable(instructionSet) }
    var planner = Planner(graph, instructionSet, reusesMemory: reusesMemory)
    planner.countUses()
    planner.findMargins()
    for input in graph.inputs { try planner.place(input, node: graph.values[input].name) }
    var index = 0
    while index < graph.nodes.count {
      let windows = planner.windows(from: index)
      index += windows?.nodes.count ?? 0
      let epilogue = planner.epilogue(of: index)
      try planner.lower(graph.nodes[index], windows, epilogue)
      index += 1 + (epilogue?.nodes.count ?? 0)
    }
    for output in graph.outputs { _ = try planner.operand(output, of: graph.values[output].name) }
    return planner
  }

  /// A graph that runs within a node of this one, several times: its steps, and where its inputs
  /// and outputs are. What it needs of the arena is the node's alone.
  mutating func nested(_ graph: Graph, of job: Job) throws(PlanError)
    -> (steps: [Step], inputs: [Int], outputs: [Int])
  {
    var inner = Planner(graph, instructionSet, arena, weights)
    inner.countUses()
    for input in graph.inputs { try inner.place(input, node: job.name) }
    for node in graph.nodes { try inner.lower(node, nil, nil) }
    (arena, weights) = (inner.arena, inner.weights)
    scratch += inner.memory.compactMap { $0?.region }
    return (
      inner.steps, graph.inputs.map { inner.memory[$0]?.word ?? 0 },
      graph.outputs.map { inner.memory[inner.roots[$0]]?.word ?? 0 }
    )
  }

  private init(_ graph: Graph, _ instructionSet: InstructionSet, reusesMemory: Bool) {
    self.init(
      graph, instructionSet,
      Arena(limit: Plan.byteLimit / 4, reusesMemory: reusesMemory),
      WeightLayout(limit: Plan.byteLimit / 4))
  }

  private init(
    _ graph: Graph, _ instructionSet: InstructionSet, _ arena: Arena, _ weights: WeightLayout
  ) {
    self.graph = graph
    self.instructionSet = instructionSet
    self.arena = arena
    self.weights = weights
    roots = Array(graph.values.indices)
    remainingUses = [Int](repeating: 0, count: graph.values.count)
    memory = [Memory?](repeating: nil, count: graph.values.count)
    margins = [Margin](repeating: Margin(), count: graph.values.count)
    constants = [WeightPlace?](repeating: nil, count: graph.values.count)
  }

  private mutating func countUses() {
    for node in graph.nodes {
      if case .reshape = node.operation { roots[node.output] = roots[node.inputs[0]] }
      for operand in node.inputs { remainingUses[roots[operand]] += 1 }
    }
    // Nothing takes these uses back: inputs survive a run, so that it can be repeated, and outputs
    // survive it to be read.
    for value in graph.inputs + graph.outputs { remainingUses[roots[value]] += 1 }
  }

  private mutating func findMargins() {
    for node in graph.nodes {
      if let margin = graph.margin(of: node) { margins[roots[node.inputs[0]]].widen(margin) }
    }
  }

  private mutating func lower(
    _ node: Node, _ windows: RowWindows?, _ epilogue: Epilogue?
  ) throws(PlanError) {
    let inputs = node.inputs.map { graph.shape(of: $0) }
    let shape = try checkedShape(of: node)
    let job = Job(node, graph, inputs, windows, epilogue)
    try job.checkTypes()
    let firstStep = steps.count

    let isAlias = roots[job.target] != job.target
    let donor = isAlias || epilogue != nil ? nil : donor(for: node)
    if !isAlias {
      if let donor {
        memory[job.target] = memory[donor]
      } else {
        try place(job.target, node: job.name)
      }
      // Without elements there is nothing to compute.
      if shape.elementCount > 0 { try lower(node.operation, job) }
    }
    for region in scratch { arena.give(region) }
    scratch = []
    if let donor { memory[donor] = nil }
    for operand in (windows?.readings ?? []) + node.inputs {
      remainingUses[roots[operand]] -= 1
      release(roots[operand])
    }
    release(roots[job.target])
    record(node, steps: firstStep..<steps.count, isFused: false)
    for fused in (windows?.nodes ?? []) + (epilogue?.nodes ?? []) {
      _ = try checkedShape(of: fused)
      record(fused, steps: steps.count..<steps.count, isFused: true)
    }
  }

  /// - Throws: `PlanError` when the shape of a node's result is not what the operator gives.
  private func checkedShape(of node: Node) throws(PlanError) -> Shape {
    let output = graph.values[node.output]
    let shape: Shape
    do throws(ShapeError) {
      shape = try node.operation.outputShape(of: node.inputs.map { graph.shape(of: $0) })
    } catch {
      throw .shape(node: output.name, error)
    }
    guard shape == output.shape else {
      throw .result(node: output.name, expected: shape, found: output.shape)
    }
    return shape
  }

  private mutating func record(_ node: Node, steps: Range<Int>, isFused: Bool) {
    let output = graph.values[node.output]
    operations.append(
      PlannedOperation(
        name: output.name, kind: node.operation.name, shape: output.shape,
        multiplyAccumulates: node.operation.multiplyAccumulates(
          inputs: node.inputs.map { graph.shape(of: $0) }, output: output.shape),
        steps: steps, isFused: isFused))
  }

  /// Whether a value is read by this node alone, once, and as it is.
  func isOnlyOperand(_ value: ValueID, of node: Node) -> Bool {
    node.inputs == [value] && roots[value] == value && remainingUses[value] == 1
  }

  /// The same where a node has other operands too.
  func isOnlyOperand(_ value: ValueID, by node: Node) -> Bool {
    isUnread(value, but: 1) && node.inputs.contains(value)
  }

  /// Whether a value of its own is read so many times more, and no more.
  func isUnread(_ value: ValueID, but count: Int) -> Bool {
    roots[value] == value && remainingUses[value] == count
  }

  /// The operand whose memory the result can take over: read here for the last time, and only once.
  private func donor(for node: Node) -> ValueID? {
    guard arena.reusesMemory, Margin().holds(margins[node.output]) else { return nil }
    for (position, operand) in node.inputs.enumerated() {
      let root = roots[operand]
      if node.operation.mayOverwrite(operand: position), remainingUses[root] == 1,
        memory[root] != nil, graph.shape(of: operand) == graph.shape(of: node.output),
        graph.values[operand].elementSize == graph.values[node.output].elementSize
      {
        return root
      }
    }
    return nil
  }

  private mutating func release(_ root: ValueID) {
    if remainingUses[root] == 0, let place = memory[root] {
      arena.give(place.region)
      memory[root] = nil
    }
  }

  private mutating func place(_ value: ValueID, node: String) throws(PlanError) {
    // An input may be listed twice.
    if memory[value] != nil { return }
    let count = Arena.words(
      graph.shape(of: value).elementCount, of: graph.values[value].elementSize)
    // The first element stays aligned.
    let lead = margins[value].before.rounded(upTo: AlignedBlock.alignment / 4)
    guard let region = arena.take(lead + count + margins[value].after) else {
      throw .tooLarge(node: node, memory: .activations)
    }
    memory[value] = Memory(region: region, word: region.word + lead)
  }

  /// Places of inputs or outputs; all of them have one by the end of planning.
  func places(of ports: [ValueID], role: String) throws(PlanError) -> [PortPlace] {
    var places: [PortPlace] = []
    for port in ports {
      let operand: Operand
      if let place = memory[roots[port]] {
        operand = .arena(place.word)
      } else if let place = constants[roots[port]] {
        operand = .weights(place.word)
      } else {
        preconditionFailure("inputs and outputs have been placed")
      }
      places.append(try PortPlace(graph.values[port], operand, role: role))
    }
    return places
  }
}

/// What lowering an operator needs.
extension Planner {
  mutating func emit(_ step: Step) { steps.append(step) }

  /// Where an operand is; a constant is put among the weights when it is first asked for.
  mutating func operand(_ value: ValueID, of name: String) throws(PlanError) -> Operand {
    let root = roots[value]
    if let place = memory[root] { return .arena(place.word) }
    if let place = constants[root] { return .weights(place.word) }
    guard let tensor = graph.values[root].constant else {
      preconditionFailure("a value is computed before it is used")
    }
    let place = try self.elements(of: tensor, of: name)
    constants[root] = place
    return .weights(place.word)
  }

  /// Where a job's first operand is if it has so much around it.
  func operand(of job: Job, with margin: Margin) -> Int? {
    let root = roots[job.inputs[0]]
    guard let place = memory[root], margins[root].holds(margin) else { return nil }
    return place.word
  }

  mutating func operand(_ index: Int, of job: Job) throws(PlanError) -> Operand {
    try operand(job.inputs[index], of: job.name)
  }

  /// Where the result goes, in words.
  func result(of job: Job) -> Int {
    guard let place = memory[job.target] else {
      preconditionFailure("a result is placed before its node is lowered")
    }
    return place.word
  }

  /// A constant's elements as the arena would hold them.
  private mutating func elements(of tensor: Tensor, of name: String) throws(PlanError)
    -> WeightPlace
  {
    let place: WeightPlace? =
      switch tensor.elements {
      case .float32(let values): weights.add(floats: values)
      case .float16(let values): weights.add(floats: values.map { $0.float })
      case .bool(let values): weights.add(floats: values.map { $0 ? 1 : 0 })
      case .int8(let values): weights.add(elements: values)
      case .uint8(let values): weights.add(elements: values)
      case .int16(let values): weights.add(elements: values)
      case .int32(let values): weights.add(elements: values)
      case .int64(let values): weights.add(elements: values)
      }
    guard let place else { throw .tooLarge(node: name, memory: .weights) }
    return place
  }

  /// A table among the weights.
  mutating func table<Element: BitwiseCopyable>(
    _ elements: [Element], of name: String
  ) throws(PlanError) -> WeightPlace {
    guard let place = weights.add(elements: elements) else {
      throw .tooLarge(node: name, memory: .weights)
    }
    return place
  }

  /// Memory for elements of some size that only this node uses.
  mutating func scratch(
    elements factors: Int..., size: Int, job: Job
  ) throws(PlanError) -> Int {
    var count = 1
    for factor in factors {
      let (product, overflow) = count.multipliedReportingOverflow(by: factor)
      guard !overflow, product <= Plan.byteLimit else {
        throw .tooLarge(node: job.name, memory: .activations)
      }
      count = product
    }
    return try scratch(Arena.words(count, of: size), job: job)
  }

  /// Memory that only this node uses; the size is a product, checked for overflow.
  mutating func scratch(_ factors: Int..., job: Job) throws(PlanError) -> Int {
    var count = 1
    for factor in factors {
      let (product, overflow) = count.multipliedReportingOverflow(by: factor)
      guard !overflow else { throw .tooLarge(node: job.name, memory: .activations) }
      count = product
    }
    guard let region = arena.take(count) else {
      throw .tooLarge(node: job.name, memory: .activations)
    }
    scratch.append(region)
    return region.word
  }

  mutating func packed(
    _ tensor: Tensor, _ packing: Packing, of name: String
  ) throws(PlanError) -> WeightPlace {
    guard let place = weights.add(tensor, packing) else {
      throw .tooLarge(node: name, memory: .weights)
    }
    return place
  }

  mutating func packed(
    _ tensor: Tensor, _ packing: IntegerPacking, of name: String
  ) throws(PlanError) -> WeightPlace {
    guard let place = weights.add(tensor, packing) else {
      throw .tooLarge(node: name, memory: .weights)
    }
    return place
  }

  mutating func floats(_ values: [Float], of name: String) throws(PlanError) -> WeightPlace {
    guard let place = weights.add(floats: values) else {
      throw .tooLarge(node: name, memory: .weights)
    }
    return place
  }

  /// A bias or another small operand, widened; none without a tensor.
  mutating func floats(_ tensor: Tensor?, of name: String) throws(PlanError) -> WeightPlace {
    guard let tensor else { return .none }
    guard let values = tensor.floats else {
      throw .elementType(node: name, role: "weights", tensor.elementType)
    }
    return try floats(values, of: name)
  }

  mutating func offsets(_ values: [Int32], of name: String) throws(PlanError) -> WeightPlace {
    guard let place = weights.add(offsets: values) else {
      throw .tooLarge(node: name, memory: .weights)
    }
    return place
  }

  mutating func axes(_ axes: Axes, of name: String) throws(PlanError) -> AxesPlace {
    let list = axes.atLeastOne
    guard let place = weights.add(axes: list) else {
      throw .tooLarge(node: name, memory: .weights)
    }
    return AxesPlace(place: place, count: list.count)
  }
}

/// A table of axes among the weights.
struct AxesPlace: BitwiseCopyable {
  let place: WeightPlace
  let count: Int
}
