// SPDX-License-Identifier: Apache-2.0

import MainspringReport
import Testing
import _MainspringTestSupport

/// Text that becomes HTML.
struct MarkupTests {
  @Test func contentIsEscapedWhereverItComesFrom() {
    var markup = Markup()
    markup.element("p", ["title": "a\"b'<&>"]) { $0.text("<script>alert('x')</script>\u{1b}") }
    #expect(
      markup.text == """
        <p title="a&quot;b&#39;&lt;&amp;&gt;">&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;\u{fffd}</p>
        """)
  }

  @Test func elementsNest() {
    var markup = Markup()
    markup.element("ul") { markup in
      for index in 0..<2 { markup.element("li", text: "\(index)") }
      markup.empty("hr", ["class": "x"])
    }
    #expect(markup.text == #"<ul><li>0</li><li>1</li><hr class="x"/></ul>"#)
  }
}
