// SPDX-License-Identifier: Apache-2.0

/// Lays out help for a terminal of 80 columns.
struct HelpPage {
  static let width = 80
  /// Where the descriptions of a section start; longer terms get a line of their own.
  static let descriptionColumn = 27

  private(set) var text = ""

  /// Fills paragraphs that are separated by empty lines.
  mutating func paragraphs(_ source: String) {
    for paragraph in split(source) {
      separate()
      for line in Self.fill(paragraph, width: Self.width) { text += line + "\n" }
    }
  }

  /// `Usage: head part part …`, broken between the parts.
  mutating func usage(_ head: String, _ parts: [String]) {
    separate()
    var line = "Usage: \(head)"
    let indent = String(repeating: " ", count: line.count)
    for part in parts {
      if line.count + 1 + part.count > Self.width {
        text += line + "\n"
        line = indent
      }
      line += " " + part
    }
    text += line + "\n"
  }

  /// A heading over terms and their descriptions; nothing when there are none.
  mutating func section(_ heading: String, _ rows: [(term: String, description: String)]) {
    if rows.isEmpty { return }
    separate()
    text += heading + ":\n"
    let indent = String(repeating: " ", count: Self.descriptionColumn)
    for row in rows {
      var lines = Self.fill(row.description, width: Self.width - Self.descriptionColumn)[...]
      let term = "  " + row.term
      if term.count + 1 < Self.descriptionColumn, let first = lines.popFirst() {
        text += term + indent.dropFirst(term.count) + first + "\n"
      } else {
        text += term + "\n"
      }
      for line in lines { text += indent + line + "\n" }
    }
  }

  /// Command lines as they would be typed, each below its explanation.
  mutating func examples(_ examples: [Command.Example]) {
    if examples.isEmpty { return }
    separate()
    text += "Examples:\n"
    for example in examples {
      for line in Self.fill(example.text + ":", width: Self.width - 2) { text += "  \(line)\n" }
      for line in example.line.split(separator: "\n") { text += "    \(line)\n" }
    }
  }

  /// An empty line, except at the start.
  private mutating func separate() {
    if !text.isEmpty { text += "\n" }
  }

  private func split(_ source: String) -> [String] {
    var paragraphs: [String] = []
    var current = ""
    for line in source.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.isEmpty {
        if !current.isEmpty { paragraphs.append(current) }
        current = ""
      } else {
        current += current.isEmpty ? String(line) : " " + line
      }
    }
    return current.isEmpty ? paragraphs : paragraphs + [current]
  }

  /// Breaks text between words; a word longer than the width stands on a line of its own.
  static func fill(_ source: String, width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in source.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = ""
      }
      line += line.isEmpty ? String(word) : " " + word
    }
    return line.isEmpty ? lines : lines + [line]
  }
}
