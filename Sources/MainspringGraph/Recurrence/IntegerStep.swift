// SPDX-License-Identifier: Apache-2.0

/// How a GRU or a simple recurrent layer computes on integers: what each value of a step stands for.
///
/// Formats have no operator for these layers, so that each operator of a step, as
/// ``RecurrentCell/stepGraph(rows:)`` has them, rounds its result. Slices have what their operand
/// has, functions what kernels give. All integers are of one type, int8 or int16; weights are int8
/// around zero with a scale for each row or for all, biases int32, or int64 beside int16.
public struct IntegerStep: Hashable, Sendable {
  /// Of W·x + b, for all gates.
  public var input: ValueType
  /// Of h before and after a step, and so of the result.
  public var state: ValueType
  /// Of the products, sums and differences of a step in its order, except the last: that is h.
  public var values: [ValueType]

  public init(input: ValueType, state: ValueType, values: [ValueType]) {
    self.input = input
    self.state = state
    self.values = values
  }
}

extension RecurrentCell {
  /// How the cell computes on integers; nil for floats, and for an LSTM, which has a state of its
  /// own.
  public var integerStep: IntegerStep? {
    switch self {
    case .lstm: nil
    case .gru(let x): x.integerStep
    case .simpleRNN(let x): x.integerStep
    }
  }

  /// The same cell with or without integers.
  public func with(_ step: IntegerStep?) -> RecurrentCell {
    switch self {
    case .lstm: return self
    case .gru(var x):
      x.integerStep = step
      return .gru(x)
    case .simpleRNN(var x):
      x.integerStep = step
      return .simpleRNN(x)
    }
  }
}

extension Graph {
  /// Of a step graph: the values that ``IntegerStep/values`` are about.
  public var scaledStepValues: [ValueID] {
    nodes.compactMap { node in
      switch node.operation {
      case .dense, .binary: outputs.contains(node.output) ? nil : node.output
      default: nil
      }
    }
  }
}
