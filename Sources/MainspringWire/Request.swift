// SPDX-License-Identifier: Apache-2.0

/// The only thing the loader ever asks: the values of one dataset of the table.
package struct Request: Equatable, Sendable {
  /// Bytes of a request with its header; all are of one size.
  package static let byteCount: Int = RecordHeader.byteCount + 4

  /// Position of the dataset in the table, from 0.
  package let index: Int

  package init(index: Int) { self.index = index }

  package func encoded() -> [UInt8] {
    var writer = RecordWriter(kind: .request)
    writer.append(count: index)
    return writer.finished()
  }

  /// - Throws: `WireError` when `bytes` are not one whole request.
  package init(decoding bytes: [UInt8]) throws(WireError) {
    let header = try RecordHeader(decoding: Array(bytes.prefix(RecordHeader.byteCount)))
    guard header.kind == .request else {
      throw .unknown(field: "kind of request", found: Int(header.kind.rawValue))
    }
    var reader = RecordReader(Array(bytes.dropFirst(RecordHeader.byteCount)))
    index = try reader.count("dataset", limit: WireFormat.maximumRecordCount)
    try reader.finish()
    guard header.payloadByteCount == Request.byteCount - RecordHeader.byteCount else {
      throw .truncated(field: "request")
    }
  }
}
