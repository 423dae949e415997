// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Why a file could not be written.
public struct FileError: Error, Hashable, Sendable {
  /// The file that was asked for, also when a temporary one beside it failed.
  public let path: String
  /// The call that failed: `open`, `write`, `rename`, …
  public let operation: String
  /// The C library's `errno`.
  public let code: Int32

  public init(path: String, operation: String, code: Int32) {
    self.path = path
    self.operation = operation
    self.code = code
  }

  /// What the C library says about the code.
  public var reason: String { unsafe String(cString: strerror(code)) }
}

extension FileError: CustomStringConvertible {
  public var description: String { "cannot write '\(path)': \(reason) (\(operation))" }
}
