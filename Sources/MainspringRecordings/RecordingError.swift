// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Why a recording was refused: which file, where in it, what was expected and what was found.
package enum RecordingError: Error, Hashable, Sendable {
  /// A system call failed with `code`, an `errno`.
  case system(path: String, call: String, code: Int32)
  case directory(path: String)
  /// The file has no line of column names.
  case noHeader(path: String)
  /// A line is damaged, or longer than any row is.
  case line(path: String, line: Int, expected: String, found: String)
  /// A field is not what its column holds.
  case field(path: String, line: Int, column: String, expected: String, found: String)
  /// A column that is needed and not there, or there twice.
  case columns(path: String, expected: String, found: [String])
}

extension RecordingError {
  /// Whether the file could not be read at all.
  package var isUnreadable: Bool {
    switch self {
    case .system, .directory: true
    case .noHeader, .line, .field, .columns: false
    }
  }
}

extension RecordingError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .system(let path, _, ENOENT): "\(path): no such file; expected a CSV recording"
    case .system(let path, let call, let code):
      "\(path): \(call) failed: \(unsafe strerror(code).map { unsafe String(cString: $0) } ?? "\(code)")"
    case .directory(let path): "\(path): is a directory; expected a CSV recording"
    case .noHeader(let path):
      "\(path): line 1: expected the names of columns, such as t_ms,ax,ay,az, found nothing"
    case .line(let path, let line, let expected, let found):
      "\(path): line \(line): expected \(expected), found \(found)"
    case .field(let path, let line, let column, let expected, let found):
      "\(path): line \(line), column '\(column)': expected \(expected), found '\(found)'"
    case .columns(let path, let expected, let found):
      "\(path): line 1: expected \(expected), found \(found.joined(separator: ", "))"
    }
  }
}
