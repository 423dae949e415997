// SPDX-License-Identifier: Apache-2.0

/// HTML or SVG text, built element by element; content is escaped wherever it comes from.
///
/// ```swift
/// var page = Markup()
/// page.element("p", ["class": "note"]) { $0.text(name) }
/// ```
package struct Markup: Hashable, Sendable {
  package private(set) var text: String = ""

  package init() {}

  /// An element with content.
  ///
  /// - Parameter attributes: in this order, values escaped.
  package mutating func element(
    _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:],
    _ content: (inout Markup) -> Void
  ) {
    open(name, attributes)
    text += ">"
    content(&self)
    text += "</\(name)>"
  }

  /// An element that holds text only.
  package mutating func element(
    _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:],
    text content: String
  ) {
    element(name, attributes) { $0.text(content) }
  }

  /// An element without content: `<rect …/>`.
  package mutating func empty(
    _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:]
  ) {
    open(name, attributes)
    text += "/>"
  }

  /// Text, escaped; control characters become U+FFFD.
  package mutating func text(_ content: String) { text += Self.escaped(content) }

  package mutating func append(_ other: Markup) { text += other.text }

  /// Text of this program as it stands, such as a style sheet.
  package mutating func raw(_ content: StaticString) { text += "\(content)" }

  private mutating func open(
    _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String>
  ) {
    text += "<\(name)"
    for (key, value) in attributes { text += " \(key)=\"\(Self.escaped(value))\"" }
  }

  static func escaped(_ content: String) -> String {
    var result = ""
    for scalar in content.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\n", "\t": result.unicodeScalars.append(scalar)
      default:
        let isControl = scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
        result.unicodeScalars.append(isControl ? "\u{fffd}" : scalar)
      }
    }
    return result
  }
}
