// SPDX-License-Identifier: Apache-2.0

/// A JSON value (RFC 8259) of a message or a small file.
package enum JSONValue: Equatable, Sendable {
  case null
  case bool(Bool)
  case number(Double)
  /// An integer whose digits a Double may not hold, such as a time in nanoseconds.
  case integer(Int64)
  case string(String)
  case array([JSONValue])
  /// Members in the order of the text.
  case object([Member])

  package struct Member: Equatable, Sendable {
    package let key: String
    package let value: JSONValue
  }

  /// - Returns: nil for what is no JSON, is nested deeper than 32 levels, or repeats a member.
  package init?(_ bytes: some Collection<UInt8>) {
    var parser = JSONScanner(Array(bytes))
    guard let value = parser.document() else { return nil }
    self = value
  }

  /// A member of an object.
  package subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  package var text: String? {
    if case .string(let text) = self { text } else { nil }
  }

  package var number: Double? {
    switch self {
    case .number(let number): number
    case .integer(let number): Double(number)
    default: nil
    }
  }

  package var array: [JSONValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  package var members: [Member]? {
    if case .object(let members) = self { members } else { nil }
  }
}
