// SPDX-License-Identifier: Apache-2.0

/// A drawing in SVG units: scaled to the width of a page, or a file of its own.
package struct Picture {
  let width: Double
  let height: Double
  private var content = Markup()

  package init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  /// - Parameter shade: opacity; a title is shown when pointed at.
  package mutating func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, kind: String = "bar",
    shade: Double = 1, title: String? = nil
  ) {
    content.element(
      "rect",
      [
        "class": kind, "x": number(x), "y": number(y), "width": number(max(width, 0)),
        "height": number(max(height, 0)), "fill-opacity": number(shade),
      ]
    ) { markup in
      if let title { markup.element("title", text: title) }
    }
  }

  package mutating func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, kind: String = "axis"
  ) {
    content.empty(
      "line",
      ["class": kind, "x1": number(x1), "y1": number(y1), "x2": number(x2), "y2": number(y2)])
  }

  package enum Anchor: String { case start, middle, end }

  package mutating func text(
    _ text: String, _ x: Double, _ y: Double, size: Double = 12, anchor: Anchor = .start,
    kind: String = "", turned: Bool = false
  ) {
    let turn = turned ? "rotate(-45 \(number(x)) \(number(y)))" : ""
    content.element(
      "text",
      [
        "class": kind, "x": number(x), "y": number(y), "font-size": number(size),
        "text-anchor": anchor.rawValue, "transform": turn,
      ], text: text)
  }

  /// A filled shape, from corner to corner and back to the first.
  package mutating func shape(_ corners: [(x: Double, y: Double)], kind: String = "bar") {
    let path = corners.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: "L")
    content.empty("path", ["class": kind, "d": "M\(path)Z"])
  }

  /// A disc.
  package mutating func dot(_ x: Double, _ y: Double, radius: Double, kind: String = "over") {
    content.empty(
      "circle", ["class": kind, "cx": number(x), "cy": number(y), "r": number(radius)])
  }

  /// A file of its own, on white.
  package func file(title: String) -> String {
    var markup = Markup()
    markup.element(
      "svg",
      [
        "xmlns": "http://www.w3.org/2000/svg", "viewBox": "0 0 \(number(width)) \(number(height))",
        "width": number(width), "height": number(height),
      ]
    ) { markup in
      markup.element("title", text: title)
      markup.element("style") { $0.raw(Picture.style) }
      markup.empty("rect", ["class": "paper", "width": "100%", "height": "100%"])
      markup.append(content)
    }
    markup.raw("\n")
    return markup.text
  }

  private static let style: StaticString = """
    text{fill:#1a1c1e;font-family:system-ui,sans-serif}.faint{fill:#6b7280}.paper{fill:#fff}\
    .bar{fill:#2563a8}.over{fill:#b3261e}.weak{fill:#cbd5e0}\
    .axis{stroke:#d8dce1}.limit{stroke:#b3261e}
    """

  func write(to markup: inout Markup, label: String) {
    markup.element(
      "svg",
      [
        "viewBox": "0 0 \(number(width)) \(number(height))", "role": "img", "aria-label": label,
      ]
    ) { $0.append(content) }
  }

  /// Hundredths are finer than any screen.
  private func number(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e9 else { return "0" }
    let hundredths = Int((value * 100).rounded())
    let (whole, rest) = (abs(hundredths) / 100, abs(hundredths) % 100)
    let sign = hundredths < 0 ? "-" : ""
    if rest == 0 { return "\(sign)\(whole)" }
    return rest % 10 == 0
      ? "\(sign)\(whole).\(rest / 10)" : "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)"
  }
}

/// A name shortened to so many characters.
func clipped(_ name: String, _ count: Int) -> String {
  name.count <= count ? name : name.prefix(count - 1) + "…"
}

/// A name of no more than so many characters, its end kept: what tells layers apart.
func clippedAhead(_ name: String, _ count: Int) -> String {
  name.count <= count ? name : "…" + name.suffix(count - 1)
}
