// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import _MainspringTestSupport

extension IntegerSamples {
  /// GRUs of both kinds and simple recurrent layers.
  static func recurrences(_ element: ElementType) throws -> [IntegerSample] {
    var maker = IntegerMaker(seed: 75)
    var samples: [IntegerSample] = []
    for (index, (time, features, units)) in [
      (1, 1, 1), (4, 3, 5), (9, 6, 16), (5, 17, 33), (12, 9, 64), (3, 32, 20), (6, 4, 31),
    ].enumerated() {
      for kind in 0..<3 {
        let x = maker.type(element)
        let cell = try maker.cell(
          kind, features, units, x, returnsSequence: (index + kind) % 3 != 1,
          hasRowScales: index % 2 == 0)
        let type = cell.integerStep?.state ?? x
        samples.append(
          try maker.sample(
            "\(cell.operation.name) \(kind) \(time) \(features) \(units)", cell.operation,
            [([1, time, features], x)], result: type))
      }
    }
    return samples
  }
}

extension IntegerMaker {
  /// - Parameter kind: a GRU whose reset gate is applied after the product or before it, or a simple
  ///   recurrent layer.
  fileprivate mutating func cell(
    _ kind: Int, _ features: Int, _ units: Int, _ x: ValueType, returnsSequence: Bool,
    hasRowScales: Bool
  ) throws -> RecurrentCell {
    let element = x.elementType
    let rows = (kind == 2 ? 1 : 3) * units
    let input = try weights([rows, features], scales: hasRowScales ? rows : 1)
    let recurrent = try weights([rows, units], scales: hasRowScales ? rows : 1)
    let fixed = Operator.unary(Unary(.tanh)).fixedResult(of: element) ?? x
    let state = kind == 2 ? fixed : type(element, scale: scale(0.005, 0.0078))
    let values = [7, 8, 2][kind]
    let step = IntegerStep(
      input: type(element), state: state, values: (0..<values).map { _ in type(element) })
    let bias = try bias(input, x)
    if kind == 2 {
      return .simpleRNN(
        SimpleRNN(
          inputWeights: input, recurrentWeights: recurrent, bias: bias,
          returnsSequence: returnsSequence, integerStep: step))
    }
    return .gru(
      GRU(
        inputWeights: input, recurrentWeights: recurrent, inputBias: bias,
        recurrentBias: kind == 0 ? try self.bias(recurrent, state) : nil,
        returnsSequence: returnsSequence, integerStep: step))
  }
}
