// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Decoder {
  /// FULLY_CONNECTED: x, weights `[units, features]`, bias `[units]` or absent.
  ///
  /// Without `keep_num_dims` x is flattened to `[rows, features]`.
  mutating func decodeFullyConnected(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 2...3, options: 8)
    let fused = try fused(call, field: 0)
    guard call.options.byte(1) == 0 else {
      throw .unsupported(
        place: place(call), what: "weights format \(call.options.byte(1)); only 0 is")
    }
    var x = try operand(call, 0)
    let input = try shape(of: x, call)
    let weightShape = try shape(of: try operand(call, 1), call)
    guard weightShape.rank == 2, weightShape[1] > 0 else {
      throw .invalid(
        place: place(call), expected: "weights [units, features]", found: "\(weightShape)")
    }
    if !call.options.bool(2) {
      guard input.elementCount % weightShape[1] == 0 else {
        throw .invalid(
          place: place(call), expected: "rows of \(weightShape[1]) features", found: "\(input)")
      }
      let rows = input.elementCount / weightShape[1]
      let flat = try shape([rows, weightShape[1]], .call(call))
      x = try reshape(x, to: flat, call)
    }
    guard case .constant = try operand(call, 1) else {
      try decodeProduct(x, fused, call)
      return
    }
    let (weights, bias) = try product(call, 1, "weights", channels: 0, bias: 2)
    let dense = Dense(
      weights: weights, bias: bias, activation: fused.clamp,
      asymmetricInputs: try isHybrid(call, weights) && call.options.bool(3))
    let result = try apply(.dense(dense), [x], call)
    try define(call, as: try activate(result, FusedFunction(isTanh: fused.isTanh), call))
  }

  /// FULLY_CONNECTED whose weights are computed.
  private mutating func decodeProduct(_ x: Known, _ fused: FusedFunction, _ call: Call)
    throws(TFLiteError)
  {
    try requireFloats(x, "computed weights", call)
    var result = try apply(
      .matMul(MatMul(transposesRight: true)), [x, try operand(call, 1)], call)
    if let bias = try optional(call, 2) {
      result = try apply(.binary(Binary(.add)), [result, bias], call)
    }
    try define(call, as: try activate(result, fused, call))
  }

  /// BATCH_MATMUL: a, b, each perhaps transposed.
  mutating func decodeBatchMatMul(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 2...2, options: 101)
    let product = MatMul(
      transposesLeft: call.options.bool(0), transposesRight: call.options.bool(1))
    try finish(.matMul(product), try operands(call), call)
  }

  /// SOFTMAX over the last axis.
  mutating func decodeSoftmax(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 1...1, options: 9)
    let beta = call.options.float(0)
    guard beta.isFinite, beta != 0 else {
      throw .invalid(
        place: place(call), expected: "a finite beta other than 0", found: "\(beta)")
    }
    try finish(.softmax(Softmax(beta: beta)), try operands(call), call)
  }

  /// LOG_SOFTMAX over the last axis.
  mutating func decodeLogSoftmax(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 1...1, options: 36)
    try finish(.logSoftmax(LogSoftmax()), try operands(call), call)
  }

  /// L2_NORMALIZATION: x / max(√Σx², 10⁻⁶) over the last axis.
  mutating func decodeL2Normalization(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 1...1, options: 12)
    let fused = try fused(call, field: 0)
    let x = try operand(call, 0)
    try requireFloats(x, "normalization", call)
    let rank = try shape(of: x, call).rank
    guard rank >= 1 else {
      throw .invalid(place: place(call), expected: "an axis to normalize", found: "a scalar")
    }
    let square = try apply(.unary(Unary(.square)), [x], call)
    let sum = try apply(
      .reduce(Reduce(kind: .sum, axes: [rank - 1], keepsAxes: true)), [square], call)
    let root = try apply(.unary(Unary(.squareRoot)), [sum], call)
    let least = Known.constant(Constant(Tensor(scalar: 1e-6), name: "epsilon"))
    let norm = try apply(.binary(Binary(.maximum)), [root, least], call)
    let result = try apply(
      .binary(Binary(.divide, activation: fused.clamp)), [x, norm], call)
    try define(call, as: try activate(result, FusedFunction(isTanh: fused.isTanh), call))
  }

  /// MEAN, SUM, REDUCE_MAX and REDUCE_MIN: x, axes.
  mutating func decodeReduce(_ kind: Reduce.Kind, _ call: Call) throws(TFLiteError) {
    try require(call, operands: 2...2, options: 27)
    let x = try operand(call, 0)
    let axes = try axes(call, 1, of: try shape(of: x, call))
    if kind == .maximum || kind == .minimum { try requireSameScale(x, call) }
    try finish(.reduce(Reduce(kind: kind, axes: axes, keepsAxes: call.options.bool(0))), [x], call)
  }

  /// REDUCE_PROD of constant integers.
  mutating func decodeProduct(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 2...2, options: 27)
    let tensor = try constant(call, 0, "the operand")
    guard let values = Integers(tensor) else {
      throw .unsupported(
        place: place(call), what: "only products of constant integers are supported")
    }
    let axes = try axes(call, 1, of: tensor.shape)
    var extents: [Int] = []
    for axis in 0..<tensor.shape.rank {
      if !axes.contains(axis) {
        extents.append(tensor.shape[axis])
      } else if call.options.bool(0) {
        extents.append(1)
      }
    }
    let shape = try shape(extents, .call(call))
    guard let result = try reduce(values, .multiply, axes, shape: shape, call) else {
      throw .invalid(place: place(call), expected: "integers", found: "\(tensor.elementType)")
    }
    try define(call, as: .constant(Constant(result, name: name(call))))
  }

  /// Constant axes, ascending, each once.
  mutating func axes(_ call: Call, _ index: Int, of shape: Shape) throws(TFLiteError) -> [Int] {
    var isNamed = [Bool](repeating: false, count: shape.rank)
    for number in try integers(call, index, "axes") {
      isNamed[try axis(number, of: shape, call)] = true
    }
    return isNamed.indices.filter { isNamed[$0] }
  }
}
