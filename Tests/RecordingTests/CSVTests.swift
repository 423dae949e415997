// SPDX-License-Identifier: Apache-2.0

import Testing
import _MainspringTestSupport

@testable import MainspringRecordings

@Suite struct CSVTests {
  private let folder: TemporaryFolder
  private var path: String { folder.file("a.csv") }

  init() throws { folder = try TemporaryFolder() }

  private func table(_ text: String) throws -> [[String]] {
    try writeFile(path, Array(text.utf8))
    var reader = try CSVReader(path: path)
    var rows = [reader.columns]
    while try reader.next() {
      var row: [String] = []
      for column in reader.columns.indices { row.append(try reader.text(column)) }
      rows.append(row)
    }
    return rows
  }

  @Test(arguments: [
    ("a,b\n1,2\n", [["a", "b"], ["1", "2"]]), ("a,b\r\n1,2\r\n", [["a", "b"], ["1", "2"]]),
    ("\u{feff}a\n1", [["a"], ["1"]]), ("a , b\n 1,\t2 \n", [["a", "b"], ["1", "2"]]),
    ("a,b\n\n1,\n\n", [["a", "b"], ["1", ""]]),
    ("\"a,1\",\"b\"\"c\"\n\"\",\" x \"\n", [["a,1", "b\"c"], ["", " x "]]),
    ("a,b\n,\n", [["a", "b"], ["", ""]]),
  ])
  func readsRows(text: String, rows: [[String]]) throws {
    #expect(try table(text) == rows)
  }

  @Test func linesMayBeLongerThanABlock() throws {
    let long = String(repeating: "7", count: 200_000)
    #expect(try table("a,b\n\(long),2\n3,\(long)") == [["a", "b"], [long, "2"], ["3", long]])
  }

  @Test func refusesDamagedLines() throws {
    func fault(_ text: String) throws -> RecordingError? {
      do {
        _ = try table(text)
        return nil
      } catch let error as RecordingError {
        return error
      }
    }
    #expect(try fault("") == .noHeader(path: path))
    #expect(try fault("\n\r\n") == .noHeader(path: path))
    #expect(
      try fault("a,b\n1,2\n\n3\n")
        == .line(path: path, line: 4, expected: "2 fields as in the first line", found: "1"))
    #expect(
      try fault("a,b\n1,\"2\n")
        == .line(
          path: path, line: 2, expected: "a closing quote before the next comma", found: "none"))
    #expect(
      try fault("a,b\n1,\"2\"x\n")
        == .line(
          path: path, line: 2, expected: "a closing quote before the next comma", found: "none"))
    #expect(
      try fault("a,a\n") == .columns(path: path, expected: "every name once", found: ["a", "a"]))
    let endless = "a\n" + String(repeating: "1", count: LineReader.longestLine + 1)
    #expect(
      try fault(endless)
        == .line(path: path, line: 2, expected: "at most 1048576 bytes", found: "more"))
  }

  @Test func refusesWhatIsNoFile() throws {
    #expect(throws: RecordingError.directory(path: folder.path)) {
      _ = try CSVReader(path: folder.path)
    }
    let error = #expect(throws: RecordingError.self) { _ = try CSVReader(path: "/no/where.csv") }
    #expect(error?.description == "/no/where.csv: no such file; expected a CSV recording")
    #expect(error?.isUnreadable == true)
  }

  @Test func readsNumbersAsTheLibraryDoes() throws {
    var random = SplitMix64(seed: 11)
    var texts = ["0", "-0", "1.", ".5", "-.5", "1e3", "+2", "123456789012345", "1234567890123456"]
    for _ in 0..<2_000 {
      let digits = (0..<1 + random.index(below: 17)).map { _ in "\(random.index(below: 10))" }
      var text = digits.joined()
      text.insert(".", at: text.index(text.startIndex, offsetBy: random.index(below: text.count)))
      texts.append(random.index(below: 2) == 0 ? text : "-" + text)
    }
    try writeFile(path, Array(("x\n" + texts.joined(separator: "\n")).utf8))
    var reader = try CSVReader(path: path)
    for text in texts {
      #expect(try reader.next())
      let expected = try #require(Double(text.hasPrefix("+") ? String(text.dropFirst()) : text))
      let found = try reader.number(0)
      #expect(found == expected && found.sign == expected.sign, "\(text)")
    }
  }

  @Test func namesFieldsThatAreNoNumbers() throws {
    try writeFile(path, Array("t,ax\n1,\n2,nan\n3,1.2.3\n".utf8))
    var reader = try CSVReader(path: path)
    for _ in 0..<2 {
      #expect(try reader.next())
      #expect(try reader.number(1).isNaN)
    }
    #expect(try reader.next())
    let error = #expect(throws: RecordingError.self) { _ = try reader.number(1) }
    #expect(
      error?.description == "\(path): line 4, column 'ax': expected a number, found '1.2.3'")
  }

  @Test func survivesDamage() throws {
    var random = SplitMix64(seed: 12)
    let good = Array("rec,t_ms,ax,\"a y\"\n1,0,1.5,-2\n1,10,2.5,3e2\n2,5,\"1\",nan\n".utf8)
    var refusedCount = 0
    for _ in 0..<1_000 {
      var bytes = good
      for _ in 0..<1 + random.index(below: 4) {
        bytes[random.index(below: bytes.count)] = UInt8(truncatingIfNeeded: random.next())
      }
      try writeFile(path, Array(bytes.prefix(1 + random.index(below: bytes.count))))
      do throws(RecordingError) {
        var reader = try RecordingReader(path: path)
        while let recording = try reader.next() {
          for series in recording.series {
            #expect(series.values.count == series.count * series.channels.count)
            #expect(series.times.isEmpty || series.times.count == series.count)
          }
        }
      } catch {
        refusedCount += 1
        #expect(error.description.hasPrefix(path))
      }
    }
    #expect(refusedCount > 100 && refusedCount < 1_000)
  }
}
