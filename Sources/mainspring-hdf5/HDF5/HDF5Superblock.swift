// SPDX-License-Identifier: Apache-2.0

/// The few bytes at the start of an HDF5 file, read here only to tell a file that was cut off
/// from one that is damaged.
///
/// Source: HDF5 File Format Specification 3.0, section II.A.
enum HDF5Superblock {
  /// - Returns: nil when there is no superblock at the start, or none with 8-byte offsets.
  static func declaredByteCount(_ bytes: RawSpan) -> Int? {
    let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]
    guard bytes.byteCount > 16 else { return nil }
    for (offset, byte) in signature.enumerated() {
      guard load(bytes, offset) == byte else { return nil }
    }
    let version = load(bytes, 8)
    let end: (sizeField: Int, offset: Int)
    switch version {
    case 0: end = (13, 40)
    case 1: end = (13, 44)
    case 2, 3: end = (9, 28)
    default: return nil
    }
    guard load(bytes, end.sizeField) == 8 else { return nil }
    // Too short even for the superblock: what is missing at least.
    guard bytes.byteCount >= end.offset + 8 else { return end.offset + 8 }
    var value: UInt64 = 0
    for index in 0..<8 { value |= UInt64(load(bytes, end.offset + index)) << UInt64(8 * index) }
    return Int(exactly: value)
  }

  private static func load(_ bytes: RawSpan, _ offset: Int) -> UInt8 {
    unsafe bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }
}
