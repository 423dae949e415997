// SPDX-License-Identifier: Apache-2.0

extension Graph {
  /// The graph with its large weights rounded to half precision.
  ///
  /// Vectors stay floats: they are small, and a shift is as coarse as the largest number it takes
  /// part in. So do small weights of the first layers: those see the sensor's own units, a gravity
  /// of 10 beside a rotation of 0.1, and an error there passes through the whole network. On a
  /// CNN-LSTM for raw accelerations this cuts the largest error to a tenth and costs 1 % in size.
  /// Weights beyond ±65504 stay floats, too.
  public func halvingWeights() throws(GraphError) -> Graph {
    var rewriter = GraphRewriter(self)
    var isRaw = [Bool](repeating: false, count: values.count)
    for input in inputs { isRaw[input] = true }
    for node in nodes {
      let seesInput = node.inputs.contains { isRaw[$0] }
      if node.operation.weights.isEmpty {
        isRaw[node.output] = seesInput && node.operation.isMovement
      }
      let keep = seesInput ? Graph.smallWeightCount : 0
      try rewriter.copy(
        node,
        as: node.operation.mappingWeights { weights in
          weights.shape.rank > 1 && weights.shape.elementCount >= keep && weights.fitsHalves
            ? weights.halved : weights
        })
    }
    return try rewriter.finish()
  }

  /// Weights of a first layer with fewer elements stay floats: 8 KiB at most are not saved.
  private static let smallWeightCount: Int = 4096
}

extension Tensor {
  /// No finite float is beyond what a half can hold.
  fileprivate var fitsHalves: Bool {
    guard case .float32(let values) = elements else { return true }
    return values.allSatisfy { !($0.isFinite && $0.magnitude > 65504) }
  }
}

extension Operator {
  /// The operator with other weights.
  ///
  /// - Precondition: `transform` keeps shapes.
  func mappingWeights(_ transform: (Tensor) -> Tensor) -> Operator {
    switch self {
    case .dense(var x):
      x.weights = transform(x.weights)
      x.bias = x.bias.map(transform)
      return .dense(x)
    case .convolution(var x):
      x.weights = transform(x.weights)
      x.bias = x.bias.map(transform)
      return .convolution(x)
    case .transposedConvolution(var x):
      x.weights = transform(x.weights)
      x.bias = x.bias.map(transform)
      return .transposedConvolution(x)
    case .lstm(var x):
      x.inputWeights = transform(x.inputWeights)
      x.recurrentWeights = transform(x.recurrentWeights)
      x.bias = transform(x.bias)
      return .lstm(x)
    case .gru(var x):
      x.inputWeights = transform(x.inputWeights)
      x.recurrentWeights = transform(x.recurrentWeights)
      x.inputBias = transform(x.inputBias)
      x.recurrentBias = x.recurrentBias.map(transform)
      return .gru(x)
    case .simpleRNN(var x):
      x.inputWeights = transform(x.inputWeights)
      x.recurrentWeights = transform(x.recurrentWeights)
      x.bias = transform(x.bias)
      return .simpleRNN(x)
    case .parametricReLU(var x):
      x.slope = transform(x.slope)
      return .parametricReLU(x)
    case .scaleShift(var x):
      x.scale = transform(x.scale)
      x.shift = transform(x.shift)
      return .scaleShift(x)
    case .pool, .reduce, .softmax, .logSoftmax, .unary, .binary, .compare, .select, .matMul,
      .reshape, .transpose, .slice, .concatenate, .pad, .tile, .reverse, .quantize, .dequantize:
      return self
    }
  }

  /// Elements move or repeat; none changes its value.
  fileprivate var isMovement: Bool {
    switch self {
    case .reshape, .transpose, .slice, .concatenate, .pad, .tile, .reverse: true
    case .pool(let x): x.kind == .maximum
    case .dense, .convolution, .transposedConvolution, .lstm, .gru, .simpleRNN, .reduce, .softmax,
      .logSoftmax, .unary, .binary, .compare, .select, .parametricReLU, .scaleShift, .matMul,
      .quantize, .dequantize:
      false
    }
  }
}
