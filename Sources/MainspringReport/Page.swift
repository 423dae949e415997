// SPDX-License-Identifier: Apache-2.0

/// One HTML file that needs nothing else: no network, no script, readable on a phone and in the dark.
package struct Page {
  private var body = Markup()
  private let title: String

  package init(title: String) {
    self.title = title
    body.element("h1", text: title)
  }

  package mutating func heading(_ text: String) { body.element("h2", text: text) }

  package mutating func subheading(_ text: String) { body.element("h3", text: text) }

  package mutating func paragraph(_ text: String) { body.element("p", text: text) }

  /// A verdict, in green or red.
  package mutating func verdict(_ text: String, isGood: Bool) {
    body.element("p", ["class": isGood ? "verdict good" : "verdict bad"], text: text)
  }

  package mutating func list(_ items: [String]) {
    if items.isEmpty { return }
    body.element("ul") { markup in for item in items { markup.element("li", text: item) } }
  }

  /// Rows of cells; names to the left, all but the first column to the right.
  package mutating func table(_ columns: [String], _ rows: [[String]]) {
    body.element("div", ["class": "wide"]) { markup in
      markup.element("table") { markup in
        markup.element("thead") { markup in
          markup.element("tr") { markup in
            for column in columns { markup.element("th", text: column) }
          }
        }
        markup.element("tbody") { markup in
          for row in rows {
            markup.element("tr") { markup in for cell in row { markup.element("td", text: cell) } }
          }
        }
      }
    }
  }

  /// A picture with its caption.
  package mutating func figure(_ caption: String, _ picture: Picture) {
    body.element("figure") { markup in
      picture.write(to: &markup, label: caption)
      markup.element("figcaption", text: caption)
    }
  }

  /// The file's text.
  package var text: String {
    var page = Markup()
    page.raw("<!DOCTYPE html>\n")
    page.element("html", ["lang": "en"]) { page in
      page.element("head") { page in
        page.empty("meta", ["charset": "utf-8"])
        page.empty(
          "meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
        page.element("title", text: title)
        page.element("style") { $0.raw(Page.style) }
      }
      page.element("body") { $0.append(body) }
    }
    page.raw("\n")
    return page.text
  }

  private static let style: StaticString = """
    :root{color-scheme:light dark;--ink:#1a1c1e;--paper:#fff;--faint:#6b7280;--line:#d8dce1;\
    --mark:#2563a8;--good:#1a7f4b;--bad:#b3261e}\
    @media(prefers-color-scheme:dark){:root{--ink:#e6e8ea;--paper:#15181b;--faint:#9aa3ad;\
    --line:#343a40;--mark:#6ea8e5;--good:#5cc08c;--bad:#f2857d}}\
    body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);\
    max-width:72rem;margin:0 auto;padding:1rem}\
    h1{font-size:1.5rem;overflow-wrap:anywhere}h2{font-size:1.2rem;margin-top:2rem}\
    h3{font-size:1rem;margin-bottom:.3rem;overflow-wrap:anywhere}\
    p,li{overflow-wrap:anywhere}\
    .verdict{font-weight:600;padding:.6rem .8rem;border-left:.4rem solid;border-radius:.2rem}\
    .good{color:var(--good)}.bad{color:var(--bad)}\
    .wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums;\
    font-size:.9rem}th,td{padding:.3rem .6rem;border-bottom:1px solid var(--line);\
    text-align:right;white-space:nowrap}th{white-space:normal;vertical-align:bottom}\
    th:first-child,td:first-child{text-align:left}\
    td:first-child{white-space:normal;overflow-wrap:anywhere;min-width:9rem}\
    @media(max-width:40rem){td:first-child{font-size:.85em}}\
    figure{margin:1rem 0}svg{width:100%;max-width:60rem;height:auto;display:block}\
    figcaption{color:var(--faint);font-size:.85rem;margin-top:.3rem}\
    svg text{fill:var(--ink);font-family:system-ui,sans-serif}svg .faint{fill:var(--faint)}\
    svg .on{fill:var(--paper)}\
    svg .halo{paint-order:stroke;stroke:var(--paper);stroke-width:4px}\
    svg .bar{fill:var(--mark)}svg .axis{stroke:var(--line)}svg .limit{stroke:var(--bad)}\
    svg .over{fill:var(--bad)}
    """
}
