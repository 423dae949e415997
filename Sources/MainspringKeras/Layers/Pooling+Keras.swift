// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension LayerCall {
  /// MaxPooling and AveragePooling in one or two axes; the border does not count.
  func pooling(_ kind: Pool.Kind, axes: Int) throws(KerasError) -> ValueID {
    let size = try extent("pool_size", axes: axes, default: 2)
    let stride = layer.value("strides") == nil ? size : try extent("strides", axes: axes)
    let padding = try padding()
    guard padding != .causal else {
      throw layer.failure("padding", "valid or same", layer.value("padding"))
    }
    let pool = Pool(
      kind: kind, size: size, stride: stride, padding: padding == .same ? .same : .valid)
    return try sequence(try add(.pool(pool), to: try image(axes: axes)), axes: axes)
  }

  /// GlobalMaxPooling and GlobalAveragePooling over one or two axes.
  func globalPooling(_ kind: Reduce.Kind, axes: Int) throws(KerasError) -> ValueID {
    let keeps = try layer.flag("keepdims", default: false)
    let first = try channelsFirst() ? 2 : 1
    let reduce = Reduce(kind: kind, axes: Array(first..<first + axes), keepsAxes: keeps)
    return try add(.reduce(reduce), to: try input(rank: axes + 2))
  }
}
