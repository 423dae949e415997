// SPDX-License-Identifier: Apache-2.0

/// Why the storage process gives no, or no more, data.
package struct Refusal: Error, Equatable, Sendable {
  package enum Code: UInt32, Sendable {
    /// The file contradicts itself or ends too early.
    case damaged = 1
    /// The file is what it claims to be, and uses something that is not read on purpose.
    case unsupported = 2
    /// A cap on memory or counts was hit.
    case limit = 3
    /// The process could not do its work, whatever the file holds.
    case internalFailure = 4
  }

  package let code: Code
  /// One line: where, what was expected, what was found.
  package let text: String

  /// Control characters of `text` are replaced and its length is cut, since parts of it come
  /// from the file.
  package init(_ code: Code, _ text: String) {
    self.code = code
    var line = ""
    var length = 0
    for scalar in text.unicodeScalars {
      guard length < Refusal.maximumScalarCount else {
        line += "…"
        break
      }
      let isControl = scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value)
      line.unicodeScalars.append(isControl ? "?" : scalar)
      length += 1
    }
    self.text = line
  }

  private static let maximumScalarCount = 500
}
