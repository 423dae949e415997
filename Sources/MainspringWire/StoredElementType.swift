// SPDX-License-Identifier: Apache-2.0

/// What the elements of a dataset are in the file; they arrive as 32-bit floats all the same.
package enum StoredElementType: UInt32, Sendable, CaseIterable {
  case float16 = 1
  case float32 = 2
  case float64 = 3
  case bfloat16 = 4
  case int8 = 5
  case int16 = 6
  case int32 = 7
  case int64 = 8
  case uint8 = 9
  case uint16 = 10
  case uint32 = 11
  case uint64 = 12
  /// Strings, compounds and the like: listed, never read.
  case other = 13

  /// Bytes of one element in the file; nil for ``other``.
  package var byteCount: Int? {
    switch self {
    case .int8, .uint8: 1
    case .float16, .bfloat16, .int16, .uint16: 2
    case .float32, .int32, .uint32: 4
    case .float64, .int64, .uint64: 8
    case .other: nil
    }
  }
}

extension StoredElementType: CustomStringConvertible {
  package var description: String {
    switch self {
    case .float16: "float16"
    case .float32: "float32"
    case .float64: "float64"
    case .bfloat16: "bfloat16"
    case .int8: "int8"
    case .int16: "int16"
    case .int32: "int32"
    case .int64: "int64"
    case .uint8: "uint8"
    case .uint16: "uint16"
    case .uint32: "uint32"
    case .uint64: "uint64"
    case .other: "not numbers"
    }
  }
}
