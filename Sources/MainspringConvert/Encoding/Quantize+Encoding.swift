// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringTFLite

extension Quantize {
  /// QUANTIZE; version 2 knows int16.
  func encode(at site: Site, into encoder: inout GraphEncoder) {
    let isWide = site.inputType.elementType == .int16 || site.outputType.elementType == .int16
    encoder.emit(.quantize, version: isWide ? 2 : 1, [site.input], to: [site.output])
  }
}

extension Dequantize {
  /// DEQUANTIZE; version 3 knows int16.
  func encode(at site: Site, into encoder: inout GraphEncoder) {
    let isWide = site.inputType.elementType == .int16
    encoder.emit(.dequantize, version: isWide ? 3 : 2, [site.input], to: [site.output])
  }
}
