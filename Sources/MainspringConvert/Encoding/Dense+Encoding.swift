// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringTFLite

extension Dense {
  /// FULLY_CONNECTED; version 5 keeps axes other than batch and features, 11 knows a bias of 32
  /// bits on int16.
  func encode(at site: Site, into encoder: inout GraphEncoder) throws(ConvertError) {
    let product = try Product(weights, bias, "Dense", at: site)
    let kernel = try encoder.weights(weights, name: "\(site.name)/kernel")
    // Two operands alone would need version 6.
    let offset =
      try bias.map { tensor throws(ConvertError) in
        try encoder.weights(tensor, name: "\(site.name)/bias")
      } ?? -1
    let keepsAxes = site.inputShape.rank != 2
    var isAsymmetric = false
    let version: Int32
    switch product {
    case .floats: version = 1
    case .int8: version = 4
    case .int16(let hasShortBias): version = hasShortBias ? 11 : 7
    case .hybrid(let isPerChannel):
      isAsymmetric = asymmetricInputs
      version = isPerChannel ? 12 : isAsymmetric ? 9 : 3
    }
    encoder.emit(
      .fullyConnected, version: max(version, keepsAxes ? 5 : 1), [site.input, kernel, offset],
      to: [site.output],
      .compact(
        8, .init(0, .byte(activation.code)), .init(2, .bool(keepsAxes)),
        .init(3, .bool(isAsymmetric)), .init(4, .byte(product.biasTypeCode))))
  }
}

extension MatMul {
  /// BATCH_MATMUL
  func encode(at site: Site, into encoder: inout GraphEncoder) throws(ConvertError) {
    let version = try site.version(Versions(int8: 2, int16: 3), of: "MatMul")
    encoder.emit(
      .batchMatmul, version: version, site.inputs, to: [site.output],
      .compact(101, .init(0, .bool(transposesLeft)), .init(1, .bool(transposesRight))))
  }
}
