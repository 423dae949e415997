// SPDX-License-Identifier: Apache-2.0

extension OptionsRecord {
  /// What a field of an options table holds, and its default where that is not zero.
  enum FieldKind {
    case bool, byte, int, float, ints
    case boolTrue, intOne
    /// Strings, 64-bit integers and float vectors: only operators that are refused have them.
    case opaque
  }

  /// The fields of an options table, by field id.
  ///
  /// - Returns: nil for a table this schema does not know (TFLite schema, union `BuiltinOptions`).
  static func layout(ofTable table: UInt8) -> [FieldKind]? {
    switch table {
    case 1: [.byte, .int, .int, .byte, .intOne, .intOne, .byte]
    case 2: [.byte, .int, .int, .int, .byte, .intOne, .intOne]
    case 3: [.int, .ints, .ints]
    case 5: [.byte, .int, .int, .int, .int, .byte]
    case 6: [.int, .byte, .bool]
    case 7, 41: table == 7 ? [.byte, .bool] : []
    case 8: [.byte, .byte, .bool, .bool, .byte]
    case 9, 75: [.float]
    case 10: [.int, .byte]
    case 11, 28: [.byte, .boolTrue]
    case 4, 12, 20, 21, 29, 40, 55, 57, 77: [.byte]
    case 13: [.int, .float, .float, .float]
    case 14: [.byte, .float, .float, .byte, .bool]
    case 15: [.int, .int, .bool, .bool]
    case 16, 19, 35, 61, 79, 94, 103: [.int]
    case 17, 30: [.ints]
    case 18: [.int, .int, .bool]
    case 23, 59, 64, 87, 92, 93: [.int, .int]
    case 27, 50, 116: [.bool]
    case 31: [.bool, .byte, .bool]
    case 32: [.int, .int, .int, .int, .int, .bool]
    case 37: [.byte, .byte]
    case 49: [.byte, .int, .int, .byte, .byte]
    case 58: [.float, .float, .int, .bool]
    case 69: [.byte, .float, .float, .bool, .boolTrue, .bool]
    case 70: [.bool, .byte, .bool, .bool]
    case 71: [.byte, .float, .float, .bool, .bool, .bool]
    case 74, 102: [.bool, .bool]
    case 80: [.opaque]
    case 101: [.bool, .bool, .bool]
    case 106: [.byte, .int, .int, .int, .byte, .intOne, .intOne, .intOne]
    case 107: [.int, .byte, .byte]
    case 111, 114: [.opaque, .opaque]
    case 115: [.opaque]
    case 22, 24, 25, 26, 33, 34, 36, 38, 39, 42...48, 51...54, 56, 60, 62, 63, 65...68, 72, 73, 76,
      78, 81...86, 88...91, 95...100, 104, 105, 108...110, 112, 113, 117...126:
      []
    default: nil
    }
  }
}
