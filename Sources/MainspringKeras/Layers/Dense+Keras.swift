// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension LayerCall {
  /// Dense: the kernel `[features × units]` on the last axis.
  func dense() throws(KerasError) -> ValueID {
    let value = try input()
    let units = try layer.integer("units")
    guard units >= 1, shape(value).rank >= 2 else {
      throw operandFailure("[batch, …, features] and at least 1 unit", "\(shape(value))")
    }
    let activation = try resultActivation()
    let kernel = try weight("kernel", [shape(value).channels, units], aliases: ["_W"])
    let dense = Dense(weights: try kernel.transposed(), bias: try bias(units))
    return try add(activation, to: try add(.dense(dense), to: value))
  }

  /// `[count]`, unless the layer has none.
  func bias(_ count: Int) throws(KerasError) -> Tensor? {
    guard try layer.flag("use_bias", default: true) else { return nil }
    return try weight("bias", [count], aliases: ["_b"])
  }
}
