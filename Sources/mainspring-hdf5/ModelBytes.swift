// SPDX-License-Identifier: Apache-2.0

import Glibc
import MainspringWire

/// A block of memory that holds a file, or a member of an archive.
@safe struct ModelBytes: ~Copyable {
  let base: UnsafeMutableRawPointer
  let count: Int

  /// Memory of zeros.
  init(zeros count: Int) throws(Refusal) {
    guard let base = unsafe calloc(max(count, 1), 1) else {
      throw Refusal(.limit, "there is no memory for \(count) bytes of it")
    }
    unsafe self.base = unsafe base
    self.count = count
  }

  /// Reads `byteCount` bytes from the start of an open file.
  static func read(from descriptor: Int32, byteCount: Int) throws(Refusal) -> ModelBytes {
    let bytes = try ModelBytes(zeros: byteCount)
    var offset = 0
    while offset < byteCount {
      let got = unsafe Glibc.read(descriptor, bytes.base + offset, byteCount - offset)
      if got < 0 && errno == EINTR { continue }
      guard got > 0 else {
        throw Refusal(
          .damaged,
          "expected \(byteCount) bytes, found \(offset): the file changed or cannot be read")
      }
      offset += got
    }
    return bytes
  }

  deinit { unsafe free(base) }

  /// - Throws: `Refusal` when the descriptor is not an open file.
  static func size(of descriptor: Int32) throws(Refusal) -> Int {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw Refusal(.internalFailure, "descriptor \(descriptor) is not an open file")
    }
    return Int(status.st_size)
  }

  var bytes: RawSpan {
    @_lifetime(borrow self) get {
      unsafe _overrideLifetime(
        RawSpan(_unsafeStart: base, byteCount: count), borrowing: self)
    }
  }

  /// The whole as text, or nil when it is not UTF-8.
  var text: String? {
    unsafe String(
      validating: UnsafeRawBufferPointer(start: base, count: count), as: UTF8.self)
  }
}
