// SPDX-License-Identifier: Apache-2.0

import CHDF5
import MainspringWire

/// Recognises the number formats that Keras stores, in either byte order.
enum HDF5ElementType {
  static func of(
    _ type: borrowing HDF5Handle, dataset: borrowing HDF5Object, path: String
  ) throws(Refusal) -> StoredElementType {
    let size = H5Tget_size(type.id)
    switch H5Tget_class(type.id) {
    case H5T_NO_CLASS: throw Refusal.hdf5("'\(path)'")
    case H5T_FLOAT: return float(type, size: size)
    case H5T_INTEGER: return integer(type, size: size)
    case H5T_OPAQUE:
      let name = size == 2 ? try dataset.stringAttribute("dtype", path: path) : nil
      return name == "bfloat16" ? .bfloat16 : .other
    default: return .other
    }
  }

  /// Where the fields of a floating-point number lie, in bits from the lowest.
  private struct FloatLayout: Equatable {
    var sign = 0
    var exponent = 0
    var exponentSize = 0
    var fraction = 0
    var fractionSize = 0
    var bias = 0
    var precision = 0
  }

  private static func float(_ type: borrowing HDF5Handle, size: Int) -> StoredElementType {
    var layout = FloatLayout()
    let got = unsafe H5Tget_fields(
      type.id, &layout.sign, &layout.exponent, &layout.exponentSize, &layout.fraction,
      &layout.fractionSize)
    guard got >= 0, H5Tget_norm(type.id) == H5T_NORM_IMPLIED, isPlainOrder(type) else {
      return .other
    }
    layout.bias = H5Tget_ebias(type.id)
    layout.precision = H5Tget_precision(type.id)
    switch (size, layout) {
    case (
      2,
      FloatLayout(
        sign: 15, exponent: 10, exponentSize: 5, fraction: 0, fractionSize: 10, bias: 15,
        precision: 16)
    ):
      return .float16
    case (
      4,
      FloatLayout(
        sign: 31, exponent: 23, exponentSize: 8, fraction: 0, fractionSize: 23, bias: 127,
        precision: 32)
    ):
      return .float32
    case (
      8,
      FloatLayout(
        sign: 63, exponent: 52, exponentSize: 11, fraction: 0, fractionSize: 52, bias: 1023,
        precision: 64)
    ):
      return .float64
    default: return .other
    }
  }

  private static func integer(_ type: borrowing HDF5Handle, size: Int) -> StoredElementType {
    guard H5Tget_precision(type.id) == 8 * size, isPlainOrder(type) else { return .other }
    switch (size, H5Tget_sign(type.id)) {
    case (1, H5T_SGN_2): return .int8
    case (2, H5T_SGN_2): return .int16
    case (4, H5T_SGN_2): return .int32
    case (8, H5T_SGN_2): return .int64
    case (1, H5T_SGN_NONE): return .uint8
    case (2, H5T_SGN_NONE): return .uint16
    case (4, H5T_SGN_NONE): return .uint32
    case (8, H5T_SGN_NONE): return .uint64
    default: return .other
    }
  }

  private static func isPlainOrder(_ type: borrowing HDF5Handle) -> Bool {
    let order = H5Tget_order(type.id)
    return order == H5T_ORDER_LE || order == H5T_ORDER_BE
  }
}
