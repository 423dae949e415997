// SPDX-License-Identifier: Apache-2.0

/// A drawing in SVG units, scaled to the width of the page.
package struct Picture {
  let width: Double
  let height: Double
  private var content = Markup()

  init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  /// - Parameter shade: opacity; a title is shown when pointed at.
  mutating func rectangle(
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

  mutating func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, kind: String = "axis"
  ) {
    content.empty(
      "line",
      ["class": kind, "x1": number(x1), "y1": number(y1), "x2": number(x2), "y2": number(y2)])
  }

  enum Anchor: String { case start, middle, end }

  mutating func text(
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
