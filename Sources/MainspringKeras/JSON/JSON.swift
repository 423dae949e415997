// SPDX-License-Identifier: Apache-2.0

/// A JSON value as Keras writes it; objects keep the order of their members.
enum JSON: Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSON])
  case object(Object)

  /// Members of an object in the order of the text.
  struct Object: Equatable {
    private(set) var keys: [String] = []
    private var values: [String: JSON] = [:]

    subscript(key: String) -> JSON? { values[key] }

    var isEmpty: Bool { keys.isEmpty }

    /// - Returns: false when there is such a member already; nothing changes then.
    mutating func insert(_ value: JSON, for key: String) -> Bool {
      if values[key] != nil { return false }
      keys.append(key)
      values[key] = value
      return true
    }

    mutating func set(_ value: JSON, for key: String) {
      if values.updateValue(value, forKey: key) == nil { keys.append(key) }
    }

    mutating func remove(_ key: String) -> JSON? {
      guard let value = values.removeValue(forKey: key) else { return nil }
      keys.removeAll { $0 == key }
      return value
    }
  }
}

extension JSON {
  subscript(key: String) -> JSON? { object?[key] }

  var object: Object? {
    if case .object(let object) = self { object } else { nil }
  }

  var array: [JSON]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  var number: Double? {
    if case .number(let number) = self { number } else { nil }
  }

  var bool: Bool? {
    if case .bool(let flag) = self { flag } else { nil }
  }

  /// A number without a fraction that `Int` can hold.
  var integer: Int? {
    if case .number(let number) = self { Int(exactly: number) } else { nil }
  }

  var isNull: Bool { self == .null }
}

extension JSON: CustomStringConvertible {
  /// The value on one line, cut after some 60 characters.
  var description: String {
    var text = ""
    write(to: &text, limit: 60)
    return text
  }

  private func write(to text: inout String, limit: Int) {
    if text.utf8.count > limit {
      if !text.hasSuffix("…") { text += "…" }
      return
    }
    switch self {
    case .null: text += "null"
    case .bool(let flag): text += flag ? "true" : "false"
    case .number(let number):
      if let integer = Int(exactly: number) { text += "\(integer)" } else { text += "\(number)" }
    case .string(let string): text += "\"\(string.prefix(limit).filter { !$0.isNewline })\""
    case .array(let elements):
      text += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { text += ", " }
        element.write(to: &text, limit: limit)
        if text.hasSuffix("…") { return }
      }
      text += "]"
    case .object(let object):
      text += "{"
      for (index, key) in object.keys.enumerated() {
        text += index > 0 ? ", \"\(key)\": " : "\"\(key)\": "
        (object[key] ?? .null).write(to: &text, limit: limit)
        if text.hasSuffix("…") { return }
      }
      text += "}"
    }
  }
}
