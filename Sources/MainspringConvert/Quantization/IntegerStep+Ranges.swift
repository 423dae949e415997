// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension IntegerStep {
  /// - Parameters:
  ///   - cell: of floats.
  ///   - state: what h stands for.
  ///   - ranges: of the cell.
  /// - Throws: `GraphError` when the ranges are of another cell.
  init(of cell: RecurrentCell, state: ValueType, _ ranges: StepRanges) throws(GraphError) {
    let step = try cell.stepGraph()
    let values = step.scaledStepValues
    guard ranges.chosen.count == values.count + 1 else {
      throw .shape(
        node: "step",
        ShapeError(
          operation: cell.operation.name, expected: "ranges of \(values.count + 1) values",
          found: "\(ranges.chosen.count)"))
    }
    let isWide = state.elementType == .int16
    let types = ranges.chosen.indices.map { index -> ValueType in
      if isWide { return .int16(covering: ranges.seen[index]) }
      let limit = index == 0 ? nil : step.saturation(of: values[index - 1])
      return .int8(
        covering: limit.map { ranges.chosen[index].intersection($0) } ?? ranges.chosen[index])
    }
    self.init(input: types[0], state: state, values: Array(types.dropFirst()))
  }
}

extension Graph {
  /// Beyond what operands the function that alone reads a value changes by one integer of 8 bits at
  /// most; nil where there is no such function.
  fileprivate func saturation(of value: ValueID) -> Bounds? {
    let readers = nodes.filter { $0.inputs.contains(value) }
    guard readers.count == 1, case .unary(let reader) = readers[0].operation else { return nil }
    switch reader.function {
    case .logistic: return Bounds(lower: -6, upper: 5.5)
    case .tanh: return Bounds(lower: -3.2, upper: 2.8)
    default: return nil
    }
  }
}
