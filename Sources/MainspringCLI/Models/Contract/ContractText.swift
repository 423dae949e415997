// SPDX-License-Identifier: Apache-2.0

import Mainspring

/// A contract for people: some lines below the head of `inspect`.
enum ContractText {
  private static let shownCount = 12

  static func lines(_ contract: ModelContract) -> [(String, String)] {
    var lines: [(String, String)] = []
    var times: [String] = []
    if let rate = contract.sampleRate { times.append("\(short(rate)) rows a second") }
    if let window = contract.window { times.append("\(window) rows a window") }
    if let hop = contract.hop { times.append("a window every \(hop) rows") }
    if !times.isEmpty { lines.append(("time", times.joined(separator: ", "))) }
    for (index, input) in contract.inputs.enumerated() {
      let number = contract.inputs.count > 1 ? " \(index)" : ""
      if !input.channels.isEmpty {
        let names = input.channels.map { $0.unit.isEmpty ? $0.name : "\($0.name) (\($0.unit))" }
        lines.append(("channels" + number, list(names)))
      }
      if let scaler = input.scaler {
        let pairs = zip(scaler.means, scaler.deviations).map { "(x − \($0)) / \($1)" }
        lines.append(("scaler" + number, list(pairs)))
      }
      if !input.ranges.isEmpty {
        let ranges = input.ranges.map { "\($0.lowerBound)…\($0.upperBound)" }
        lines.append(("range" + number, list(ranges)))
      }
    }
    for (index, output) in contract.outputs.enumerated() where !output.labels.isEmpty {
      let number = contract.outputs.count > 1 ? " \(index)" : ""
      lines.append(("labels" + number, list(output.labels)))
    }
    if let found = contract.calibration {
      lines.append(
        (
          "calibrated",
          "\(found.method), \(grouped(found.windowCount)) windows, hash \(found.hashText)"
        ))
    }
    if let rules = contract.rules {
      lines.append(
        (
          "rules",
          "average of \(rules.smoothing), thresholds \(list(rules.thresholds.map { "\($0)" }))"
            + (rules.isFitted ? ", fitted to the windows calibrated on" : "")
        ))
    }
    if let golden = contract.golden {
      let count = golden.windowCount == 1 ? "1 window" : "\(golden.windowCount) windows"
      lines.append(("self-test", "\(count), outputs within \(golden.tolerance)"))
    }
    return lines
  }

  private static func list(_ items: [String]) -> String {
    let more = items.count > shownCount ? ", … (\(items.count))" : ""
    return items.prefix(shownCount).joined(separator: ", ") + more
  }

  private static func short(_ number: Double) -> String {
    number == number.rounded() && number < 1e9 ? "\(Int(number))" : "\(number)"
  }
}
