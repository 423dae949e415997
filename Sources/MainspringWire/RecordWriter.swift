// SPDX-License-Identifier: Apache-2.0

/// Puts one record together; the counterpart of `RecordReader`.
struct RecordWriter {
  private(set) var bytes: [UInt8]

  init(kind: RecordKind) {
    bytes = []
    append(kind.rawValue)
    append(0 as UInt32)
  }

  mutating func append(_ value: UInt32) {
    for shift in [0, 8, 16, 24] as [UInt32] {
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  mutating func append(_ value: UInt64) {
    append(UInt32(truncatingIfNeeded: value))
    append(UInt32(truncatingIfNeeded: value >> 32))
  }

  /// - Precondition: `count` fits 32 bits.
  mutating func append(count: Int) { append(UInt32(count)) }

  mutating func append(_ text: String) {
    append(count: text.utf8.count)
    bytes.append(contentsOf: text.utf8)
  }

  /// The record with its byte count filled in.
  consuming func finished() -> [UInt8] {
    let count = UInt32(bytes.count - RecordHeader.byteCount)
    for index in 0..<4 {
      bytes[4 + index] = UInt8(truncatingIfNeeded: count >> (8 * UInt32(index)))
    }
    return bytes
  }
}
