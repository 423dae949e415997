// SPDX-License-Identifier: Apache-2.0

import CZip
import MainspringWire

/// A zip archive in memory.
@safe final class ZipArchive {
  private let archive: OpaquePointer
  private let bytes: ModelBytes

  private static let maximumEntryCount = 4096

  init(_ bytes: consuming ModelBytes) throws(Refusal) {
    unsafe archive = try unsafe ZipArchive.open(bytes)
    self.bytes = bytes
  }

  deinit { unsafe zip_discard(archive) }

  /// Whether `bytes` begin as a zip archive does.
  static func isArchive(_ bytes: RawSpan) -> Bool {
    guard bytes.byteCount >= 4 else { return false }
    let magic = unsafe bytes.unsafeLoadUnaligned(as: UInt32.self)
    // A member, or the end record of an archive without members.
    return magic == 0x0403_4b50 || magic == 0x0605_4b50
  }

  private static func open(_ bytes: borrowing ModelBytes) throws(Refusal) -> OpaquePointer {
    var failure = unsafe zip_error_t()
    unsafe zip_error_init(&failure)
    defer { unsafe zip_error_fini(&failure) }
    guard
      let source = unsafe zip_source_buffer_create(bytes.base, UInt64(bytes.count), 0, &failure)
    else {
      throw Refusal(.limit, "the archive cannot be opened: \(unsafe text(&failure))")
    }
    guard let archive = unsafe zip_open_from_source(source, ZIP_RDONLY, &failure) else {
      unsafe zip_source_free(source)
      throw Refusal(
        .damaged, "the zip archive is damaged or cut off: \(unsafe text(&failure))")
    }
    return unsafe archive
  }

  private static func text(_ failure: UnsafeMutablePointer<zip_error_t>) -> String {
    unsafe String(cString: zip_error_strerror(failure))
  }

  /// What all members together may unpack to.
  var expandedByteCount: Int { Confinement.expandedByteCount(fileByteCount: bytes.count) }

  /// What the central directory says about each member.
  ///
  /// - Throws: `Refusal` when there are more members than a model has, or an entry is damaged.
  func entries() throws(Refusal) -> [ZipEntry] {
    let count = unsafe zip_get_num_entries(archive, 0)
    guard count <= ZipArchive.maximumEntryCount else {
      throw Refusal(
        .limit,
        "the archive: expected at most \(ZipArchive.maximumEntryCount) members, found \(count)")
    }
    var entries: [ZipEntry] = []
    for index in 0..<UInt64(max(count, 0)) {
      var status = unsafe zip_stat_t()
      unsafe zip_stat_init(&status)
      guard unsafe zip_stat_index(archive, index, 0, &status) == 0,
        let name = unsafe status.name
      else {
        throw Refusal(.damaged, "member \(index) of the archive has no readable entry")
      }
      entries.append(
        ZipEntry(
          index: index, name: unsafe String(cString: name), byteCount: unsafe status.size,
          method: unsafe status.comp_method, encryption: unsafe status.encryption_method))
    }
    return entries
  }

  /// The bytes of one member, with the checksum verified.
  func contents(of entry: ZipEntry) throws(Refusal) -> ModelBytes {
    guard let file = unsafe zip_fopen_index(archive, entry.index, 0) else {
      let failure = unsafe ZipArchive.text(zip_get_error(archive))
      throw Refusal(.damaged, "member '\(entry.name)': \(failure)")
    }
    defer { unsafe zip_fclose(file) }
    guard let count = Int(exactly: entry.byteCount) else {
      throw Refusal(.limit, "member '\(entry.name)' claims \(entry.byteCount) bytes")
    }
    let contents = try ModelBytes(zeros: count)
    var offset = 0
    while offset < count {
      let got = unsafe zip_fread(file, contents.base + offset, UInt64(count - offset))
      guard got > 0 else {
        throw Refusal(
          .damaged, "member '\(entry.name)': expected \(count) bytes, found \(offset)")
      }
      offset += Int(got)
    }
    // The checksum is compared when the end is reached.
    var beyond: UInt8 = 0
    let rest = unsafe zip_fread(file, &beyond, 1)
    guard rest == 0 else {
      throw Refusal(
        .damaged,
        rest > 0
          ? "member '\(entry.name)' is longer than the \(count) bytes it claims"
          : "member '\(entry.name)': its checksum does not match")
    }
    return contents
  }
}

/// One member as the central directory describes it.
struct ZipEntry {
  let index: UInt64
  let name: String
  let byteCount: UInt64
  let method: UInt16
  let encryption: UInt16
}
