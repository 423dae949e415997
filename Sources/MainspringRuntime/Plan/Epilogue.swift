// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// What follows a convolution and is done while its result is still in registers: a scale and shift
/// for each channel, of integers as a depthwise convolution of one tap, then the larger one of each
/// pair of neighbours along the width.
struct Epilogue {
  enum Affine {
    case floats(ScaleShift)
    case integers(Convolution)
  }

  let affine: Affine
  /// Both operators, in their order.
  let nodes: [Node]
  /// Extent of the result along the width.
  let width: Int

  /// The value that is computed in the end.
  var output: ValueID { nodes[nodes.count - 1].output }

  var scaleShift: ScaleShift? {
    guard case .floats(let scaleShift) = affine else { return nil }
    return scaleShift
  }
}

extension Planner {
  /// The epilogue of a node, if the two nodes after it are one.
  func epilogue(of index: Int) -> Epilogue? {
    guard index + 2 < graph.nodes.count else { return nil }
    let (node, affine, pooling) = (
      graph.nodes[index], graph.nodes[index + 1], graph.nodes[index + 2]
    )
    guard case .convolution(let convolution) = node.operation, !convolution.isDepthwise,
      case .pool(let pool) = pooling.operation, pool.halvesWidth,
      isOnlyOperand(node.output, of: affine), isOnlyOperand(affine.output, of: pooling)
    else { return nil }
    let shapes = (graph.shape(of: affine.output), graph.shape(of: pooling.output))
    guard pool.hasNoBorder(over: shapes.0),
      let function = self.affine(affine, after: node, convolution, pooling)
    else { return nil }
    return Epilogue(affine: function, nodes: [affine, pooling], width: shapes.1[2])
  }

  private func affine(
    _ affine: Node, after node: Node, _ convolution: Convolution, _ pooling: Node
  ) -> Epilogue.Affine? {
    let types = [node.inputs[0], node.output, affine.output, pooling.output].map {
      graph.values[$0].type
    }
    if case .scaleShift(let scaleShift) = affine.operation {
      let areFloats = types.allSatisfy { $0.isFloat }
      return areFloats && convolution.weights.elementType != .int8 ? .floats(scaleShift) : nil
    }
    guard case .convolution(let single) = affine.operation,
      types.allSatisfy({ $0.elementType == .int8 }), single.isDepthwise,
      single.channelRepeats == 1, single.size == .one, single.stride == .one
    else { return nil }
    return .integers(single)
  }
}

extension Pool {
  /// The larger one of each pair of neighbours along the width, and no more.
  fileprivate var halvesWidth: Bool {
    kind == .maximum && activation == .none && size == Extent2D(height: 1, width: 2)
      && stride == Extent2D(height: 1, width: 2)
  }
}
