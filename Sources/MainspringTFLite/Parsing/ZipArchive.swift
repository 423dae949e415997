// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// The zip archive behind a flatbuffer: where TFLite files carry associated files.
///
/// Format: PKWARE's APPNOTE, without encryption, volumes or 64-bit extensions. Members that are
/// encrypted, packed by anything but deflate, or large when unpacked are listed, not read.
struct ZipArchive {
  private let entryCount: Int
  private let directory: Int
  /// What offsets in the archive lack to be positions in the file: 0 when they count from its start.
  private let shift: Int

  private static let endByteCount = 22
  private static let (endMark, entryMark, memberMark): (UInt32, UInt32, UInt32) = (
    0x0605_4b50, 0x0201_4b50, 0x0403_4b50
  )
  /// More files than any model carries.
  private static let maximumEntryCount = 4096
  /// Bytes that all deflated members together may be unpacked to.
  private static let maximumInflatedByteCount = 1 << 20

  /// - Parameter hasComment: whether to look for an end record that is not the file's last bytes.
  /// - Returns: nil without an archive.
  init?(_ bytes: FlatBytes, hasComment: Bool) throws(TFLiteError) {
    guard let end = try ZipArchive.end(bytes, hasComment: hasComment) else { return nil }
    let count = Int(try bytes.scalar(UInt16.self, at: end + 10, "archive"))
    let size = Int(try bytes.scalar(UInt32.self, at: end + 12, "archive") & 0x7fff_ffff)
    let offset = Int(try bytes.scalar(UInt32.self, at: end + 16, "archive") & 0x7fff_ffff)
    guard size <= end, offset <= end - size else {
      throw .malformed(
        byte: end, place: "archive", expected: "a directory in front of its end",
        found: "\(size) bytes at \(offset)")
    }
    guard count <= ZipArchive.maximumEntryCount else {
      throw .limit(place: "archive", what: "files", maximum: ZipArchive.maximumEntryCount)
    }
    entryCount = count
    directory = end - size
    shift = directory - offset
  }

  private static func end(_ bytes: FlatBytes, hasComment: Bool) throws(TFLiteError)
    -> Int?
  {
    let last = bytes.byteCount - endByteCount
    guard last >= 0 else { return nil }
    let first = hasComment ? max(last - 0xffff, 0) : last
    for position in stride(from: last, through: first, by: -1) {
      guard try bytes.scalar(UInt32.self, at: position, "archive") == endMark else { continue }
      let comment = try bytes.scalar(UInt16.self, at: position + 20, "archive")
      if position + endByteCount + Int(comment) == bytes.byteCount { return position }
    }
    return nil
  }

  /// The members in the order of the directory.
  func members(_ bytes: FlatBytes, _ budget: inout ReadBudget) throws(TFLiteError)
    -> [TFLiteModel.AssociatedFile]
  {
    var result: [TFLiteModel.AssociatedFile] = []
    var position = directory
    var room = ZipArchive.maximumInflatedByteCount
    for _ in 0..<entryCount {
      try bytes.check(position, 46, "archive")
      guard try bytes.scalar(UInt32.self, at: position, "archive") == ZipArchive.entryMark else {
        throw .malformed(
          byte: position, place: "archive", expected: "an entry of the directory",
          found: "something else")
      }
      result.append(try member(position, bytes, &budget, &room))
      let nameLength = Int(try bytes.scalar(UInt16.self, at: position + 28, "archive"))
      let extraLength = Int(try bytes.scalar(UInt16.self, at: position + 30, "archive"))
      let commentLength = Int(try bytes.scalar(UInt16.self, at: position + 32, "archive"))
      position += 46 + nameLength + extraLength + commentLength
    }
    return result
  }

  /// - Parameters:
  ///   - entry: where the directory tells of it.
  ///   - room: bytes that deflated members may still be unpacked to.
  private func member(
    _ entry: Int, _ bytes: FlatBytes, _ budget: inout ReadBudget, _ room: inout Int
  ) throws(TFLiteError) -> TFLiteModel.AssociatedFile {
    let flags = try bytes.scalar(UInt16.self, at: entry + 8, "archive")
    let method = try bytes.scalar(UInt16.self, at: entry + 10, "archive")
    let checksum = try bytes.scalar(UInt32.self, at: entry + 16, "archive")
    let stored = try bytes.scalar(UInt32.self, at: entry + 20, "archive")
    let size = try bytes.scalar(UInt32.self, at: entry + 24, "archive")
    let nameLength = Int(try bytes.scalar(UInt16.self, at: entry + 28, "archive"))
    let offset = try bytes.scalar(UInt32.self, at: entry + 42, "archive")
    try bytes.check(entry + 46, nameLength, "archive")
    try budget.spend(46 + nameLength, at: entry, "archive")
    let name = String(decoding: bytes.copy(entry + 46, count: nameLength), as: UTF8.self)
    let isDeflated = method == 8
    guard method == 0 || isDeflated, flags & 1 == 0, !isDeflated || size <= room else {
      return TFLiteModel.AssociatedFile(name: name, contents: nil)
    }
    guard let length = Int(exactly: stored), isDeflated || stored == size,
      let start = Int(exactly: offset), start <= directory - shift
    else {
      throw .malformed(
        byte: entry, place: "archive", expected: "a member in front of the directory",
        found: "\(stored) bytes at \(offset)")
    }
    let local = shift + start
    try bytes.check(local, 30, "archive")
    guard try bytes.scalar(UInt32.self, at: local, "archive") == ZipArchive.memberMark else {
      throw .malformed(
        byte: local, place: "archive", expected: "the member \(name.quoted)",
        found: "something else")
    }
    let skip = Int(try bytes.scalar(UInt16.self, at: local + 26, "archive"))
    let extra = Int(try bytes.scalar(UInt16.self, at: local + 28, "archive"))
    let data = local + 30 + skip + extra
    guard data <= directory, length <= directory - data else {
      throw .malformed(
        byte: local, place: "archive", expected: "the member \(name.quoted) in the archive",
        found: "\(length) bytes at \(data)")
    }
    try budget.spend(length, at: data, "archive")
    var contents = bytes.copy(data, count: length)
    if isDeflated {
      room -= Int(size)
      guard let inflated = Inflater.inflated(contents, size: Int(size)) else {
        throw .malformed(
          byte: data, place: "archive",
          expected: "\(size) bytes of \(name.quoted), deflated", found: "a damaged stream")
      }
      contents = inflated
    }
    guard CRC32.checksum(contents) == checksum else {
      throw .malformed(
        byte: data, place: "archive", expected: "the checksum of \(name.quoted)",
        found: "another one")
    }
    return TFLiteModel.AssociatedFile(name: name, contents: contents)
  }
}

/// The checksum of zip archives (ISO 3309).
package enum CRC32 {
  package static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var table: [UInt32] = []
    for index in 0..<256 as Range<UInt32> {
      var value = index
      for _ in 0..<8 { value = value & 1 == 0 ? value >> 1 : (value >> 1) ^ 0xedb8_8320 }
      table.append(value)
    }
    var value: UInt32 = 0xffff_ffff
    for byte in bytes { value = (value >> 8) ^ table[Int((value ^ UInt32(byte)) & 0xff)] }
    return ~value
  }
}
