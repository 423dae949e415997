// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// An LSTM that TensorFlow wrote as a loop, found in the loop's iterations once they are unrolled.
struct UnrolledLSTM {
  /// Of a cell and state of zeros.
  let cell: LSTM
  let source: ValueID
  let time: Int
  /// The states after each time.
  let states: [ValueID]

  /// - Parameters:
  ///   - iterations: the loop's variables before the first iteration and after each of them.
  /// - Returns: nil when the loop is anything else.
  init?(_ graph: Graph, _ iterations: [[Known]]) {
    let values = GraphTrace(graph: graph)
    guard iterations.count > 1, let first = iterations.first, let last = iterations.last else {
      return nil
    }
    let isZero = first.map { $0.isZero }
    for h in last.indices where isZero[h] {
      guard let end = last[h].value, let out = values.gated(end),
        let cell = values.argument(of: out.other, .tanh)
      else { continue }
      for c in last.indices where c != h && isZero[c] && last[c].value == cell {
        // Variables that end as the same value are the same from the first time on: none of the
        // others is what this one is not.
        guard let found = UnrolledLSTM(values, iterations, h, c) else { return nil }
        self = found
        return
      }
    }
    return nil
  }

  private init?(_ values: GraphTrace, _ iterations: [[Known]], _ h: Int, _ c: Int) {
    time = iterations.count - 1
    var states: [ValueID] = []
    var model: UnrolledStep?
    for t in 0..<time {
      guard let previous = iterations[t].state(h, c), let next = iterations[t + 1].state(h, c),
        let step = UnrolledStep(
          values, h: next.h, c: next.c, previous: previous, time: t, of: time),
        model?.hasWeights(of: step) ?? true
      else { return nil }
      model = model ?? step
      states.append(next.h)
    }
    guard let model else { return nil }
    self.states = states
    source = model.source
    cell = LSTM(
      inputWeights: model.inputWeights, recurrentWeights: model.recurrentWeights, bias: model.bias)
  }
}

extension UnrolledLSTM {
  /// What a variable of the loop is in the end.
  enum Result {
    case unchanged, last, sequence
  }

  /// - Parameter start: the first value of the graph that is the loop's.
  /// - Returns: nil for what the layer does not have.
  func result(_ known: Known, _ values: GraphTrace, from start: ValueID) -> Result? {
    switch known {
    case .constant, .state: return .unchanged
    case .value(let value):
      if value < start { return .unchanged }
      return values.unshaped(value) == states[time - 1] ? .last : nil
    case .stack(let stack):
      var rows: [ValueID] = []
      for run in stack.runs {
        guard let value = run.source.value, run.count == 1, run.sourceShape[0] == 1 else {
          return nil
        }
        rows.append(values.unshaped(value))
      }
      if rows == states { return .sequence }
      return rows == [states[time - 1]] ? .last : nil
    }
  }
}

extension Known {
  /// The value of the graph, also of a constant.
  fileprivate var value: ValueID? {
    switch self {
    case .value(let value): value
    case .constant(let constant): constant.value
    case .stack, .state: nil
    }
  }

  fileprivate var isZero: Bool {
    guard case .constant(let constant) = self else { return false }
    return constant.tensor.isAllZero
  }
}

extension [Known] {
  fileprivate func state(_ h: Int, _ c: Int) -> (h: ValueID, c: ValueID)? {
    guard let h = self[h].value, let c = self[c].value else { return nil }
    return (h, c)
  }
}
