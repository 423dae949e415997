// SPDX-License-Identifier: Apache-2.0

import Testing
import _MainspringTestSupport

@testable import MainspringKeras

@Suite struct JSONParserTests {
  private func parse(_ text: String) throws(KerasError) -> JSON {
    try JSONParser.parse(text, document: "text")
  }

  @Test func readsWhatPythonWrites() throws {
    let json = try parse(
      #" {"a": [1, -2.5e3, true, false, null], "b": {"c": "d\n\"\u00e9\ud83d\ude00"}} "#)
    #expect(json["a"]?.array == [.number(1), .number(-2500), .bool(true), .bool(false), .null])
    #expect(json["b"]?["c"]?.string == "d\n\"é😀")
    #expect(try parse("NaN").number?.isNaN == true)
    #expect(try parse("[Infinity, -Infinity]").array == [.number(.infinity), .number(-.infinity)])
    #expect(try parse("{}").object?.isEmpty == true)
    #expect(try parse("[]").array == [])
  }

  @Test func keepsTheOrderOfMembers() throws {
    #expect(try parse(#"{"z":1,"a":2,"m":3}"#).object?.keys == ["z", "a", "m"])
  }

  @Test(arguments: [
    ("", 0), ("{", 1), ("[1,]", 3), ("{\"a\" 1}", 5), ("[1 2]", 3), ("1 2", 2), ("nul", 0),
    ("\"a", 2), ("\"\\x\"", 3), ("\"\\ud800\"", 7), ("+1", 0), ("01x", 2), ("--1", 0),
    ("{\"a\":1,\"a\":2}", 12), ("\"\u{1}\"", 2), ("{a:1}", 1), ("\"\\u12\"", 5),
  ])
  func refusesOtherTextWithItsPlace(text: String, offset: Int) {
    do throws(KerasError) {
      let value = try parse(text)
      Issue.record("\(text) is \(value)")
    } catch {
      guard case .json("text", let place, _) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(place == offset, "\(error)")
    }
  }

  @Test func refusesEndlessDepth() throws {
    let depth = JSONParser.maximumDepth
    let allowed = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    _ = try parse(allowed)
    #expect(throws: KerasError.self) {
      try parse(String(repeating: "[", count: 1_000_000))
    }
    #expect(throws: KerasError.self) {
      try parse(String(repeating: #"{"a":"#, count: depth + 1))
    }
  }

  @Test func describesLongValuesOnOneLine() throws {
    let text = try parse("[" + String(repeating: "123456,", count: 1000) + "1]").description
    #expect(text.utf8.count < 100 && text.hasSuffix("…"))
    #expect(
      try parse(#"{"a":[1,2.5,"x"],"b":null}"#).description == #"{"a": [1, 2.5, "x"], "b": null}"#)
  }
}
