// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A file that holds JSON text, told from model files by its start.
enum JSONFile {
  /// Descriptions of models with thousands of layers stay far below this.
  static let maximumByteCount = 1 << 26

  private static let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]

  /// The text without its byte order mark, or nil when the start is not JSON's or there is no
  /// such file: whoever opens it as a model then says what is wrong with it.
  ///
  /// - Throws: `StorageError` when JSON cannot be read to its end, or is too large.
  static func text(_ path: String) throws(StorageError) -> String? {
    let number = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard number >= 0 else { return nil }
    let descriptor = FileDescriptor(owning: number)
    var status = stat()
    guard unsafe fstat(descriptor.number, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      isJSON(try bytes(descriptor, count: 4096, path))
    else { return nil }
    let byteCount = Int(status.st_size)
    guard byteCount <= maximumByteCount else {
      throw StorageError(path, .tooLarge(byteCount: byteCount, limit: maximumByteCount))
    }
    let whole = try bytes(descriptor, count: byteCount, path)
    return String(decoding: withoutMark(whole), as: UTF8.self)
  }

  /// Whether an object, a list or a string begins here.
  static func isJSON(_ bytes: some Sequence<UInt8>) -> Bool {
    let first = withoutMark(Array(bytes.prefix(4096))).first { byte in
      byte != 0x20 && byte != 0x09 && byte != 0x0a && byte != 0x0d
    }
    return first == UInt8(ascii: "{") || first == UInt8(ascii: "[") || first == UInt8(ascii: "\"")
  }

  private static func withoutMark(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
    bytes.dropFirst(bytes.starts(with: byteOrderMark) ? byteOrderMark.count : 0)
  }

  /// The first `count` bytes, or as many as there are.
  private static func bytes(
    _ descriptor: borrowing FileDescriptor, count: Int, _ path: String
  ) throws(StorageError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let got = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe pread(
          descriptor.number, buffer.baseAddress?.advanced(by: filled), count - filled, filled)
      }
      if got < 0 && errno == EINTR { continue }
      guard got >= 0 else { throw StorageError(path, .cannotOpen(reason: systemMessage(errno))) }
      if got == 0 { break }
      filled += got
    }
    return Array(bytes.prefix(filled))
  }
}
