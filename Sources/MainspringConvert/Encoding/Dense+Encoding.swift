// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringTFLite

extension Dense {
  /// FULLY_CONNECTED; version 5 keeps axes other than batch and features.
  func encode(at site: Site, into encoder: inout GraphEncoder) throws(ConvertError) {
    let kernel = try encoder.weights(weights, name: "\(site.name)/kernel")
    // Two operands alone would need version 6.
    let offset =
      try bias.map { tensor throws(ConvertError) in
        try encoder.weights(tensor, name: "\(site.name)/bias")
      } ?? -1
    let keepsAxes = site.inputShape.rank != 2
    encoder.emit(
      .fullyConnected, version: keepsAxes ? 5 : 1, [site.input, kernel, offset], to: [site.output],
      .compact(8, .init(0, .byte(activation.code)), .init(2, .bool(keepsAxes))))
  }
}

extension MatMul {
  /// BATCH_MATMUL
  func encode(at site: Site, into encoder: inout GraphEncoder) {
    encoder.emit(
      .batchMatmul, site.inputs, to: [site.output],
      .compact(101, .init(0, .bool(transposesLeft)), .init(1, .bool(transposesRight))))
  }
}
