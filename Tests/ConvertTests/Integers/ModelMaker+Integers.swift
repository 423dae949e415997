// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import _MainspringTestSupport

/// Integer graphs with seeded weights and scales.
extension ModelMaker {
  mutating func int8Type() -> ValueType {
    .int8(
      scale: random.floats(1, from: 0.01, to: 0.1)[0],
      zeroPoint: Int64(random.index(below: 256)) - 128)
  }

  mutating func type(_ elementType: ElementType) -> ValueType {
    elementType == .int8 ? int8Type() : .int16(scale: random.floats(1, from: 0.001, to: 0.01)[0])
  }

  mutating func input(_ extents: [Int], _ type: ValueType) throws -> ValueID {
    graph.addInput(
      name: "x", shape: try Shape(extents), elementType: type.elementType,
      quantization: type.quantization)
  }

  mutating func bytes(_ count: Int) -> [Int8] {
    (0..<count).map { _ in Int8(random.index(below: 255) - 127) }
  }

  /// int8 around zero, with this many scales along the first axis.
  mutating func kernel(_ extents: [Int], scales: Int) throws -> Tensor {
    let shape = try Shape(extents)
    return Tensor(
      shape: shape, elements: .int8(bytes(shape.elementCount)),
      quantization: Quantization(
        scales: random.floats(scales, from: 0.001, to: 0.02),
        zeroPoints: [Int64](repeating: 0, count: scales)))
  }

  /// A bias for a kernel: 32 bits on int8, 64 on int16 unless it is to be short.
  mutating func offset(
    _ count: Int, _ type: ValueType, _ kernel: Tensor, isShort: Bool = false
  ) throws -> Tensor {
    let values = (0..<count).map { _ in Int64(random.index(below: 4001)) - 2000 }
    let scale = type.quantization?.scale ?? 1
    let scales = (kernel.quantization?.scales ?? []).map { $0 * scale }
    return Tensor(
      shape: try Shape([count]),
      elements: type.elementType == .int8 || isShort
        ? .int32(values.map { Int32($0) }) : .int64(values),
      quantization: Quantization(
        scales: scales, zeroPoints: [Int64](repeating: 0, count: scales.count)))
  }

  /// A constant operand of int8.
  mutating func integers(_ extents: [Int], _ type: ValueType) throws -> ValueID {
    let shape = try Shape(extents)
    return constant(
      Tensor(
        shape: shape, elements: .int8(bytes(shape.elementCount)), quantization: type.quantization))
  }

  mutating func add(_ operation: Operator, _ operands: [ValueID], _ type: ValueType?) throws
    -> ValueID
  {
    try graph.add(
      operation, to: operands, name: "\(operation.name.lowercased())_\(graph.nodes.count)",
      type: type)
  }

  /// The operator with a result of the operand's type.
  mutating func same(_ operation: Operator, _ operands: ValueID...) throws -> ValueID {
    try add(operation, operands, graph.values[operands[0]].type)
  }

  /// The operator with a result of a scale of its own, or the one its kernels insist on.
  mutating func scaled(_ operation: Operator, _ operands: ValueID...) throws -> ValueID {
    let elementType = graph.values[operands[0]].elementType
    return try add(
      operation, operands, operation.fixedResult(of: elementType) ?? type(elementType))
  }

  mutating func denseLayer(
    _ units: Int, _ x: ValueID, scales: Int = 1, _ activation: FusedActivation = .none,
    hasBias: Bool = true, hasShortBias: Bool = false, isAsymmetric: Bool = false
  ) throws -> ValueID {
    let type = graph.values[x].type
    let weights = try kernel([units, graph.shape(of: x).channels], scales: scales)
    let dense = Dense(
      weights: weights, bias: try bias(hasBias, units, type, weights, hasShortBias),
      activation: activation,
      asymmetricInputs: isAsymmetric)
    return try product(.dense(dense), x)
  }

  mutating func convolutionLayer(
    _ filters: Int, _ size: Extent2D, _ x: ValueID, groups: Int = 1, scales: Int,
    dilation: Extent2D = .one, padding: Padding = .same, _ activation: FusedActivation = .none,
    hasBias: Bool = true, hasShortBias: Bool = false
  ) throws -> ValueID {
    let type = graph.values[x].type
    let channels = graph.shape(of: x).channels / groups
    let weights = try kernel([filters, size.height, size.width, channels], scales: scales)
    let convolution = Convolution(
      weights: weights, bias: try bias(hasBias, filters, type, weights, hasShortBias),
      dilation: dilation, padding: padding, groups: groups, activation: activation)
    return try product(.convolution(convolution), x)
  }

  mutating func transposedLayer(
    _ filters: Int, _ x: ValueID, _ activation: FusedActivation = .none, hasBias: Bool,
    hasShortBias: Bool = false
  ) throws -> ValueID {
    let type = graph.values[x].type
    let shape = graph.shape(of: x)
    let weights = try kernel([filters, 1, 3, shape.channels], scales: filters)
    let convolution = TransposedConvolution(
      weights: weights, bias: try bias(hasBias, filters, type, weights, hasShortBias),
      stride: Extent2D(height: 1, width: 2), padding: .same,
      outputSize: Extent2D(height: 1, width: 2 * shape[2]), activation: activation)
    return try product(.transposedConvolution(convolution), x)
  }

  private mutating func bias(
    _ hasBias: Bool, _ count: Int, _ type: ValueType, _ weights: Tensor, _ isShort: Bool
  ) throws -> Tensor? {
    guard hasBias else { return nil }
    return type.quantization == nil
      ? try self.weights([count]) : try offset(count, type, weights, isShort: isShort)
  }

  private mutating func product(_ operation: Operator, _ x: ValueID) throws -> ValueID {
    let isFloat = graph.values[x].type == .float32
    return try add(operation, [x], isFloat ? nil : type(graph.values[x].elementType))
  }

  /// An LSTM on int8, or on floats with int8 weights.
  /// - Parameter kind: a GRU whose reset gate is applied after the product or before it, or a simple
  ///   recurrent layer.
  mutating func steppedLayer(
    _ kind: Int, _ units: Int, _ x: ValueID, returnsSequence: Bool
  ) throws -> ValueID {
    let type = graph.values[x].type
    let rows = (kind == 2 ? 1 : 3) * units
    let input = try kernel([rows, graph.shape(of: x).channels], scales: rows)
    let recurrent = try kernel([rows, units], scales: rows)
    let bias = try offset(rows, type, input)
    let fixed = Operator.unary(Unary(.tanh)).fixedResult(of: type.elementType)
    let state = kind == 2 ? fixed ?? type : self.type(type.elementType)
    let step = IntegerStep(
      input: self.type(type.elementType), state: state,
      values: (0..<[7, 8, 2][kind]).map { _ in self.type(type.elementType) })
    let operation: Operator =
      kind == 2
      ? .simpleRNN(
        SimpleRNN(
          inputWeights: input, recurrentWeights: recurrent, bias: bias,
          returnsSequence: returnsSequence, integerStep: step))
      : .gru(
        GRU(
          inputWeights: input, recurrentWeights: recurrent, inputBias: bias,
          recurrentBias: kind == 0 ? try offset(rows, state, recurrent) : nil,
          returnsSequence: returnsSequence, integerStep: step))
    return try add(operation, [x], state)
  }

  mutating func lstmLayer(
    _ units: Int, _ x: ValueID, returnsSequence: Bool, isStateful: Bool = false,
    isAsymmetric: Bool = false, hasWrongScale: Bool = false
  ) throws -> ValueID {
    let type = graph.values[x].type
    let inputWeights = try kernel([4 * units, graph.shape(of: x).channels], scales: 4)
    let isInteger = type.quantization != nil
    let state = Quantization(scale: 1 / 128, zeroPoint: Int64(random.index(below: 9)) - 4)
    let lstm = LSTM(
      inputWeights: inputWeights, recurrentWeights: try kernel([4 * units, units], scales: 4),
      bias: isInteger ? try offset(4 * units, type, inputWeights) : try weights([4 * units]),
      cellClip: isStateful ? 10 : 0, returnsSequence: returnsSequence, isStateful: isStateful,
      asymmetricInputs: isAsymmetric,
      integerState: isInteger
        ? IntegerLSTMState(state: state, hidden: state, cellScale: 0x1p-12) : nil)
    let result = hasWrongScale ? int8Type() : ValueType(.int8, state)
    return try add(.lstm(lstm), [x], isInteger ? result : nil)
  }
}
