// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Decoder {
  /// Puts a layer in the place of a loop that was unrolled, if it is an LSTM; what the iterations
  /// appended to the graph is then used by nothing.
  ///
  /// - Parameters:
  ///   - iterations: the loop's variables before the first iteration and after each of them.
  ///   - start: the first value of the graph that is the loop's.
  /// - Returns: false when it is none, or something reads a result the layer does not have.
  mutating func defineUnrolledLSTM(
    _ iterations: [[Known]], from start: ValueID, _ call: Call
  ) throws(TFLiteError) -> Bool {
    guard let variables = iterations.last, let layer = UnrolledLSTM(graph, iterations) else {
      return false
    }
    let values = GraphTrace(graph: graph)
    var results: [UnrolledLSTM.Result?] = []
    for (index, variable) in variables.enumerated() {
      let result = layer.result(variable, values, from: start)
      if result == nil, isUsed(Int(call.record.outputs[index]), in: call.subgraph) { return false }
      results.append(result)
    }
    var cell = layer.cell
    cell.returnsSequence = results.contains { $0 == .sequence }
    let place = results.firstIndex { $0 == (cell.returnsSequence ? .sequence : .last) } ?? 0
    let features = cell.inputWeights.shape[1]
    let x = try reshape(
      .value(layer.source), to: try shape([1, layer.time, features], .call(call)), call)
    let operand = try materialise(x, .call(call))
    let y = Known.value(
      try append(.lstm(cell), [operand], name(call, place), nil, .call(call)))
    for (index, variable) in variables.enumerated() {
      switch results[index] {
      case nil: frames[frames.count - 1].slots[Int(call.record.outputs[index])] = .state(.used)
      case .unchanged: try define(call, index, as: variable)
      case .sequence, .last:
        var result = y
        if results[index] == .last, cell.returnsSequence {
          result = try cut(y, axis: 1, (layer.time - 1)..<layer.time, call, name: name(call, index))
        }
        let shape = try shape(of: variable, call)
        try define(
          call, index, as: try reshape(result, to: shape, call, name: name(call, index)))
      }
    }
    return true
  }
}
