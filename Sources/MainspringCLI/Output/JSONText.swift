// SPDX-License-Identifier: Apache-2.0

/// Builds JSON text (RFC 8259) for programs that read our output.
struct JSONText {
  private(set) var text: String = ""
  /// Whether the innermost open object or array already has a member.
  private var hasMember: [Bool] = []

  /// One object, its members added by `body`.
  static func object(_ body: (inout JSONText) -> Void) -> String {
    var json = JSONText()
    json.object(body)
    return json.text
  }

  mutating func object(_ body: (inout JSONText) -> Void) { nested("{", "}", body) }

  mutating func array<Elements: Sequence>(
    _ elements: Elements, _ body: (inout JSONText, Elements.Element) -> Void
  ) {
    nested("[", "]") { json in
      for element in elements {
        json.separate()
        body(&json, element)
      }
    }
  }

  mutating func member(_ key: String, _ body: (inout JSONText) -> Void) {
    separate()
    string(key)
    text += ":"
    body(&self)
  }

  mutating func null(_ key: String) { member(key) { $0.text += "null" } }
  mutating func member(_ key: String, _ value: String) { member(key) { $0.string(value) } }
  mutating func member(_ key: String, _ value: Int) { member(key) { $0.number(value) } }
  mutating func member(_ key: String, _ value: Bool) {
    member(key) { $0.text += value ? "true" : "false" }
  }
  mutating func member(_ key: String, _ value: Float) { member(key) { $0.number(value) } }
  mutating func member(_ key: String, _ value: Double) { member(key) { $0.number(value) } }
  mutating func member(_ key: String, _ values: [Int]) {
    member(key) { $0.array(values) { $0.number($1) } }
  }
  mutating func member(_ key: String, _ values: [String]) {
    member(key) { $0.array(values) { $0.string($1) } }
  }

  mutating func number(_ value: Int) { text += "\(value)" }

  /// The shortest text that reads back as the same number; `null` for what JSON has no number for.
  mutating func number(_ value: Float) { text += value.isFinite ? "\(value)" : "null" }
  mutating func number(_ value: Double) { text += value.isFinite ? "\(value)" : "null" }

  mutating func string(_ value: String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      default:
        if scalar.value < 0x20 {
          let digits = String(scalar.value, radix: 16)
          text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        } else {
          text.unicodeScalars.append(scalar)
        }
      }
    }
    text += "\""
  }

  private mutating func separate() {
    if hasMember.last == true { text += "," }
    if !hasMember.isEmpty { hasMember[hasMember.count - 1] = true }
  }

  private mutating func nested(_ open: String, _ close: String, _ body: (inout JSONText) -> Void) {
    text += open
    hasMember.append(false)
    body(&self)
    hasMember.removeLast()
    text += close
  }
}
