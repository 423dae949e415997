// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// What integer inputs cannot hold of windows or, without any, of noise.
struct Clipping {
  /// A line for each input that loses much.
  private(set) var warnings: [String] = []

  init(_ subject: Subject, _ source: ProbeSource) {
    let hasWindows = source.count(of: .windows, wanted: 1) > 0
    for (input, id) in subject.graph.inputs.enumerated() {
      let value = subject.graph.values[id]
      guard let bounds = subject.graph.integers(of: id) else { continue }
      let port = Port(name: value.name, input: input, bounds: bounds)
      if let text = hasWindows ? port.windows(source) : port.noise(source) {
        warnings.append(text)
      }
    }
  }

  private struct Port {
    let name: String
    let input: Int
    let bounds: IntegerRange

    func windows(_ source: ProbeSource) -> String? {
      let count = source.count(of: .windows, wanted: 200)
      let share = clipped((0..<count).map { source.probe(.windows, $0, of: count)[input] })
      guard share > Thresholds.clippedShare else { return nil }
      return """
        expected windows within \(bounds.low)...\(bounds.high), what input '\(name)' holds, found \
        \(percent(share)) of their elements beyond
        """
    }

    /// Of the size inputs are known to have, or of deviation 1: never of the size that the file says.
    func noise(_ source: ProbeSource) -> String? {
      let count = 64
      let channels = source.layouts[input].channels
      let ranges =
        source.isKnown
        ? source.ranges[input] : [ChannelRange](repeating: .normalized, count: channels)
      var values: [[Float]] = []
      for index in 0..<count {
        var random = source.generator(.noise, index)
        values.append(ranges.map { $0.mean + $0.deviation * random.normal() })
      }
      let share = clipped(values)
      let widest =
        ranges.map { range in
          min(range.highest, bounds.high) - max(range.lowest, bounds.low)
        }.max() ?? 0
      let codes = max(Int(widest / bounds.step), 0) + 1
      let advice = "; representative windows would tell whether it was calibrated on such"
      if share > Thresholds.clippedNoise {
        return """
          expected noise of \(source.isKnown ? "the inputs' deviation" : "deviation 1") within \
          \(bounds.low)...\(bounds.high), what input '\(name)' holds, found \(percent(share)) beyond\(advice)
          """
      }
      guard codes < Thresholds.fewCodes else { return nil }
      return """
        expected noise of \(source.isKnown ? "the inputs' deviation" : "deviation 1") on many of \
        the codes of input '\(name)', \(bounds.low)...\(bounds.high), found \(codes)\(advice)
        """
    }

    private func clipped(_ windows: [[Float]]) -> Double {
      var hits = 0
      var total = 0
      for values in windows {
        hits += bounds.countBeyond(values)
        total += values.count
      }
      return Proportion(hits, of: total).share
    }
  }
}
