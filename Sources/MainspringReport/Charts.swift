// SPDX-License-Identifier: Apache-2.0

extension Picture {
  /// A bar for each value, standing: the histogram of many classes.
  ///
  /// - Parameters:
  ///   - values: not negative.
  ///   - names: as many as values; shown when pointed at, and below up to 16 bars.
  package static func histogram(_ values: [Double], names: [String], unit: String) -> Picture {
    let isNamed = values.count <= 16
    let (width, plot) = (480.0, 140.0)
    let foot = isNamed ? 60.0 : 18.0
    var picture = Picture(width: width, height: plot + foot + 12)
    let top = values.filter { $0.isFinite }.max() ?? 0
    let step = (width - 44) / Double(max(values.count, 1))
    picture.line(40, plot + 10, width, plot + 10)
    picture.text(brief(top), 36, 18, size: 11, anchor: .end, kind: "faint")
    picture.text("0", 36, plot + 10, size: 11, anchor: .end, kind: "faint")
    for (index, value) in values.enumerated() where value > 0 {
      let height = plot * value / top
      picture.rectangle(
        42 + Double(index) * step, plot + 10 - height, max(step * (isNamed ? 0.7 : 0.9), 0.8),
        height,
        title: "\(names[index]): \(brief(value)) \(unit)")
    }
    if isNamed {
      for (index, name) in names.enumerated() {
        picture.text(
          clipped(name, 12), 44 + (Double(index) + 0.4) * step, plot + 24, size: 11, anchor: .end,
          turned: true)
      }
    } else {
      picture.text(names.first ?? "", 42, plot + 24, size: 11, kind: "faint")
      picture.text(names.last ?? "", width - 4, plot + 24, size: 11, anchor: .end, kind: "faint")
    }
    return picture
  }

  /// A lying bar for each value, names to the left.
  ///
  /// - Parameters:
  ///   - values: nil where there is no bar to draw; the text says why.
  ///   - limit: where a line stands; bars that do not reach it are red.
  package static func bars(
    _ values: [Double?], names: [String], texts: [String], limit: Double? = nil
  ) -> Picture {
    let (width, row, left, right) = (480.0, 24.0, 160.0, 70.0)
    var picture = Picture(width: width, height: row * Double(max(values.count, 1)) + 8)
    let top = max(values.compactMap { $0 }.max() ?? 0, limit ?? 0, 1e-12)
    let scale = (width - left - right) / top
    if let limit {
      let x = left + limit * scale
      picture.line(x, 0, x, row * Double(values.count) + 8, kind: "limit")
    }
    for (index, value) in values.enumerated() {
      let y = 4 + row * Double(index)
      picture.text(clippedAhead(names[index], 18), left - 8, y + 16, anchor: .end)
      let length = max(value ?? 0, 0) * scale
      let isUnder = limit.map { (value ?? 0) < $0 } ?? false
      picture.rectangle(
        left, y + 4, max(length, 1), row - 8, kind: isUnder ? "over" : "bar", title: names[index])
      picture.text(texts[index], left + length + 6, y + 16, kind: "faint halo")
    }
    return picture
  }

  /// A small histogram in each row, all over the same axis: how often a value lies where.
  ///
  /// Heights are square roots, so that a few beside many can be seen.
  ///
  /// - Parameter counts: by row, as many bins in each from `low` to `high`.
  package static func distributions(
    _ counts: [[Int]], names: [String], low: Double, high: Double
  ) -> Picture {
    let (width, row, left) = (480.0, 26.0, 130.0)
    let foot = row * Double(counts.count) + 6
    var picture = Picture(width: width, height: foot + 18)
    for (index, bins) in counts.enumerated() {
      let base = row * Double(index) + row
      let step = (width - left - 8) / Double(max(bins.count, 1))
      let top = Double(bins.max() ?? 0)
      picture.text(clipped(names[index], 16), left - 8, base - 5, anchor: .end)
      picture.line(left, base, width - 8, base)
      for (bin, count) in bins.enumerated() where count > 0 {
        let height = (row - 4) * (Double(count) / top).squareRoot()
        let from = low + (high - low) * Double(bin) / Double(bins.count)
        let to = low + (high - low) * Double(bin + 1) / Double(bins.count)
        picture.rectangle(
          left + Double(bin) * step, base - height, step * 0.9, height,
          title: "\(names[index]): \(count) from \(brief(from)) to \(brief(to))")
      }
    }
    picture.text(brief(low), left, foot + 12, size: 11, kind: "faint")
    picture.text(brief(high), width - 8, foot + 12, size: 11, anchor: .end, kind: "faint")
    return picture
  }

  /// A matrix of counts; rows are shaded by their shares.
  package static func heatMap(_ counts: [[Int]], names: [String]) -> Picture {
    let count = max(counts.count, 1)
    let isNamed = count <= 24
    let (left, head) = isNamed ? (112.0, 88.0) : (8.0, 8.0)
    let cell = (480 - left - (isNamed ? 36 : 8)) / Double(count)
    var picture = Picture(width: 480, height: head + cell * Double(count) + 8)
    let side = cell * Double(count)
    for (x, y) in [(0.0, 0.0), (0, 1), (1, 0), (1, 1)] {
      let corner = (left + x * side, head + y * side)
      picture.line(corner.0, corner.1, left + (1 - x) * side, corner.1)
      picture.line(corner.0, corner.1, corner.0, head + (1 - y) * side)
    }
    // Gaps between cells of some size, none between dots.
    let gap = cell > 4 ? 1.0 : 0
    for (row, values) in counts.enumerated() {
      let total = values.reduce(0, +)
      let y = head + cell * Double(row)
      if isNamed {
        picture.text(
          clipped(names[row], 16), left - 6, y + cell / 2 + 4, anchor: .end)
        picture.text(
          clipped(names[row], 14), left + cell * (Double(row) + 0.5), head - 8, turned: true)
      }
      for (column, value) in values.enumerated() {
        let share = total == 0 ? 0 : Double(value) / Double(total)
        let x = left + cell * Double(column)
        // What is in no cell need not be drawn where there are tens of thousands.
        if value == 0, !isNamed { continue }
        picture.rectangle(
          x, y, cell - gap, cell - gap, kind: row == column ? "bar" : "over",
          shade: 0.06 + 0.94 * share,
          title: "\(names[row]) taken for \(names[column]): \(value) of \(total)")
        if cell >= 26, value > 0 {
          picture.text(
            "\(value)", x + cell / 2, y + cell / 2 + 4, anchor: .middle,
            kind: share > 0.45 ? "on" : "")
        }
      }
    }
    return picture
  }

  /// Three digits.
  private static func brief(_ value: Double) -> String {
    guard value.isFinite else { return "\(value)" }
    if value == value.rounded(), abs(value) < 1e9 { return "\(Int(value))" }
    var factor = 1.0
    while abs(value) * factor < 100, factor < 1e12 { factor *= 10 }
    return "\((value * factor).rounded() / factor)"
  }
}
