// SPDX-License-Identifier: Apache-2.0

/// Rows of comma-separated values below a line of column names (RFC 4180, without line breaks
/// inside of quotes), read one at a time.
///
/// Memory does not depend on the length of the file; nothing is allocated for a row of numbers
/// once the longest has been seen.
package struct CSVReader: ~Copyable {
  /// The names of the first line.
  package let columns: [String]
  private var lines: LineReader
  /// By column: where its field is in the line; quotes are left out.
  private var fields: [Range<Int>] = []

  /// Opens a file and reads its first line.
  ///
  /// - Throws: ``RecordingError`` when it cannot be read or its first line names no columns.
  package init(path: String) throws(RecordingError) {
    var lines = try LineReader(path: path)
    guard try lines.next() else { throw .noHeader(path: path) }
    try self.init(below: lines)
  }

  /// Goes on below a line of column names that was read already.
  init(below lines: consuming LineReader) throws(RecordingError) {
    let path = lines.path
    var fields: [Range<Int>] = []
    try CSVReader.split(lines, into: &fields)
    var columns: [String] = []
    for (index, field) in fields.enumerated() {
      guard let name = CSVReader.text(lines.bytes[field]) else {
        throw .line(
          path: path, line: lines.number, expected: "the name of column \(index + 1) in UTF-8",
          found: "other bytes")
      }
      if columns.contains(name) {
        throw .columns(path: path, expected: "every name once", found: columns + [name])
      }
      columns.append(name)
    }
    self.columns = columns
    self.lines = lines
  }

  package var path: String { lines.path }
  /// Number of the row's line in the file, counted from 1.
  package var line: Int { lines.number }

  /// Reads the next row.
  ///
  /// - Returns: false at the end of the file.
  /// - Throws: ``RecordingError`` for a row with another number of fields than there are columns.
  package mutating func next() throws(RecordingError) -> Bool {
    guard try lines.next() else { return false }
    try CSVReader.split(lines, into: &fields)
    guard fields.count == columns.count else {
      throw .line(
        path: path, line: line, expected: "\(columns.count) fields as in the first line",
        found: "\(fields.count)")
    }
    return true
  }

  /// A field of the row as text.
  ///
  /// - Throws: ``RecordingError`` when it is not UTF-8.
  package func text(_ column: Int) throws(RecordingError) -> String {
    guard let text = CSVReader.text(lines.bytes[fields[column]]) else {
      throw fault(column, expected: "UTF-8")
    }
    return text
  }

  /// A field of the row as a number; not-a-number where the field is empty.
  ///
  /// - Throws: ``RecordingError`` when it is no number.
  package func number(_ column: Int) throws(RecordingError) -> Double {
    let bytes = lines.bytes[fields[column]]
    if bytes.isEmpty { return .nan }
    if let number = decimalNumber(bytes) { return number }
    guard let text = CSVReader.text(bytes), let number = Double(text) else {
      throw fault(column, expected: "a number")
    }
    return number
  }

  /// The error for a field of the row.
  package func fault(_ column: Int, expected: String) -> RecordingError {
    let found = String(decoding: lines.bytes[fields[column]].prefix(64), as: UTF8.self)
    return .field(
      path: path, line: line, column: columns[column], expected: expected, found: found)
  }

  private static func split(
    _ lines: borrowing LineReader, into fields: inout [Range<Int>]
  ) throws(RecordingError) {
    fields.removeAll(keepingCapacity: true)
    let bytes = lines.bytes
    let (comma, quote) = (UInt8(ascii: ","), UInt8(ascii: "\""))
    var start = 0
    while true {
      var end = start
      if start < bytes.count, bytes[start] == quote {
        end = start + 1
        while end < bytes.count {
          if bytes[end] != quote {
            end += 1
          } else if end + 1 < bytes.count, bytes[end + 1] == quote {
            end += 2
          } else {
            break
          }
        }
        guard end < bytes.count, end + 1 == bytes.count || bytes[end + 1] == comma else {
          throw .line(
            path: lines.path, line: lines.number,
            expected: "a closing quote before the next comma", found: "none")
        }
        fields.append(start + 1..<end)
        end += 1
      } else {
        while end < bytes.count, bytes[end] != comma { end += 1 }
        fields.append(trimmed(bytes, start..<end))
      }
      if end == bytes.count { return }
      start = end + 1
    }
  }

  private static func trimmed(_ bytes: [UInt8], _ range: Range<Int>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
    while start < end, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
    return start..<end
  }

  /// Doubled quotes stand for one.
  private static func text(_ bytes: ArraySlice<UInt8>) -> String? {
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    guard text.utf8.contains(UInt8(ascii: "\"")) else { return text }
    var result = ""
    var isSecond = false
    for character in text.unicodeScalars {
      if character == "\"" {
        isSecond.toggle()
        if !isSecond { continue }
      } else {
        isSecond = false
      }
      result.unicodeScalars.append(character)
    }
    return result
  }
}
