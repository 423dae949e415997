// SPDX-License-Identifier: Apache-2.0

extension Graph {
  /// ReLU, ReLU6 and ReLUN1To1 move into the operator before them, where that has room for one.
  public func fusingActivations() throws(GraphError) -> Graph {
    guard nodes.contains(where: { $0.isFusable }) else { return try canonicalized() }
    var rewriter = GraphRewriter(self)
    let consumers = rewriter.consumers()
    var fused = [Bool](repeating: false, count: nodes.count)
    for (index, node) in nodes.enumerated() {
      if fused[index] { continue }
      guard isFloat(node), let next = rewriter.soleConsumer(of: node.output, in: consumers),
        case .unary(let unary) = nodes[next].operation, isFloat(nodes[next]),
        let activation = unary.function.fused,
        let operation = node.operation.fusing(activation)
      else {
        try rewriter.copy(node)
        continue
      }
      var operands: [ValueID] = []
      for input in node.inputs { operands.append(rewriter.value(input)) }
      let result = try rewriter.add(operation, operands, values[nodes[next].output].name)
      rewriter.replace(nodes[next].output, with: result)
      fused[next] = true
    }
    return try rewriter.finish().canonicalized()
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
