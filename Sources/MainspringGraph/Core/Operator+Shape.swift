// SPDX-License-Identifier: Apache-2.0

extension Operator {
  /// The shape of the result; the one place that checks operands against settings and weights.
  ///
  /// - Parameter inputs: one shape for each operand, in order.
  /// - Throws: `ShapeError` naming the operator, what it needs and what it got.
  public func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape {
    switch self {
    case .dense(let x): try x.outputShape(try one(inputs))
    case .convolution(let x): try x.outputShape(try one(inputs))
    case .transposedConvolution(let x): try x.outputShape(try one(inputs))
    case .lstm(let x): try x.outputShape(try one(inputs))
    case .gru(let x): try x.outputShape(try one(inputs))
    case .simpleRNN(let x): try x.outputShape(try one(inputs))
    case .pool(let x): try x.outputShape(try one(inputs))
    case .reduce(let x): try x.outputShape(try one(inputs))
    case .softmax(let x): try x.outputShape(try one(inputs))
    case .logSoftmax(let x): try x.outputShape(try one(inputs))
    case .unary: try one(inputs)
    case .binary: try two(inputs)
    case .compare: try two(inputs)
    case .select(let x): try x.outputShape(inputs)
    case .parametricReLU(let x): try x.outputShape(try one(inputs))
    case .scaleShift(let x): try x.outputShape(try one(inputs))
    case .matMul(let x): try x.outputShape(inputs)
    case .reshape(let x): try x.outputShape(try one(inputs))
    case .transpose(let x): try x.outputShape(try one(inputs))
    case .slice(let x): try x.outputShape(try one(inputs))
    case .concatenate(let x): try x.outputShape(inputs)
    case .pad(let x): try x.outputShape(try one(inputs))
    case .tile(let x): try x.outputShape(try one(inputs))
    case .reverse(let x): try x.outputShape(try one(inputs))
    case .quantize: try one(inputs)
    case .dequantize: try one(inputs)
    }
  }

  private func one(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    guard inputs.count == 1 else {
      throw ShapeError(operation: name, expected: "1 operand", found: "\(inputs.count)")
    }
    return inputs[0]
  }

  /// Two operands under broadcasting.
  private func two(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    guard inputs.count == 2 else {
      throw ShapeError(operation: name, expected: "2 operands", found: "\(inputs.count)")
    }
    return try inputs[0].broadcast(with: inputs[1], operation: name)
  }

  /// Multiply-accumulates of one execution; 0 for operators that only move or map elements. A
  /// number that does not fit is the largest one that does.
  ///
  /// - Precondition: the shapes passed ``outputShape(of:)``.
  public func multiplyAccumulates(inputs: [Shape], output: Shape) -> Int {
    switch self {
    case .dense(let x): saturating(output.rows, x.weights.shape.elementCount)
    case .convolution(let x): saturating(output.rows, x.weights.shape.elementCount)
    case .transposedConvolution(let x): saturating(inputs[0].rows, x.weights.shape.elementCount)
    case .lstm(let x): recurrent(inputs[0], x.inputWeights, x.recurrentWeights)
    case .gru(let x): recurrent(inputs[0], x.inputWeights, x.recurrentWeights)
    case .simpleRNN(let x): recurrent(inputs[0], x.inputWeights, x.recurrentWeights)
    case .matMul(let x): saturating(output.elementCount, x.depth(inputs))
    case .scaleShift: output.elementCount
    case .pool, .reduce, .softmax, .logSoftmax, .unary, .binary, .compare, .select,
      .parametricReLU, .reshape, .transpose, .slice, .concatenate, .pad, .tile, .reverse,
      .quantize, .dequantize:
      0
    }
  }

  private func recurrent(_ input: Shape, _ weights: Tensor, _ recurrentWeights: Tensor) -> Int {
    saturating(input[1], weights.shape.elementCount + recurrentWeights.shape.elementCount)
  }

  private func saturating(_ a: Int, _ b: Int) -> Int {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow ? Int.max : product
  }
}

extension ShapeError {
  /// - Throws: `self` built from the message when the condition does not hold.
  static func require(
    _ condition: Bool, _ operation: String, expected: @autoclosure () -> String,
    found: @autoclosure () -> String
  ) throws(ShapeError) {
    if !condition { throw ShapeError(operation: operation, expected: expected(), found: found()) }
  }
}
