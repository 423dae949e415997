// SPDX-License-Identifier: Apache-2.0

/// Takes the fields of one record out of its bytes, checking every length against what is
/// there and against the caps of ``WireFormat``.
struct RecordReader {
  private let bytes: [UInt8]
  private var offset = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func uint32(_ field: String) throws(WireError) -> UInt32 {
    guard bytes.count - offset >= 4 else { throw .truncated(field: field) }
    var value: UInt32 = 0
    for index in 0..<4 { value |= UInt32(bytes[offset + index]) << UInt32(8 * index) }
    offset += 4
    return value
  }

  mutating func uint64(_ field: String) throws(WireError) -> UInt64 {
    let low = try uint32(field)
    let high = try uint32(field)
    return UInt64(high) << 32 | UInt64(low)
  }

  /// A number of things, at most `limit`.
  mutating func count(_ field: String, limit: Int) throws(WireError) -> Int {
    let value = try uint32(field)
    guard let count = Int(exactly: value), count <= limit else {
      throw .tooLarge(field: field, found: Int(clamping: value), limit: limit)
    }
    return count
  }

  mutating func text(_ field: String, limit: Int) throws(WireError) -> String {
    let length = try count("length of the \(field)", limit: limit)
    guard bytes.count - offset >= length else { throw .truncated(field: field) }
    let slice = bytes[offset..<offset + length]
    guard let text = String(validating: slice, as: UTF8.self) else {
      throw .notUTF8(field: field)
    }
    offset += length
    return text
  }

  mutating func name(_ field: String) throws(WireError) -> String {
    try text(field, limit: WireFormat.maximumNameByteCount)
  }

  mutating func texts(_ field: String) throws(WireError) -> [String] {
    let count = try count("number of \(field)", limit: WireFormat.maximumListCount)
    var result: [String] = []
    // Each string takes four bytes at least, so the record bounds what is reserved here.
    result.reserveCapacity(min(count, (bytes.count - offset) / 4))
    for _ in 0..<count {
      result.append(try text(field, limit: WireFormat.maximumTextByteCount))
    }
    return result
  }

  /// - Throws: `WireError` when something is left over.
  func finish() throws(WireError) {
    guard offset == bytes.count else { throw .trailingBytes(count: bytes.count - offset) }
  }
}
