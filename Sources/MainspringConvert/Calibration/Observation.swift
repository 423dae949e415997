// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// A float graph with everything calibration wants to see as an output.
///
/// Recurrent layers that return their last step only are made to return all, a slice behind them
/// takes the last. Beside each LSTM stand the two products its gates are sums of: with them the
/// cell, which the operator keeps to itself, is a matter of element-wise functions.
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

  private(set) var graph = Graph()
  private(set) var values: [Watched] = []
  private(set) var cells: [WatchedCell] = []
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
    if cell.returnsSequence { return sequence }
    let time = graph.shape(of: sequence)[1]
    let last = Slice(begin: [0, time - 1, 0], count: [1, 1, cell.units], stride: [1, 1, 1])
    let slice = try graph.add(.slice(last), to: sequence, name: name + "/last")
    let flat: Shape
    do throws(ShapeError) {
      flat = try Shape([1, cell.units])
    } catch {
      throw .shape(node: name, error)
    }
    return try graph.add(.reshape(Reshape(to: flat)), to: slice, name: name + "/flat")
  }
}
