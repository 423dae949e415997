// SPDX-License-Identifier: Apache-2.0

import MainspringArguments

/// Columns of text for a person: names to the left, numbers to the right.
struct Table {
  enum Alignment { case left, right }

  struct Column {
    let title: String
    let alignment: Alignment

    init(_ title: String, _ alignment: Alignment = .left) {
      self.title = title
      self.alignment = alignment
    }
  }

  let columns: [Column]
  private(set) var rows: [[String]] = []

  init(_ columns: [Column]) { self.columns = columns }

  /// - Precondition: one cell for each column.
  mutating func add(_ cells: [String]) {
    precondition(cells.count == columns.count, "one cell for each column")
    rows.append(cells.map(printable))
  }

  /// Lines of equal columns, two spaces apart, without trailing blanks.
  var text: String {
    var widths = columns.map { $0.title.count }
    for row in rows {
      for (index, cell) in row.enumerated() { widths[index] = max(widths[index], cell.count) }
    }
    var text = ""
    for row in [columns.map { $0.title }] + rows {
      var line = ""
      for (index, cell) in row.enumerated() {
        let blanks = String(repeating: " ", count: widths[index] - cell.count)
        line +=
          (index == 0 ? "" : "  ")
          + (columns[index].alignment == .left ? cell + blanks : blanks + cell)
      }
      while line.last == " " { line.removeLast() }
      text += line + "\n"
    }
    return text
  }
}

/// `1234567` as `1,234,567`.
func grouped(_ number: Int) -> String {
  var digits = String(number.magnitude)
  var groups: [String] = []
  while digits.count > 3 {
    groups.insert(String(digits.suffix(3)), at: 0)
    digits.removeLast(3)
  }
  groups.insert(digits, at: 0)
  return (number < 0 ? "-" : "") + groups.joined(separator: ",")
}
