// SPDX-License-Identifier: Apache-2.0

/// What both ends of the pipe between the loader and its storage process agree on.
///
/// The storage process sends ``hello``, then the table as records, the last of them
/// `Reply.end`; or, at any time, one `Reply.refusal`. After the table the loader sends one
/// `Request` at a time, answered by `Reply.values` with the floats right behind it, or by a
/// refusal. A record is its kind and the byte count of what follows, each a 32-bit number.
/// All numbers are little-endian.
package enum WireFormat {
  /// First bytes of the stream; the last one is the version of the format.
  package static let hello: [UInt8] = Array("MSTABLE".utf8) + [version]
  /// Raised whenever the bytes change their meaning.
  package static let version: UInt8 = 1

  /// Elements of one dataset.
  package static let maximumElementCount: Int = 1 << 28
  /// Bytes of one document or string.
  package static let maximumTextByteCount: Int = 1 << 26
  /// Bytes of one path or name.
  package static let maximumNameByteCount: Int = 1 << 14
  /// Strings in one attribute.
  package static let maximumListCount: Int = 1 << 20
  /// Records in the table.
  package static let maximumRecordCount: Int = 1 << 17
  /// Bytes of the whole table.
  package static let maximumTableByteCount: Int = 1 << 28
  /// Axes of a dataset.
  package static let maximumRank: Int = 8
}
