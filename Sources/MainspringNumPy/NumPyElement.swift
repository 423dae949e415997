// SPDX-License-Identifier: Apache-2.0

/// The element types that the readers take; all little-endian.
package enum NumPyElement: String, CaseIterable, Sendable {
  case float16 = "<f2"
  case float32 = "<f4"
  case float64 = "<f8"
  case int8 = "|i1"
  case int16 = "<i2"
  case int32 = "<i4"
  case int64 = "<i8"
  case uint8 = "|u1"
  case uint16 = "<u2"
  case uint32 = "<u4"
  case uint64 = "<u8"

  /// Bytes of one element.
  package var byteCount: Int {
    switch self {
    case .int8, .uint8: 1
    case .float16, .int16, .uint16: 2
    case .float32, .int32, .uint32: 4
    case .float64, .int64, .uint64: 8
    }
  }

  /// Whether `NumPyArray` and `NumPyFile` take it.
  package var isFloat: Bool {
    switch self {
    case .float16, .float32, .float64: true
    case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64: false
    }
  }

  static let floatNames = "float32, float64 or float16"
  static let integerNames = "int8 to int64 or uint8 to uint64"

  /// The type behind a descriptor such as `<f4`, or the error that names what it is instead.
  static func parse(
    _ descriptor: String, path: String
  ) throws(NumPyError) -> NumPyElement {
    // NumPy writes '|' for one-byte types; '<' means the same there.
    for element in allCases where element.rawValue == descriptor { return element }
    for element in allCases where element.byteCount == 1 {
      if descriptor == "<\(element.rawValue.dropFirst())" { return element }
    }
    if descriptor.utf8.first == UInt8(ascii: ">") {
      throw .bigEndian(path: path, descriptor: descriptor)
    }
    throw .elementType(
      path: path, expected: "float or integer", found: describe(descriptor))
  }

  /// Names a refused descriptor in words.
  private static func describe(_ descriptor: String) -> String {
    let kind =
      switch descriptor.dropFirst().utf8.first {
      case UInt8(ascii: "O"): "Python objects (a pickle, which is never read)"
      case UInt8(ascii: "b"): "bool"
      case UInt8(ascii: "c"): "complex"
      case UInt8(ascii: "U"): "text"
      case UInt8(ascii: "S"), UInt8(ascii: "a"): "byte strings"
      case UInt8(ascii: "V"): "raw or structured records"
      case UInt8(ascii: "M"): "datetime"
      case UInt8(ascii: "m"): "timedelta"
      case UInt8(ascii: "f"): "extended floats"
      default: "an unknown type"
      }
    return "\(kind) '\(descriptor)'"
  }
}
