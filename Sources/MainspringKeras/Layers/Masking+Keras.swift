// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension LayerCall {
  /// Masking: a step whose features all equal `mask_value` becomes zeros, and is marked.
  func masking() throws(KerasError) -> ValueID {
    let value = try input(rank: 3)
    let maskValue = try layer.number("mask_value", default: 0)
    var result = value
    if maskValue != 0 {
      let zero = scalar(0, "zero")
      let offset = try binary(.subtract, value, scalar(maskValue, "mask"), "offset")
      let distance = try add(.unary(Unary(.abs)), to: offset, "distance")
      let largest = try add(
        .reduce(Reduce(kind: .maximum, axes: [2], keepsAxes: true)), to: distance, "largest")
      let keeps = try add(.compare(Compare(.greater)), to: [largest, zero], "keeps")
      result = try add(.select(Select()), to: [keeps, value, zero])
    }
    if !assembly.options.assumesNoPadding { assembly.masks[result] = layer.path }
    return result
  }
}
