// SPDX-License-Identifier: Apache-2.0

import Glibc
import MainspringArguments

/// Standard output and standard error of the process.
enum Console {
  /// Writes to standard output.
  ///
  /// - Throws: ``Failure`` when nobody can read it any more or the disk behind it is full.
  static func print(_ text: String) throws(Failure) {
    try write(text, to: STDOUT_FILENO)
  }

  /// Writes a line to standard error; there is nobody to tell when that fails.
  static func note(_ text: String) {
    line(printable(text) + "\n")
  }

  static func line(_ text: String) {
    do throws(Failure) { try write(text, to: STDERR_FILENO) } catch { return }
  }

  /// A person is looking at standard error.
  static var isInteractive: Bool { isatty(STDERR_FILENO) == 1 }

  private static func write(_ text: String, to descriptor: Int32) throws(Failure) {
    var text = text
    let failure: Int32 = text.withUTF8 { bytes in
      var sent = 0
      while sent < bytes.count {
        let count = unsafe Glibc.write(
          descriptor, bytes.baseAddress?.advanced(by: sent), bytes.count - sent)
        if count < 0 {
          if errno == EINTR { continue }
          return errno
        }
        sent += count
      }
      return 0
    }
    if failure != 0 {
      throw Failure(.software, "standard output: cannot be written: \(errorText(failure))")
    }
  }

  /// The C library's words for an `errno` value.
  static func errorText(_ code: Int32) -> String {
    unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
  }
}
