// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// A float graph with everything calibration wants to see as an output.
///
/// Recurrent layers that return their last step only are made to return all, a slice behind them
/// takes the last. Beside each GRU and simple recurrent layer its step stands for all times at once,
/// as the states before them are known: what goes on inside are values like others. Beside each LSTM
/// stand the two products its gates are sums of: with them the cell, which the operator keeps to
/// itself, is a matter of element-wise functions.
struct Observation {
  /// An output and the value of the source it shows.
  struct Watched {
    let output: Int
    let source: ValueID
  }

  /// An LSTM's products, both `[1 × time × 4·units]`.
  struct WatchedCell {
    /// W·x + b of every step.
    let inputProduct: Int
    /// U·h of every step, to be used a step later.
    let stateProduct: Int
    let source: ValueID
    let cell: LSTM
  }

  /// What a step computes, for all times: outputs in the order of ``StepRanges``.
  struct WatchedStep {
    let outputs: [Int]
    let source: ValueID
  }

  /// The graph that is run.
  private(set) var graph = Graph()
  private(set) var values: [Watched] = []
  private(set) var cells: [WatchedCell] = []
  private(set) var steps: [WatchedStep] = []
  private var map: [ValueID?]

  init(_ source: Graph) throws(GraphError) {
    map = [ValueID?](repeating: nil, count: source.values.count)
    for input in source.inputs {
      map[input] = graph.addInput(
        name: source.values[input].name, shape: source.shape(of: input))
      try watch(map[input], as: input)
    }
    for node in source.nodes { try copy(node, source) }
  }

  private mutating func copy(_ node: Node, _ source: Graph) throws(GraphError) {
    var operands: [ValueID] = []
    for input in node.inputs { operands.append(operand(input, source)) }
    let value = source.values[node.output]
    if case .lstm(let cell) = node.operation {
      map[node.output] = try observe(cell, operands, node.output, value.name)
      return
    }
    if let cell = RecurrentCell(node.operation) {
      map[node.output] = try observe(cell, operands, node.output, value.name)
      return
    }
    let result = try graph.add(node.operation, to: operands, name: value.name)
    map[node.output] = result
    if value.elementType == .float32 { try watch(result, as: node.output) }
  }

  private mutating func operand(_ id: ValueID, _ source: Graph) -> ValueID {
    if let known = map[id] { return known }
    guard let constant = source.values[id].constant else {
      preconditionFailure("a value is computed before it is used")
    }
    let copy = graph.addConstant(name: source.values[id].name, constant)
    map[id] = copy
    return copy
  }

  private mutating func watch(_ value: ValueID?, as source: ValueID) throws(GraphError) {
    guard let value else { return }
    values.append(Watched(output: graph.outputs.count, source: source))
    try graph.addOutput(value)
  }

  /// - Returns: what stands for the LSTM's result.
  private mutating func observe(
    _ cell: LSTM, _ operands: [ValueID], _ source: ValueID, _ name: String
  ) throws(GraphError) -> ValueID {
    var whole = cell
    whole.returnsSequence = true
    let sequence = try graph.add(.lstm(whole), to: operands, name: name)
    try watch(sequence, as: source)
    let projection = Dense(weights: cell.inputWeights, bias: cell.bias)
    let recurrence = Dense(weights: cell.recurrentWeights, bias: nil)
    let input = try graph.add(.dense(projection), to: operands, name: name + "/w")
    let state = try graph.add(.dense(recurrence), to: sequence, name: name + "/u")
    cells.append(
      WatchedCell(
        inputProduct: graph.outputs.count, stateProduct: graph.outputs.count + 1, source: source,
        cell: cell))
    try graph.addOutput(input)
    try graph.addOutput(state)
    return cell.returnsSequence ? sequence : try last(of: sequence, name)
  }

  /// - Returns: what stands for the layer's result.
  private mutating func observe(
    _ cell: RecurrentCell, _ operands: [ValueID], _ source: ValueID, _ name: String
  ) throws(GraphError) -> ValueID {
    let sequence = try graph.add(cell.returningSequence, to: operands, name: name)
    try watch(sequence, as: source)
    let time = graph.shape(of: sequence)[1]
    let features = graph.shape(of: operands[0])[2]
    let x = try rows(operands[0], [time, features], name + "/x")
    let a = try graph.add(.dense(cell.inputProjection), to: x, name: name + "/a")
    // The state before each step: zeros, then what the steps before it gave.
    let late = try graph.add(
      .pad(Pad(before: [0, 1, 0], after: [0, 0, 0])), to: sequence, name: name + "/late")
    let cut = Slice(begin: [0, 0, 0], count: [1, time, cell.units], stride: [1, 1, 1])
    let before = try graph.add(.slice(cut), to: late, name: name + "/before")
    let h = try rows(before, [time, cell.units], name + "/h")
    let step = try cell.stepGraph(rows: time)
    var values = [ValueID](repeating: h, count: step.values.count)
    values[step.inputs[0]] = a
    for (id, value) in step.values.enumerated() {
      guard let constant = value.constant else { continue }
      values[id] = graph.addConstant(name: value.name, constant)
    }
    for node in step.nodes {
      values[node.output] = try graph.add(
        node.operation, to: node.inputs.map { values[$0] },
        name: name + "/" + step.values[node.output].name)
    }
    var outputs: [Int] = []
    for value in [a] + step.scaledStepValues.map({ values[$0] }) {
      outputs.append(graph.outputs.count)
      try graph.addOutput(value)
    }
    steps.append(WatchedStep(outputs: outputs, source: source))
    return cell.returnsSequence ? sequence : try last(of: sequence, name)
  }

  /// `[1 × time × units]` → `[1 × units]`
  private mutating func last(of sequence: ValueID, _ name: String) throws(GraphError) -> ValueID {
    let shape = graph.shape(of: sequence)
    let last = Slice(begin: [0, shape[1] - 1, 0], count: [1, 1, shape[2]], stride: [1, 1, 1])
    let slice = try graph.add(.slice(last), to: sequence, name: name + "/last")
    return try rows(slice, [1, shape[2]], name + "/flat")
  }

  private mutating func rows(_ value: ValueID, _ extents: [Int], _ name: String)
    throws(GraphError) -> ValueID
  {
    let shape: Shape
    do throws(ShapeError) { shape = try Shape(extents) } catch {
      throw .shape(node: name, error)
    }
    return try graph.add(.reshape(Reshape(to: shape)), to: value, name: name)
  }
}

extension RecurrentCell {
  fileprivate var returningSequence: Operator {
    switch self {
    case .lstm(var x):
      x.returnsSequence = true
      return .lstm(x)
    case .gru(var x):
      x.returnsSequence = true
      return .gru(x)
    case .simpleRNN(var x):
      x.returnsSequence = true
      return .simpleRNN(x)
    }
  }
}
