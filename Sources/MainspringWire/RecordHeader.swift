// SPDX-License-Identifier: Apache-2.0

/// What a record is about.
enum RecordKind: UInt32 {
  case kind = 1
  case document = 2
  case group = 3
  case attribute = 4
  case dataset = 5
  case end = 6
  case values = 7
  case refusal = 8
  case request = 16
}

/// The eight bytes before every record.
package struct RecordHeader: Equatable, Sendable {
  package static let byteCount: Int = 8

  let kind: RecordKind
  /// Bytes of the record behind this header.
  package let payloadByteCount: Int

  /// - Throws: `WireError` when there are not exactly ``byteCount`` bytes, the kind is not
  ///   known, or the record would be larger than any may be.
  package init(decoding bytes: [UInt8]) throws(WireError) {
    var reader = RecordReader(bytes)
    let code = try reader.uint32("kind of record")
    guard let kind = RecordKind(rawValue: code) else {
      throw .unknown(field: "kind of record", found: Int(clamping: code))
    }
    self.kind = kind
    payloadByteCount = try reader.count(
      "size of the record", limit: WireFormat.maximumTableByteCount)
    try reader.finish()
  }
}
