// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Decoder {
  /// UNIDIRECTIONAL_SEQUENCE_LSTM: 24 operands (20 without layer normalization), gates i, f, c, o.
  ///
  /// 0 x, 1–4 input weights, 5–8 recurrent weights, 9–11 peepholes, 12–15 biases, 16–17
  /// projection, 18–19 state h and c, 20–23 layer normalization. On int8 the cell is int16, and
  /// intermediate 4 has the scale that h is computed with.
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
    let type = try elementType(of: try operand(call, 0), call)
    guard type.isFloat || type == .int8 else {
      throw .unsupported(place: place(call), what: "an operand of type \(type)")
    }
    var lstm = LSTM(
      inputWeights: try stackedWeights(call, 1..<5, "input weights", for: type),
      recurrentWeights: try stackedWeights(call, 5..<9, "recurrent weights", for: type),
      bias: try biases(call, 12..<16, unitsFrom: 5, for: type), cellClip: clip)
    guard (lstm.inputWeights.elementType == .int8) == (lstm.recurrentWeights.elementType == .int8)
    else {
      throw .invalid(
        place: place(call), expected: "weights of one type",
        found: "\(lstm.inputWeights.elementType) and \(lstm.recurrentWeights.elementType)")
    }
    lstm.asymmetricInputs = try isHybrid(call, lstm.inputWeights) && call.options.bool(4)
    if type == .int8 { lstm.integerState = try integerState(call) }
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

  /// Matrices below each other; integers with one scale for each.
  private mutating func stackedWeights(
    _ call: Call, _ range: Range<Int>, _ what: String, for type: ElementType
  ) throws(TFLiteError) -> Tensor {
    var parts: [Tensor] = []
    var first: Shape?
    for index in range {
      let part = try kernel(call, index, what, for: type, channels: 0)
      guard part.shape.rank == 2, first == nil || first == part.shape else {
        throw .invalid(
          place: place(call), expected: "\(what) as equal matrices", found: "\(part.shape)")
      }
      guard part.quantization?.scales.count ?? 1 == 1 else {
        throw .unsupported(place: place(call), what: "\(what) with a scale for each channel")
      }
      first = part.shape
      parts.append(part)
    }
    return try stacked(parts, what, call)
  }

  /// Vectors after each other; missing ones are zero.
  private mutating func biases(
    _ call: Call, _ range: Range<Int>, unitsFrom weights: Int, for type: ElementType
  ) throws(TFLiteError) -> Tensor {
    let units = try constant(call, weights, "recurrent weights").shape[0]
    let shape = try shape([units], .call(call))
    let zeros =
      type == .int8
      ? Tensor(shape: shape, elements: .int32([Int32](repeating: 0, count: units)))
      : Tensor(shape: shape, floats: [Float](repeating: 0, count: units))
    var given: [Tensor?] = []
    for index in range {
      let isGiven = try optional(call, index) != nil
      given.append(isGiven ? try offset(call, index, for: type) : nil)
    }
    let isHalf = given.contains { $0?.elementType == .float16 }
    var parts: [Tensor] = []
    for tensor in given {
      let part = tensor ?? (isHalf ? zeros.halved : zeros)
      guard part.shape == zeros.shape else {
        throw .invalid(place: place(call), expected: "biases [\(units)]", found: "\(part.shape)")
      }
      parts.append(part)
    }
    return try stacked(parts, "the bias", call)
  }

  /// Constants one after the other; their scales likewise, when each has one.
  private mutating func stacked(_ parts: [Tensor], _ what: String, _ call: Call)
    throws(TFLiteError) -> Tensor
  {
    var scales: [Float] = []
    var zeroPoints: [Int64] = []
    var bare: [Known] = []
    for part in parts {
      if let scale = part.quantization?.scale, let zeroPoint = part.quantization?.zeroPoint {
        scales.append(scale)
        zeroPoints.append(zeroPoint)
      }
      var unscaled = part
      unscaled.quantization = nil
      bare.append(.constant(Constant(unscaled, name: "")))
    }
    guard var tensor = try fold(.concatenate(Concatenate(axis: 0)), bare, call) else {
      throw .invalid(place: place(call), expected: "constant \(what)", found: "another")
    }
    if scales.count == parts.count {
      tensor.quantization = Quantization(scales: scales, zeroPoints: zeroPoints)
    }
    return tensor
  }

  /// The scales an LSTM on int8 keeps its state with.
  private func integerState(_ call: Call) throws(TFLiteError) -> IntegerLSTMState {
    let state = try stateType(call, 18)
    let cell = try stateType(call, 19)
    guard call.record.intermediates.count == 5, call.record.intermediates[4] != -1 else {
      throw .invalid(
        place: place(call), expected: "5 intermediates",
        found: "\(call.record.intermediates.count)")
    }
    let last = Int(call.record.intermediates[4])
    let hidden = try type(ofTensor: last, of: call.subgraph, .call(call))
    guard state.elementType == .int8, cell.elementType == .int16, hidden.elementType == .int8,
      let h = state.quantization, let c = cell.quantization?.scale,
      let product = hidden.quantization
    else {
      throw .invalid(
        place: place(call), expected: "int8 for h, int16 for c and int8 for intermediate 4",
        found: "\(state.elementType), \(cell.elementType) and \(hidden.elementType)")
    }
    guard c.significand == 1, c.exponent >= -15, c.exponent <= -9 else {
      throw .invalid(
        place: place(call), expected: "a scale for c that is a power of two from 2⁻¹⁵ to 2⁻⁹",
        found: "another")
    }
    return IntegerLSTMState(state: h, hidden: product, cellScale: c)
  }

  /// What the elements of a state variable are; operands of an LSTM may be left out, these not.
  private func stateType(_ call: Call, _ index: Int) throws(TFLiteError) -> ValueType {
    let tensor = call.record.inputs[index]
    guard tensor != -1 else {
      throw .invalid(place: place(call), expected: "a variable as operand \(index)", found: "none")
    }
    return try type(ofTensor: Int(tensor), of: call.subgraph, .call(call))
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
