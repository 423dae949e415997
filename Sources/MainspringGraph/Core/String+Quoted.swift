// SPDX-License-Identifier: Apache-2.0

extension String {
  /// The name as messages show it: in quotes, on one line, at most 80 characters of it.
  ///
  /// Names come from files; controls would reach the reader's terminal.
  package var quoted: String { "'\(escaped(limit: 80))'" }

  /// Controls and invisible marks as `\u{…}`, and no more than `limit` scalars; `…` for the rest.
  package func escaped(limit: Int) -> String {
    var result = ""
    var count = 0
    for scalar in unicodeScalars {
      guard count < limit else { return result + "…" }
      count += 1
      if scalar.isInvisible {
        result += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

extension Unicode.Scalar {
  /// Controls, and the marks that change direction, break lines or have no width; by number, as
  /// Embedded Swift has no tables of properties.
  fileprivate var isInvisible: Bool {
    switch value {
    case 0..<0x20, 0x7f...0x9f, 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x206f, 0xfeff: true
    default: false
    }
  }
}
