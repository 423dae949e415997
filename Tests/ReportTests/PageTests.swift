// SPDX-License-Identifier: Apache-2.0

import MainspringReport
import Testing
import _MainspringTestSupport

/// Pages as a browser gets them.
struct PageTests {
  /// A page with everything there is, from names that nobody vouches for.
  private func page() -> String {
    let names = ["<b>&", "\" onload=\"x", "it's", "http://a.b/"]
    var page = Page(title: "T & <T>")
    page.heading("H")
    page.subheading("h")
    page.paragraph("p")
    page.verdict("good", isGood: true)
    page.list(names)
    page.table(["a", "b"], names.map { [$0, "1"] })
    page.figure("1", .histogram([1, 0, 3.25, .infinity], names: names, unit: "inputs"))
    page.figure(
      "2",
      .histogram([Double](repeating: 2, count: 197), names: (0..<197).map { "\($0)" }, unit: "x"))
    page.figure("3", .bars([1, nil, 0, 2], names: names, texts: names, limit: 0.5))
    page.figure(
      "4", .distributions([[0, 1], [2, 0], [3, 4], [0, 0]], names: names, low: 0, high: 1))
    page.figure(
      "5", .heatMap([[3, 0, 1, 0], [0, 0, 0, 0], [1, 1, 1, 1], [0, 9, 0, 9]], names: names))
    page.figure(
      "6",
      .heatMap(
        [[Int]](repeating: [Int](repeating: 1, count: 30), count: 30),
        names: (0..<30).map { "\($0)" }))
    return page.text
  }

  /// Names and attribute names of all tags, in their order; nil when the text is not well-formed.
  private func tags(_ text: String) -> [(name: String, attributes: [String])]? {
    var tags: [(String, [String])] = []
    var open: [String] = []
    var rest = text[...]
    while let start = rest.firstIndex(of: "<") {
      guard let end = rest[start...].firstIndex(of: ">") else { return nil }
      let tag = rest[rest.index(after: start)..<end]
      rest = rest[rest.index(after: end)...]
      if tag.hasPrefix("!") { continue }
      if tag.hasPrefix("/") {
        guard open.popLast() == String(tag.dropFirst()) else { return nil }
        continue
      }
      let parts = tag.split(separator: "\"", omittingEmptySubsequences: false)
      guard parts.count % 2 == 1 else { return nil }
      let heads = stride(from: 0, to: parts.count - 1, by: 2).map { parts[$0] }
      let words = heads.flatMap { $0.split(separator: " ") }
      let name = String(words.first ?? tag)
      tags.append((name, words.dropFirst().map { String($0.dropLast()) }))
      if !tag.hasSuffix("/") { open.append(name) }
    }
    return open.isEmpty ? tags : nil
  }

  @Test func pagesReferToNothingOutside() throws {
    let text = page()
    let tags = try #require(self.tags(text), "well-formed")
    let names = Set(tags.map(\.name))
    #expect(
      names.isSubset(of: [
        "html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "ul", "li", "div",
        "table", "thead", "tbody", "tr", "th", "td", "figure", "figcaption", "svg", "rect", "line",
        "text",
      ]), "\(names)")
    let attributes = Set(tags.flatMap(\.attributes))
    #expect(
      attributes.isSubset(of: [
        "lang", "charset", "name", "content", "class", "viewBox", "role", "aria-label", "x", "y",
        "x1", "x2", "y1", "y2", "width", "height", "fill-opacity", "font-size", "text-anchor",
        "transform",
      ]), "\(attributes)")
    for outside in ["url(", "@import", "<script", "src=", "href="] {
      #expect(!text.contains(outside), "\(outside)")
    }
  }

  @Test func namesFromFilesAreText() {
    let text = page()
    #expect(text.contains("&lt;b&gt;&amp;") && !text.contains("<b>"))
    #expect(text.contains("&quot; onload=&quot;x") && !text.contains("\" onload"))
    #expect(text.contains("<title>T &amp; &lt;T&gt;</title>"))
  }

  @Test func numbersAreFinite() {
    let text = page()
    #expect(!text.contains("nan") && !text.contains("\"inf"))
    #expect(text.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">"))
    #expect(text.hasSuffix("</html>\n"))
  }
}
