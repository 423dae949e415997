// SPDX-License-Identifier: Apache-2.0

import MainspringArguments
import MainspringRecordings

extension JSONValue {
  /// What it is, for an error: a value as it stands, anything larger by its kind.
  var summary: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .number(let number): "\(number)"
    case .integer(let number): "\(number)"
    case .string(let text): "'\(printable(text))'"
    case .array(let elements): elements.isEmpty ? "an empty array" : "an array"
    case .object: "an object"
    }
  }
}

extension JSONValue? {
  var summary: String { map(\.summary) ?? "none" }
}
