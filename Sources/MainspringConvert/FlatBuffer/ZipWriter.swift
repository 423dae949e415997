// SPDX-License-Identifier: Apache-2.0

import MainspringTFLite

/// Appends a zip archive of stored files; offsets count from the start of the whole file, as TFLite's
/// tools write and read them.
enum ZipWriter {
  static func append(_ files: [TFLiteModel.AssociatedFile], to bytes: inout [UInt8]) {
    var directory: [UInt8] = []
    var count = 0
    for file in files {
      guard let contents = file.contents else { continue }
      let name = Array(file.name.utf8)
      let offset = bytes.count
      let header = fields(contents, nameLength: name.count)
      bytes.add(0x0403_4b50 as UInt32)
      bytes += header + name + contents
      directory.add(0x0201_4b50 as UInt32)
      directory.add(20 as UInt16)
      directory += header
      // No comment, volume 0, no attributes.
      directory += [UInt8](repeating: 0, count: 10)
      directory.add(UInt32(clamping: offset))
      directory += name
      count += 1
    }
    guard count > 0 else { return }
    let start = bytes.count
    bytes += directory
    bytes.add(0x0605_4b50 as UInt32)
    bytes.add(0 as UInt32)
    bytes.add(UInt16(clamping: count))
    bytes.add(UInt16(clamping: count))
    bytes.add(UInt32(clamping: directory.count))
    bytes.add(UInt32(clamping: start))
    bytes.add(0 as UInt16)
  }

  /// What the header of a member and its entry have in common: of 1 January 1980, with a name in
  /// UTF-8.
  private static func fields(_ contents: [UInt8], nameLength: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.add(20 as UInt16)
    bytes.add(0x0800 as UInt16)
    bytes.add(0 as UInt16)
    bytes.add(0 as UInt16)
    bytes.add(0x0021 as UInt16)
    bytes.add(CRC32.checksum(contents))
    bytes.add(UInt32(clamping: contents.count))
    bytes.add(UInt32(clamping: contents.count))
    bytes.add(UInt16(clamping: nameLength))
    bytes.add(0 as UInt16)
    return bytes
  }
}

extension [UInt8] {
  fileprivate mutating func add(_ value: UInt16) {
    append(UInt8(truncatingIfNeeded: value))
    append(UInt8(truncatingIfNeeded: value >> 8))
  }

  fileprivate mutating func add(_ value: UInt32) {
    add(UInt16(truncatingIfNeeded: value))
    add(UInt16(truncatingIfNeeded: value >> 16))
  }
}
