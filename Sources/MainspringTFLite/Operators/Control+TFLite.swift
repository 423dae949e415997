// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Decoder {
  /// Iterations of one loop: far more steps than a window of sensor samples has.
  static let maximumIterations = 10_000

  /// WHILE: the loop variables go through the body as long as the condition holds.
  ///
  /// A loop that is one of our recurrent layers becomes that operator. Any other is unrolled: what
  /// the condition depends on must be known at load time. If it was an LSTM of Keras, it becomes
  /// that operator as well.
  mutating func decodeWhile(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 0...1024, options: 93)
    let condition = try subgraph(call, field: 0)
    let body = try subgraph(call, field: 1)
    var variables = try operands(call)
    guard call.record.outputs.count == variables.count else {
      throw .invalid(
        place: place(call), expected: "\(variables.count) results",
        found: "\(call.record.outputs.count)")
    }
    if try recognizeLoop(call, condition: condition, body: body, variables) { return }
    let start = graph.values.count
    var iterations = [variables]
    while try test(condition, variables, call) {
      guard iterations.count <= Decoder.maximumIterations else {
        throw .limit(
          place: place(call), what: "iterations", maximum: Decoder.maximumIterations)
      }
      let results = try execute(subgraph: body, variables)
      guard results.count == variables.count else {
        throw .invalid(
          place: model.describe(subgraph: body), expected: "\(variables.count) outputs",
          found: "\(results.count)")
      }
      variables = results
      iterations.append(variables)
    }
    if try defineUnrolledLSTM(iterations, from: start, call) { return }
    for (index, variable) in variables.enumerated() { try define(call, index, as: variable) }
  }

  /// IF with a condition known at load time.
  mutating func decodeIf(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 1...1024, options: 92)
    let holds = try bool(try constant(call, 0, "the condition"), call)
    let branch = try subgraph(call, field: holds ? 0 : 1)
    let results = try execute(subgraph: branch, try operands(call, from: 1))
    guard results.count == call.record.outputs.count else {
      throw .invalid(
        place: place(call), expected: "\(results.count) results",
        found: "\(call.record.outputs.count)")
    }
    for (index, result) in results.enumerated() { try define(call, index, as: result) }
  }

  private mutating func test(_ condition: Int, _ variables: [Known], _ call: Call)
    throws(TFLiteError) -> Bool
  {
    let results = try execute(subgraph: condition, variables)
    guard results.count == 1 else {
      throw .invalid(
        place: model.describe(subgraph: condition), expected: "1 output",
        found: "\(results.count)")
    }
    return try bool(try constant(results[0], call, "the condition"), call)
  }

  private func bool(_ tensor: Tensor, _ call: Call) throws(TFLiteError) -> Bool {
    guard let bools = tensor.bools, bools.count == 1 else {
      throw .invalid(
        place: place(call), expected: "one boolean as condition",
        found: "\(tensor.elementType) \(tensor.shape)")
    }
    return bools[0]
  }

  private func subgraph(_ call: Call, field id: Int) throws(TFLiteError) -> Int {
    let index = Int(call.options.int(id))
    guard index > 0, index < model.subgraphs.count, index != call.subgraph else {
      throw .invalid(
        place: place(call), expected: "another subgraph below \(model.subgraphs.count)",
        found: "\(index)")
    }
    return index
  }
}
