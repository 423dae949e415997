// SPDX-License-Identifier: Apache-2.0

import Glibc

/// An open descriptor, closed at the end of its life.
struct FileDescriptor: ~Copyable {
  let number: Int32

  /// Takes over `number`.
  init(owning number: Int32) { self.number = number }

  deinit { _ = close(number) }

  /// The same open file under a number above those a child process is given, so that putting
  /// them in place there overwrites none that is still needed. Closed on exec.
  ///
  /// - Returns: nil when there are no more descriptors; `errno` says so.
  consuming func aboveStandard() -> FileDescriptor? {
    let copy = fcntl(number, F_DUPFD_CLOEXEC, 10)
    return copy < 0 ? nil : FileDescriptor(owning: copy)
  }
}

/// What the system says about an error number.
func systemMessage(_ number: Int32) -> String {
  var buffer = [CChar](repeating: 0, count: 128)
  guard unsafe strerror_r(number, &buffer, buffer.count) == 0 else { return "error \(number)" }
  return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
