// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Decoder {
  /// Decodes a loop that is one of our recurrent layers, in the form that
  /// `MainspringConvert/Encoding/LoopEncoding.swift` documents.
  ///
  /// The body minus its bookkeeping is decoded into a graph of its own and compared with
  /// `RecurrentCell.stepGraph()` of the cell its weights suggest; only an equal one is accepted.
  ///
  /// - Returns: false when the loop is anything else; nothing is defined then.
  mutating func recognizeLoop(_ call: Call, condition: Int, body: Int, _ variables: [Known])
    throws(TFLiteError) -> Bool
  {
    try spend(sizes[body] + sizes[call.subgraph], .call(call))
    for case .constant(let constant) in variables {
      try spend(constant.tensor.shape.elementCount, .call(call))
    }
    guard let loop = try LoopPattern(self, variables, call),
      isCountdown(condition, to: loop.time, loop),
      let step = LoopBody(model, body, loop)
    else { return false }
    guard let projection = projection(of: loop),
      let graph = try decodeStep(step, of: loop, body: body)
    else { return false }
    // Weights are compared, those of the step several times.
    let weightCount =
      projection.dense.weights.shape.elementCount
      + graph.nodes.reduce(0) { $0 + $1.operation.weights.reduce(0) { $0 + $1.shape.elementCount } }
    try spend(RecurrentCell.recognitionWork + 4 * weightCount, .call(call))
    guard
      let cell = RecurrentCell(
        step: graph, projection: projection.dense, returnsSequence: loop.sequence != nil)
    else { return false }
    return try define(cell, input: projection.input, loop, call)
  }

  /// Whether a subgraph only compares the counter with the number of steps.
  private mutating func isCountdown(_ index: Int, to time: Int, _ loop: LoopPattern) -> Bool {
    let subgraph = model.subgraphs[index]
    guard subgraph.operators.count == 1, subgraph.inputs.count == loop.variableCount,
      subgraph.outputs.count == 1
    else { return false }
    let less = subgraph.operators[0]
    guard less.code == .less, less.inputs.count == 2, less.inputs[0] == subgraph.inputs[0],
      less.inputs[1] != -1, less.outputs == subgraph.outputs,
      model.smallIntegers(Int(less.inputs[1]), of: index) == [time]
    else { return false }
    return true
  }

  /// The product of all steps with the input weights, which the loop reads row by row.
  private func projection(of loop: LoopPattern) -> (dense: Dense, input: ValueID)? {
    guard let node = GraphTrace(graph: graph).producer(of: loop.projected),
      case .dense(let dense) = node.operation, dense.activation == .none,
      graph.shape(of: node.inputs[0]).rank == 2
    else { return nil }
    return (dense, node.inputs[0])
  }

  /// The body without the counter and without collecting results, as a graph.
  ///
  /// - Returns: nil when it has something that a step does not.
  private mutating func decodeStep(_ step: LoopBody, of loop: LoopPattern, body: Int)
    throws(TFLiteError) -> Graph?
  {
    var decoder = Decoder(model)
    decoder.budget = budget
    let subgraph = model.subgraphs[body]
    try decoder.spend(tensorCount + sizes[body], .subgraph(body))
    var frame = Frame(
      subgraph: body, slots: [Known?](repeating: nil, count: subgraph.tensors.count))
    let row = try shape([1, graph.shape(of: loop.projected)[1]], .subgraph(body))
    let type = graph.values[loop.projected].type
    // Integers are handed on as they are: another scale would make others of them.
    for (tensor, type) in [(step.row, type)] + step.state.map({ ($0, loop.stateType) })
    where try self.type(ofTensor: tensor, of: body, .subgraph(body)).quantization
      != type.quantization
    { return nil }
    frame.slots[step.row] = .value(decoder.graph.addInput(name: "", shape: row, type))
    for tensor in step.state {
      let shape = try shape([1, loop.units], .subgraph(body))
      frame.slots[tensor] = .value(decoder.graph.addInput(name: "", shape: shape, loop.stateType))
    }
    decoder.frames = [frame]
    do throws(TFLiteError) {
      for number in subgraph.operators.indices where !step.bookkeeping.contains(number) {
        try decoder.decode(
          Call(record: subgraph.operators[number], subgraph: body, number: number))
      }
      for tensor in step.nextState {
        let site = Site.tensor(tensor, of: body)
        let value = try decoder.materialise(try decoder.known(tensor, site), site)
        try decoder.declareOutput(value, site)
      }
    } catch {
      // Unrolling will meet the same error if it is one.
      budget = decoder.budget
      return nil
    }
    budget = decoder.budget
    return decoder.graph
  }

  /// Puts the layer in the place of the loop.
  ///
  /// - Returns: false when something reads a result the layer does not have.
  private mutating func define(
    _ cell: RecurrentCell, input: ValueID, _ loop: LoopPattern, _ call: Call
  ) throws(TFLiteError) -> Bool {
    let outputs = call.record.outputs.map { Int($0) }
    for index in 2..<(1 + cell.stateCount) where isUsed(outputs[index], in: call.subgraph) {
      return false
    }
    let features = graph.shape(of: input)[1]
    let steps = try shape([1, loop.time, features], .call(call))
    // The rows were a sequence before as a rule.
    var x = Known.value(input)
    if let node = GraphTrace(graph: graph).producer(of: input), case .reshape = node.operation,
      graph.shape(of: node.inputs[0]) == steps
    {
      x = .value(node.inputs[0])
    }
    x = try reshape(x, to: steps, call)
    let resultIndex = loop.sequence ?? 1
    let operand = try materialise(x, .call(call))
    let type = cell.integerStep?.state
    let result = Known.value(
      try append(cell.operation, [operand], name(call, resultIndex), type, .call(call)))
    let end = Tensor(
      shape: try shape([1], .call(call)), integers: [Int64(loop.time)], isWide: false)
    try define(call, 0, as: .constant(Constant(end, name: name(call))))
    // What nothing reads needs no value.
    for index in 1..<(1 + cell.stateCount) {
      frames[frames.count - 1].slots[outputs[index]] = .state(.used)
    }
    try define(call, 1 + cell.stateCount, as: .value(loop.projected))
    guard let sequence = loop.sequence else {
      try define(call, 1, as: result)
      return true
    }
    let rows = try shape([loop.time, loop.units], .call(call))
    let collected = try reshape(result, to: rows, call, name: name(call, sequence))
    try define(call, sequence, as: collected)
    if isUsed(outputs[1], in: call.subgraph) {
      let last = try cut(collected, axis: 0, (loop.time - 1)..<loop.time, call, name: name(call, 1))
      try define(call, 1, as: last)
    }
    return true
  }

  /// Whether an operator or an output of a subgraph reads a tensor.
  func isUsed(_ tensor: Int, in subgraph: Int) -> Bool {
    let tensor = Int32(tensor)
    return model.subgraphs[subgraph].outputs.contains(tensor)
      || model.subgraphs[subgraph].operators.contains { $0.inputs.contains(tensor) }
  }
}

extension Graph {
  fileprivate mutating func addInput(name: String, shape: Shape, _ type: ValueType) -> ValueID {
    addInput(
      name: name, shape: shape, elementType: type.elementType, quantization: type.quantization)
  }
}
