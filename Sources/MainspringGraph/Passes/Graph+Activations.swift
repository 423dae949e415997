// SPDX-License-Identifier: Apache-2.0

extension Graph {
  /// ReLU, ReLU6 and ReLUN1To1 move into the operator before them, where that has room for one.
  public func fusingActivations() throws(GraphError) -> Graph {
    guard nodes.contains(where: { $0.isFusable }) else { return try canonicalized() }
    return try merging { node, next in
      guard case .unary(let unary) = next.operation, isFloat(next),
        let activation = unary.function.fused
      else { return nil }
      return node.operation.fusing(activation)
    }
  }
}

extension Node {
  fileprivate var isFusable: Bool {
    guard case .unary(let unary) = operation else { return false }
    return unary.function.fused != nil
  }
}

extension Unary.Function {
  fileprivate var fused: FusedActivation? {
    switch self {
    case .relu: .relu
    case .relu6: .relu6
    case .reluN1To1: .reluN1To1
    default: nil
    }
  }
}

extension Operator {
  /// The operator with the activation applied to its result; nil when it has no room for one.
  fileprivate func fusing(_ activation: FusedActivation) -> Operator? {
    switch self {
    case .dense(var x) where x.activation == .none:
      x.activation = activation
      return .dense(x)
    case .convolution(var x) where x.activation == .none:
      x.activation = activation
      return .convolution(x)
    case .binary(var x) where x.activation == .none && x.function.fusesActivation:
      x.activation = activation
      return .binary(x)
    case .dense, .convolution, .binary, .transposedConvolution, .lstm, .gru, .simpleRNN, .pool,
      .reduce, .softmax, .logSoftmax, .unary, .compare, .select, .parametricReLU, .scaleShift,
      .matMul, .reshape, .transpose, .slice, .concatenate, .pad, .tile, .reverse, .quantize,
      .dequantize:
      return nil
    }
  }
}

extension Binary.Function {
  /// TFLite's options tables of these four have an activation.
  public var fusesActivation: Bool {
    switch self {
    case .add, .subtract, .multiply, .divide: true
    case .maximum, .minimum, .squaredDifference: false
    }
  }
}
