// SPDX-License-Identifier: Apache-2.0

import MainspringReport
import Testing

@Suite struct PictureTests {
  @Test func filesReferToNothingOutside() {
    var picture = Picture(width: 100, height: 50)
    picture.text("a<b", 1, 2)
    picture.shape([(0, 0), (1, 0), (1.25, .nan)])
    picture.dot(3, 4, radius: 2)
    picture.line(0, 0, 9, 9)
    picture.rectangle(0, 0, 5, 5, title: "\"&\"")
    let text = picture.file(title: "T & <T>")
    #expect(text.hasPrefix(#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50" "#))
    #expect(text.hasSuffix("</svg>\n"))
    #expect(text.contains("<title>T &amp; &lt;T&gt;</title>") && text.contains(">a&lt;b</text>"))
    #expect(text.contains(#"<path class="bar" d="M0,0L1,0L1.25,0Z"/>"#), "\(text)")
    for outside in ["url(", "@import", "<script", "src=", "href=", "nan"] {
      #expect(!text.contains(outside), "\(outside)")
    }
    // The name of the language is all there is of an address.
    #expect(text.split(separator: "http").count == 2)
  }
}
