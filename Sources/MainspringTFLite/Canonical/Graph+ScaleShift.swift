// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Graph {
  /// A multiplication and then an addition of channel constants become one scale-and-shift.
  ///
  /// TensorFlow writes a batch normalization it cannot fold as this pair. Two single numbers stay
  /// a pair: they are no normalization.
  func mergingScaleAndShift() throws(GraphError) -> Graph {
    var rewriter = GraphRewriter(self)
    for node in nodes {
      guard let (x, affine, activation) = affine(node, rewriter) else {
        try rewriter.copy(node)
        continue
      }
      let operand = rewriter.value(x)
      var result = try rewriter.add(.scaleShift(affine), [operand], node)
      if let activation { result = try rewriter.add(.unary(Unary(activation)), [result], node) }
      rewriter.replace(node, with: result)
    }
    // The multiplications are of no use now.
    return try rewriter.finish().canonicalized()
  }

  /// The operand and the pair that ends in `node`.
  private func affine(_ node: Node, _ rewriter: GraphRewriter)
    -> (ValueID, ScaleShift, Unary.Function?)?
  {
    guard case .binary(let last) = node.operation,
      last.function == .add || last.function == .subtract,
      let (product, shift) = channelConstant(of: node, isCommutative: last.function == .add),
      let source = rewriter.soleProducer(of: product), case .binary(let first) = source.operation,
      first.function == .multiply, first.activation == .none,
      let (x, scale) = channelConstant(of: source, isCommutative: true),
      scale.shape.rank > 0 || shift.shape.rank > 0, shape(of: x) == shape(of: node.output)
    else { return nil }
    let signed = last.function == .subtract ? shift.negated : shift
    guard let wideScale = scale.widened(to: shape(of: x).channels),
      let wideShift = signed.widened(to: shape(of: x).channels)
    else { return nil }
    return (x, ScaleShift(scale: wideScale, shift: wideShift), last.activation.function)
  }

  /// The computed operand of a binary operator whose other operand is a constant for each channel
  /// or a single number.
  private func channelConstant(of node: Node, isCommutative: Bool) -> (ValueID, Tensor)? {
    let output = shape(of: node.output)
    for (other, x) in [(1, 0), (0, 1)] where other == 1 || isCommutative {
      guard let constant = values[node.inputs[other]].constant, constant.floats != nil,
        values[node.inputs[x]].constant == nil, output.rank >= 1,
        constant.shape.rank <= output.rank
      else { continue }
      let isVector = constant.shape.elementCount == constant.shape.channels
      guard constant.shape.rank == 0 || (isVector && constant.shape.channels == output.channels)
      else { continue }
      return (node.inputs[x], constant)
    }
    return nil
  }
}

extension Tensor {
  /// The floats with the opposite sign; exact.
  fileprivate var negated: Tensor {
    switch elements {
    case .float32(let values): Tensor(shape: shape, floats: values.map { -$0 })
    case .float16(let values):
      Tensor(shape: shape, elements: .float16(values.map { Half(bits: $0.bits ^ 0x8000) }))
    default: self
    }
  }

  /// As many elements as there are channels; a single number is repeated.
  fileprivate func widened(to channels: Int) -> Tensor? {
    do throws(ShapeError) {
      let shape = try Shape([channels])
      if self.shape.elementCount == channels { return reshaped(to: shape) }
      guard self.shape.elementCount == 1 else { return nil }
      return taking([Int](repeating: 0, count: channels), shape: shape)
    } catch {
      return nil
    }
  }
}
