// SPDX-License-Identifier: Apache-2.0

extension RecurrentCell {
  /// One time step as a graph.
  ///
  /// Inputs: the projected input `a` `[rows × gates·units]`, the state `h` `[rows × units]`, for an
  /// LSTM also `c` `[rows × units]`. Outputs: the new `h`, for an LSTM also the new `c`.
  ///
  /// - Parameter rows: steps side by side, each from a state of its own.
  /// - Throws: ``GraphError`` when the weights or ``IntegerStep/values`` do not fit together.
  public func stepGraph(rows: Int = 1) throws(GraphError) -> Graph {
    var step = try StepBuilder(self, rows: rows)
    switch self {
    case .lstm(let x): try step.build(x)
    case .gru(let x): try step.build(x)
    case .simpleRNN(let x): try step.build(x)
    }
    try step.checkTypes()
    return step.graph
  }
}

private struct StepBuilder {
  var graph = Graph()
  let units: Int
  let rows: Int
  let input: ValueID
  var state: [ValueID] = []
  private let asymmetricInputs: Bool
  /// What values stand for; nil for floats.
  private let integers: IntegerStep?
  /// Of ``IntegerStep/values``.
  private var typeCount = 0

  init(_ cell: RecurrentCell, rows: Int) throws(GraphError) {
    units = cell.units
    self.rows = rows
    integers = cell.integerStep
    switch cell {
    case .lstm: asymmetricInputs = false
    case .gru(let x): asymmetricInputs = x.asymmetricInputs
    case .simpleRNN(let x): asymmetricInputs = x.asymmetricInputs
    }
    let (a, h) = (integers?.input ?? .float32, integers?.state ?? .float32)
    do throws(ShapeError) {
      input = graph.addInput(
        name: "a", shape: try Shape([rows, cell.gateCount * units]), elementType: a.elementType,
        quantization: a.quantization)
      let shape = try Shape([rows, units])
      state = [
        graph.addInput(
          name: "h", shape: shape, elementType: h.elementType, quantization: h.quantization)
      ]
      if cell.stateCount == 2 { state.append(graph.addInput(name: "c", shape: shape)) }
    } catch {
      throw .shape(node: "step", error)
    }
  }

  mutating func build(_ cell: LSTM) throws(GraphError) {
    let product = try dense(cell.recurrentWeights, nil, state[0], "u")
    let gates = try binary(.add, input, product, "z")
    let i = try activate(cell.recurrentActivation, try gate(0, of: gates, "z_i"), "i")
    let f = try activate(cell.recurrentActivation, try gate(1, of: gates, "z_f"), "f")
    let g = try activate(cell.activation, try gate(2, of: gates, "z_g"), "g")
    let o = try activate(cell.recurrentActivation, try gate(3, of: gates, "z_o"), "o")
    let kept = try binary(.multiply, f, state[1], "kept")
    var c = try binary(.add, kept, try binary(.multiply, i, g, "added"), "c_new")
    if cell.cellClip > 0 {
      let upper = graph.addConstant(name: "clip", Tensor(scalar: cell.cellClip))
      let lower = graph.addConstant(name: "minus_clip", Tensor(scalar: -cell.cellClip))
      c = try binary(.maximum, try binary(.minimum, c, upper, "c_below"), lower, "c_clipped")
    }
    let h = try binary(.multiply, o, try activate(cell.activation, c, "c_active"), "h_new")
    try graph.addOutput(h)
    try graph.addOutput(c)
  }

  mutating func build(_ cell: GRU) throws(GraphError) {
    let h = state[0]
    let z: ValueID
    let candidate: ValueID
    if let recurrentBias = cell.recurrentBias {
      let product = try dense(cell.recurrentWeights, recurrentBias, h, "u")
      z = try updateGate(cell, product)
      let r = try resetGate(cell, product)
      candidate = try binary(.multiply, r, try gate(2, of: product, "u_n"), "r_u_n")
    } else {
      let (gates, last) = cell.recurrentWeights.split(at: 2 * units)
      let product = try dense(gates, nil, h, "u")
      z = try updateGate(cell, product)
      let r = try resetGate(cell, product)
      candidate = try dense(last, nil, try binary(.multiply, r, h, "r_h"), "u_n")
    }
    let sum = try binary(.add, try gate(2, of: input, "a_n"), candidate, "z_n")
    let n = try activate(cell.activation, sum, "n")
    // z·h + (1 − z)·n with one multiplication fewer.
    let difference = try binary(.subtract, h, n, "h_n")
    let kept = try binary(.multiply, z, difference, "kept")
    try graph.addOutput(
      try graph.add(.binary(Binary(.add)), to: [n, kept], name: "h_new", type: integers?.state))
  }

  mutating func build(_ cell: SimpleRNN) throws(GraphError) {
    let product = try dense(cell.recurrentWeights, nil, state[0], "u")
    let sum = try binary(.add, input, product, "z")
    let h = try activate(cell.activation, sum, "h_new")
    try graph.addOutput(h)
  }

  private mutating func updateGate(_ cell: GRU, _ product: ValueID) throws(GraphError) -> ValueID {
    let sum = try binary(
      .add, try gate(0, of: input, "a_z"), try gate(0, of: product, "u_z"), "z_z")
    return try activate(cell.recurrentActivation, sum, "z")
  }

  private mutating func resetGate(_ cell: GRU, _ product: ValueID) throws(GraphError) -> ValueID {
    let sum = try binary(
      .add, try gate(1, of: input, "a_r"), try gate(1, of: product, "u_r"), "z_r")
    return try activate(cell.recurrentActivation, sum, "r")
  }

  private mutating func gate(_ index: Int, of value: ValueID, _ name: String) throws(GraphError)
    -> ValueID
  {
    let slice = Slice(begin: [0, index * units], count: [rows, units], stride: [1, 1])
    let type = integers == nil ? nil : graph.values[value].type
    return try graph.add(.slice(slice), to: value, name: name, type: type)
  }

  private mutating func dense(_ weights: Tensor, _ bias: Tensor?, _ x: ValueID, _ name: String)
    throws(GraphError) -> ValueID
  {
    let dense = Dense(
      weights: weights, bias: bias,
      asymmetricInputs: asymmetricInputs && weights.elementType == .int8)
    return try graph.add(.dense(dense), to: x, name: name, type: nextType())
  }

  private mutating func binary(
    _ function: Binary.Function, _ a: ValueID, _ b: ValueID, _ name: String
  ) throws(GraphError) -> ValueID {
    try graph.add(.binary(Binary(function)), to: [a, b], name: name, type: nextType())
  }

  private mutating func activate(_ activation: Activation, _ x: ValueID, _ name: String)
    throws(GraphError) -> ValueID
  {
    guard let integers else { return try graph.add(activation: activation, to: x, name: name) }
    let function: Unary.Function
    switch activation {
    case .tanh: function = .tanh
    case .sigmoid: function = .logistic
    default: throw refusal("tanh and sigmoid", "another activation")
    }
    let operation = Operator.unary(Unary(function))
    let type = operation.fixedResult(of: integers.state.elementType)
    return try graph.add(operation, to: x, name: name, type: type)
  }

  /// What the next product, sum or difference stands for; nil for floats.
  private mutating func nextType() -> ValueType? {
    guard let integers else { return nil }
    typeCount += 1
    return typeCount <= integers.values.count ? integers.values[typeCount - 1] : integers.state
  }

  /// - Throws: ``GraphError`` when there are more or fewer types than values, or other ones.
  func checkTypes() throws(GraphError) {
    guard let integers else { return }
    guard typeCount == integers.values.count else {
      throw refusal("\(typeCount) types of values", "\(integers.values.count)")
    }
    let element = integers.state.elementType
    for type in [integers.input, integers.state] + integers.values
    where type.elementType != element || (element != .int8 && element != .int16) {
      throw refusal("values of int8 or int16", "\(type.elementType)")
    }
    for output in graph.outputs where graph.values[output].type != integers.state {
      throw refusal("a state with the scale of its function", "another")
    }
  }

  private func refusal(_ expected: String, _ found: String) -> GraphError {
    .shape(
      node: "step", ShapeError(operation: "an integer step", expected: expected, found: found))
  }
}
