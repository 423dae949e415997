// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// The variables of a loop over time: t, h (, c), A (, Y).
struct LoopPattern {
  let variableCount: Int
  /// h, and c for an LSTM.
  let stateCount: Int
  let units: Int
  /// What h, and c, stand for.
  let stateType: ValueType
  /// Steps, which is the rows of A.
  let time: Int
  /// A, `[time × gates·units]`.
  let projected: ValueID
  /// Which variable Y is; nil when only the last h is wanted.
  let sequence: Int?

  /// - Returns: nil when the variables are of any other form.
  init?(_ decoder: Decoder, _ variables: [Known], _ call: Call) throws(TFLiteError) {
    guard variables.count >= 3, variables.count <= 5,
      case .constant(let counter) = variables[0], counter.tensor.shape.extents == [1],
      case .int32([0]) = counter.tensor.elements
    else { return nil }
    var index = 1
    var units = 0
    var stateType = ValueType.float32
    while index < variables.count, case .constant(let state) = variables[index] {
      guard state.tensor.standsForZeros, state.tensor.shape.rank == 2, state.tensor.shape[0] == 1,
        index == 1 || (state.tensor.shape[1] == units && state.type.inLoops == stateType)
      else { return nil }
      units = state.tensor.shape[1]
      stateType = state.type.inLoops
      index += 1
    }
    guard index == 2 || index == 3, index < variables.count, units > 0,
      case .value(let projected) = variables[index],
      decoder.graph.shape(of: projected).rank == 2
    else { return nil }
    let rows = decoder.graph.shape(of: projected)
    stateCount = index - 1
    self.units = units
    self.stateType = stateType
    self.projected = projected
    time = rows[0]
    variableCount = variables.count
    guard time >= 1, rows[1] % units == 0 else { return nil }
    guard index + 1 < variables.count else {
      sequence = nil
      return
    }
    // What Y holds at first is overwritten, row by row.
    guard index + 2 == variables.count,
      try decoder.shape(of: variables[index + 1], call).extents == [time, units],
      try decoder.type(of: variables[index + 1], call).inLoops == stateType
    else { return nil }
    sequence = index + 1
  }
}

/// The bookkeeping in the body of a loop over time.
struct LoopBody {
  /// The row of A that the step reads.
  let row: Int
  /// The state before and after, as tensors of the body.
  let state: [Int]
  let nextState: [Int]
  /// Operators that are not part of the step.
  let bookkeeping: [Int]

  /// - Returns: nil when the body counts or collects in any other way.
  init?(_ model: TFLiteModel, _ index: Int, _ loop: LoopPattern) {
    let body = model.subgraphs[index]
    guard body.inputs.count == loop.variableCount, body.outputs.count == loop.variableCount else {
      return nil
    }
    let t = body.inputs[0]
    let a = body.inputs[1 + loop.stateCount]
    guard body.outputs[1 + loop.stateCount] == a else { return nil }

    // How often each tensor of the bookkeeping is read: by nothing else.
    var expected = [(t, loop.sequence == nil ? 2 : 3), (a, 1)]
    guard let gather = body.only(.gather, reading: a), gather.record.inputs == [a, t],
      gather.record.options.int(0) == 0, gather.record.options.int(1) == 0,
      gather.record.outputs.count == 1,
      let add = body.writer(of: body.outputs[0]), add.record.code == .add,
      add.record.inputs.count == 2, add.record.inputs[0] == t, add.record.inputs[1] != -1,
      add.record.options.byte(0) == 0,
      model.smallIntegers(Int(add.record.inputs[1]), of: index) == [1]
    else { return nil }
    var bookkeeping = [gather.number, add.number]
    if let sequence = loop.sequence {
      let y = body.inputs[sequence]
      guard let update = body.writer(of: body.outputs[sequence]),
        update.record.code == .dynamicUpdateSlice, update.record.inputs.count == 3,
        update.record.inputs[0] == y, update.record.inputs[1] == body.outputs[1],
        let position = body.writer(of: update.record.inputs[2]),
        position.record.code == .concatenation, position.record.inputs.count == 2,
        position.record.inputs[0] == t, position.record.inputs[1] != -1,
        position.record.options.int(0) == 0, position.record.options.byte(1) == 0,
        model.smallIntegers(Int(position.record.inputs[1]), of: index) == [0]
      else { return nil }
      bookkeeping += [update.number, position.number]
      expected.append((y, 1))
      expected.append((body.outputs[sequence], 0))
      expected.append((update.record.inputs[2], 1))
    }
    expected.append((body.outputs[0], 0))
    for (tensor, count) in expected where body.readCount(of: tensor) != count { return nil }
    row = Int(gather.record.outputs[0])
    state = (1...loop.stateCount).map { Int(body.inputs[$0]) }
    nextState = (1...loop.stateCount).map { Int(body.outputs[$0]) }
    self.bookkeeping = bookkeeping
  }
}

extension TFLiteModel.Subgraph {
  fileprivate typealias Numbered = (number: Int, record: TFLiteModel.OperatorRecord)

  /// The only operator of a kind that reads a tensor.
  fileprivate func only(_ code: BuiltinOperator, reading tensor: Int32) -> Numbered? {
    var found: Numbered?
    for (number, record) in operators.enumerated()
    where record.code == code && record.inputs.contains(tensor) {
      if found != nil { return nil }
      found = (number, record)
    }
    return found
  }

  fileprivate func writer(of tensor: Int32) -> Numbered? {
    for (number, record) in operators.enumerated() where record.outputs == [tensor] {
      return (number, record)
    }
    return nil
  }

  /// How often operators read a tensor.
  fileprivate func readCount(of tensor: Int32) -> Int {
    var count = 0
    for record in operators { for input in record.inputs where input == tensor { count += 1 } }
    return count
  }
}

extension TFLiteModel {
  /// The elements of a small int32 vector; nil for any other tensor.
  func smallIntegers(_ index: Int, of subgraph: Int) -> [Int]? {
    let record = subgraphs[subgraph].tensors[index]
    guard record.type == .int32, record.shape.count == 1, record.shape[0] <= 8,
      isConstant(record), !record.isVariable
    else { return nil }
    do throws(ShapeError) {
      let shape = try Shape(record.shape.map { Int($0) })
      return Tensor(shape: shape, type: .int32, bytes: buffers[record.buffer])?.integers
    } catch {
      return nil
    }
  }
}

extension ValueType {
  /// Halves are widened before a loop reads them.
  fileprivate var inLoops: ValueType { elementType.isFloat ? .float32 : self }
}

extension Tensor {
  /// Zeros, as floats or as integers that stand for them.
  fileprivate var standsForZeros: Bool {
    guard let zero = quantization?.zeroPoint else { return isAllZero }
    return switch elements {
    case .int8(let values): values.allSatisfy { Int64($0) == zero }
    case .int16(let values): values.allSatisfy { Int64($0) == zero }
    default: isAllZero
    }
  }
}
