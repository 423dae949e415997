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

  /// What a reader takes.
  package enum Kind: Sendable {
    case float
    case integer

    var names: String {
      switch self {
      case .float: "float32, float64 or float16"
      case .integer: "int8 to int64 or uint8 to uint64"
      }
    }
  }

  package var kind: Kind {
    switch self {
    case .float16, .float32, .float64: .float
    case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64: .integer
    }
  }

  /// The type behind a descriptor such as `<f4`, or the error that names what it is instead.
  static func parse(
    _ descriptor: String, expecting kind: Kind, path: String
  ) throws(NumPyError) -> NumPyElement {
    // NumPy writes '|' for one-byte types; '<' means the same there.
    let element = allCases.first {
      $0.rawValue == descriptor
        || ($0.byteCount == 1 && descriptor == "<\($0.rawValue.dropFirst())")
    }
    if let element, element.kind == kind { return element }
    if descriptor.utf8.first == UInt8(ascii: ">") {
      throw .bigEndian(path: path, descriptor: descriptor)
    }
    throw .elementType(
      path: path, expected: kind.names, found: element?.words ?? words(for: descriptor))
  }

  private var words: String { "\(self) '\(rawValue)'" }

  /// Names a descriptor that no reader takes.
  private static func words(for descriptor: String) -> String {
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
