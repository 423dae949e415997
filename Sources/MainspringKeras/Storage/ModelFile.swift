// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The model file on disk, opened and looked at just enough to know that it may be handed to
/// the process that reads it.
struct ModelFile: ~Copyable {
  let descriptor: FileDescriptor
  let byteCount: Int

  /// Larger than any model for sensor windows by far.
  static let maximumByteCount: Int = 1 << 29

  static func open(_ path: String) throws(StorageError) -> ModelFile {
    // Not blocking: a pipe without a writer would keep us here forever.
    let number = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard number >= 0 else {
      switch errno {
      case ENOENT, ENOTDIR: throw StorageError(path, .missing)
      case EACCES, EPERM: throw StorageError(path, .noPermission)
      case let number: throw StorageError(path, .cannotOpen(reason: systemMessage(number)))
      }
    }
    guard let descriptor = FileDescriptor(owning: number).aboveStandard() else {
      throw StorageError(path, .cannotOpen(reason: systemMessage(errno)))
    }
    let byteCount = try check(descriptor.number, path)
    return ModelFile(descriptor: descriptor, byteCount: byteCount)
  }

  private init(descriptor: consuming FileDescriptor, byteCount: Int) {
    self.descriptor = descriptor
    self.byteCount = byteCount
  }

  /// - Returns: the size in bytes.
  private static func check(_ descriptor: Int32, _ path: String) throws(StorageError) -> Int {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw StorageError(path, .cannotOpen(reason: systemMessage(errno)))
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR:
      let holdsModel = unsafe fstatat(descriptor, "saved_model.pb", &status, 0) == 0
      throw StorageError(path, holdsModel ? .isSavedModel : .isDirectory)
    default: throw StorageError(path, .notRegularFile)
    }
    let byteCount = Int(status.st_size)
    guard byteCount > 0 else { throw StorageError(path, .empty) }
    guard byteCount <= maximumByteCount else {
      throw StorageError(path, .tooLarge(byteCount: byteCount, limit: maximumByteCount))
    }
    if let found = foreignContent(descriptor, byteCount: byteCount) {
      throw StorageError(path, .notAModel(found: found))
    }
    return byteCount
  }

  /// - Returns: nil when the content is HDF5 or a zip archive, else what it seems to be.
  private static func foreignContent(_ descriptor: Int32, byteCount: Int) -> String? {
    let start = bytes(descriptor, at: 0, count: 4096)
    let zipMember: [UInt8] = [0x50, 0x4b, 3, 4]
    let zipEnd: [UInt8] = [0x50, 0x4b, 5, 6]
    if start.starts(with: zipMember) || start.starts(with: zipEnd) { return nil }
    // HDF5 may follow a block of the user's, of 512 bytes or a power of two times that.
    let hdf5: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]
    if start.starts(with: hdf5) { return nil }
    var offset = 512
    while offset < byteCount {
      if bytes(descriptor, at: offset, count: hdf5.count) == hdf5 { return nil }
      offset *= 2
    }
    if hdf5.starts(with: start) { return "the first \(start.count) bytes of an HDF5 file" }
    if start.dropFirst(4).starts(with: "TFL3".utf8) { return "a TFLite file" }
    guard let first = start.first(where: { !isSpace($0) }) else { return "only blanks" }
    if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
      return contains("\"weight_map\"", in: start)
        ? "the index of weights split over several files; save them as one .weights.h5 or .keras"
        : "JSON text, which can only be the architecture of a model"
    }
    let head = start.prefix(4).map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }
    return "the first bytes " + head.joined(separator: " ")
  }

  private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0a, 0x0d].contains(byte) }

  private static func contains(_ text: String, in bytes: [UInt8]) -> Bool {
    let pattern = Array(text.utf8)
    return bytes.indices.contains { bytes[$0...].starts(with: pattern) }
  }

  private static func bytes(_ descriptor: Int32, at offset: Int, count: Int) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: count)
    while true {
      let got = unsafe pread(descriptor, &buffer, count, offset)
      if got < 0 && errno == EINTR { continue }
      // What cannot be read here is reported by the process that reads all of it.
      return Array(buffer.prefix(max(got, 0)))
    }
  }
}
