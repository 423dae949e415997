// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringTFLite

extension Tensor {
  /// Halves as floats; other types unchanged.
  var widened: Tensor {
    guard case .float16(let values) = elements else { return self }
    return Tensor(shape: shape, floats: values.map { $0.float })
  }
}

extension Tensor.Elements {
  /// The elements as they lie in a buffer of a file, little-endian.
  var bytes: [UInt8] {
    switch self {
    case .float32(let values): values.rawBytes
    case .float16(let values): values.map { $0.bits }.rawBytes
    case .int8(let values): values.rawBytes
    case .uint8(let values): values
    case .int16(let values): values.rawBytes
    case .int32(let values): values.rawBytes
    case .int64(let values): values.rawBytes
    case .bool(let values): values.map { $0 ? 1 : 0 }
    }
  }
}

extension Array where Element: BitwiseCopyable {
  fileprivate var rawBytes: [UInt8] { unsafe withUnsafeBytes { unsafe Array<UInt8>($0) } }
}

extension TensorType {
  init(storing elementType: ElementType) {
    switch elementType {
    case .float32: self = .float32
    case .float16: self = .float16
    case .int8: self = .int8
    case .uint8: self = .uint8
    case .int16: self = .int16
    case .int32: self = .int32
    case .int64: self = .int64
    case .bool: self = .bool
    }
  }
}

extension TFLiteModel.QuantizationRecord {
  init(storing quantization: Quantization) {
    self.init(
      scales: quantization.scales, zeroPoints: quantization.zeroPoints,
      axis: Int32(clamping: quantization.axis))
  }
}
