// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Decoder {
  /// UNIDIRECTIONAL_SEQUENCE_LSTM: 24 operands (20 without layer normalization), gates i, f, c, o.
  ///
  /// 0 x, 1–4 input weights, 5–8 recurrent weights, 9–11 peepholes, 12–15 biases, 16–17
  /// projection, 18–19 state h and c, 20–23 layer normalization.
  mutating func decodeLSTM(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 20...24, options: 71)
    for (range, what) in [
      (9...11, "peepholes"), (16...17, "a projection"), (20...23, "layer normalization"),
    ] {
      for index in range where try optional(call, index) != nil {
        throw .unsupported(place: place(call), what: what)
      }
    }
    for index in [1, 5] where try optional(call, index) == nil {
      throw .unsupported(place: place(call), what: "an input gate coupled to the forget gate")
    }
    guard call.options.byte(0) == 4 else {
      throw .unsupported(
        place: place(call), what: "the activation \(call.options.byte(0)); only TANH (4) is")
    }
    guard !call.options.bool(5) else {
      throw .unsupported(place: place(call), what: "diagonal recurrent weights")
    }
    let clip = call.options.float(1)
    guard clip.isFinite, clip >= 0 else {
      throw .invalid(place: place(call), expected: "a cell clip of at least 0", found: "another")
    }
    var lstm = LSTM(
      inputWeights: try stackedWeights(call, 1..<5, "input weights"),
      recurrentWeights: try stackedWeights(call, 5..<9, "recurrent weights"),
      bias: try biases(call, 12..<16, unitsFrom: 5), cellClip: clip)
    let isCleared = try takeStates(call, [18, 19])
    lstm.isStateful = !isCleared
    try finishSequence(.lstm(lstm), timeMajor: call.options.bool(3), call)
  }

  /// UNIDIRECTIONAL_SEQUENCE_RNN: x, input weights, recurrent weights, bias, state.
  mutating func decodeSimpleRNN(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 5...5, options: 31)
    let fused = try fused(call, field: 1)
    let activation: Activation
    switch fused.clamp {
    case .none: activation = fused.isTanh ? .tanh : .linear
    case .relu: activation = .relu
    case .relu6: activation = .relu6
    case .reluN1To1: activation = .hardTanh
    }
    let rnn = SimpleRNN(
      inputWeights: try weights(call, 1, "input weights"),
      recurrentWeights: try weights(call, 2, "recurrent weights"),
      bias: try weights(call, 3, "the bias"), activation: activation)
    _ = try takeStates(call, [4])
    try finishSequence(.simpleRNN(rnn), timeMajor: call.options.bool(0), call)
  }

  /// Time first becomes batch first and back; the batch is 1, so that no element moves.
  private mutating func finishSequence(_ operation: Operator, timeMajor: Bool, _ call: Call)
    throws(TFLiteError)
  {
    let x = try operand(call, 0)
    guard timeMajor else {
      try finish(operation, [x], call)
      return
    }
    let input = try shape(of: x, call)
    guard input.rank == 3, input[1] == 1 else {
      throw .unsupported(place: place(call), what: "an operand \(input); only batch 1 is supported")
    }
    let swapped = try shape([1, input[0], input[2]], .call(call))
    let result = try apply(operation, [try reshape(x, to: swapped, call)], call)
    let output = try shape(of: result, call)
    let back = try shape([output[1], 1, output[2]], .call(call))
    try define(call, as: try reshape(result, to: back, call))
  }

  /// Matrices below each other.
  private mutating func stackedWeights(_ call: Call, _ range: Range<Int>, _ what: String)
    throws(TFLiteError) -> Tensor
  {
    var parts: [Known] = []
    var first: Shape?
    for index in range {
      let part = try weights(call, index, what)
      guard part.shape.rank == 2, first == nil || first == part.shape else {
        throw .invalid(
          place: place(call), expected: "\(what) as equal matrices", found: "\(part.shape)")
      }
      first = part.shape
      parts.append(.constant(Constant(part, name: "")))
    }
    return try joined(parts, what, call)
  }

  /// Vectors after each other; missing ones are zero.
  private mutating func biases(_ call: Call, _ range: Range<Int>, unitsFrom weights: Int)
    throws(TFLiteError) -> Tensor
  {
    let units = try self.weights(call, weights, "recurrent weights").shape[0]
    let zeros = Tensor(
      shape: try shape([units], .call(call)), floats: [Float](repeating: 0, count: units))
    var given: [Tensor?] = []
    for index in range { given.append(try optionalWeights(call, index, "the bias")) }
    let isHalf = given.contains { $0?.elementType == .float16 }
    var parts: [Known] = []
    for tensor in given {
      let part = tensor ?? (isHalf ? zeros.halved : zeros)
      guard part.shape == zeros.shape else {
        throw .invalid(place: place(call), expected: "biases [\(units)]", found: "\(part.shape)")
      }
      parts.append(.constant(Constant(part, name: "")))
    }
    return try joined(parts, "the bias", call)
  }

  private mutating func joined(_ parts: [Known], _ what: String, _ call: Call) throws(TFLiteError)
    -> Tensor
  {
    guard let tensor = try fold(.concatenate(Concatenate(axis: 0)), parts, call) else {
      throw .invalid(place: place(call), expected: "constant \(what)", found: "another")
    }
    return tensor
  }

  /// Hands the state variables to the operator.
  ///
  /// - Returns: whether the file clears them before.
  private mutating func takeStates(_ call: Call, _ indices: [Int]) throws(TFLiteError) -> Bool {
    var cleared = 0
    for index in indices {
      guard case .state(let state) = try operand(call, index) else {
        throw .invalid(
          place: place(call), expected: "a variable as operand \(index)", found: "another tensor")
      }
      switch state {
      case .kept: break
      case .cleared: cleared += 1
      case .used:
        throw .unsupported(
          place: place(call), what: "state that another operator has used")
      }
      frames[frames.count - 1].slots[Int(call.record.inputs[index])] = .state(.used)
    }
    guard cleared == 0 || cleared == indices.count else {
      throw .unsupported(place: place(call), what: "state of which only a part is cleared")
    }
    return cleared > 0
  }
}
