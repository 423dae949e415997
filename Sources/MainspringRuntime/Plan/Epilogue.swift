// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// What follows a convolution and is done while its result is still in registers: a scale and shift
/// for each channel, then the larger one of each pair of neighbours along the width.
struct Epilogue {
  let scaleShift: ScaleShift
  /// Both operators, in their order.
  let nodes: [Node]
  /// Extent of the result along the width.
  let width: Int

  /// The value that is computed in the end.
  var output: ValueID { nodes[nodes.count - 1].output }
}

extension Planner {
  /// The epilogue of a node, if the two nodes after it are one.
  func epilogue(of index: Int) -> Epilogue? {
    guard index + 2 < graph.nodes.count else { return nil }
    let (node, affine, pooling) = (
      graph.nodes[index], graph.nodes[index + 1], graph.nodes[index + 2]
    )
    guard case .convolution(let convolution) = node.operation, !convolution.isDepthwise,
      case .scaleShift(let scaleShift) = affine.operation,
      case .pool(let pool) = pooling.operation, pool.halvesWidth,
      isOnlyOperand(node.output, of: affine), isOnlyOperand(affine.output, of: pooling)
    else { return nil }
    let shapes = (graph.shape(of: affine.output), graph.shape(of: pooling.output))
    let types = [node.inputs[0], node.output, affine.output, pooling.output]
    guard types.allSatisfy({ graph.values[$0].type.isFloat }),
      convolution.weights.elementType != .int8, pool.hasNoBorder(over: shapes.0)
    else { return nil }
    return Epilogue(scaleShift: scaleShift, nodes: [affine, pooling], width: shapes.1[2])
  }
}

extension Pool {
  /// The larger one of each pair of neighbours along the width, and no more.
  fileprivate var halvesWidth: Bool {
    kind == .maximum && activation == .none && size == Extent2D(height: 1, width: 2)
      && stride == Extent2D(height: 1, width: 2)
  }
}
