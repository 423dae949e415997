// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph

/// Inputs by family and number: the same for every model that is asked, whatever its format.
public struct ProbeSource: Sendable {
  /// Rows of channels of one input: time steps, or a single row of features.
  struct Layout: Hashable, Sendable {
    let rows: Int
    let channels: Int

    /// - Parameter shape: with the batch in front.
    init(_ shape: Shape) {
      let isFlat = shape.rank <= 2
      channels = isFlat ? shape.elementCount : shape.channels
      rows = channels == 0 ? 0 : shape.elementCount / channels
    }
  }

  let layouts: [Layout]
  let ranges: [[ChannelRange]]
  /// Every other input is made of them, where there are any.
  private let alternatives: [[ChannelRange]]?
  /// Someone who knows said what inputs are like.
  let isKnown: Bool
  private let windows: ProbeWindows?
  private let seed: UInt64

  /// - Parameters:
  ///   - inputs: shapes of the model's inputs, the batch in front.
  ///   - ranges: for each input what its channels are like, as many as its innermost extent (all
  ///     its elements for inputs of a single axis); nil to take it from the windows, or for
  ///     normalised channels without any.
  ///   - alternatives: as `ranges`, for every other input; where those are but a guess.
  ///   - isKnown: ranges come from who uses the model, or from what it was trained on.
  ///   - windows: what the family of that name is made of; the family is empty without.
  public init(
    inputs: [Shape], ranges: [[ChannelRange]]? = nil, alternatives: [[ChannelRange]]? = nil,
    isKnown: Bool = false, windows: ProbeWindows? = nil, seed: UInt64
  ) {
    let layouts = inputs.map { Layout($0) }
    self.layouts = layouts
    self.ranges =
      ranges
      ?? layouts.enumerated().map { index, layout in
        windows?.ranges(of: index, channels: layout.channels)
          ?? [ChannelRange](repeating: .normalized, count: layout.channels)
      }
    precondition(
      self.ranges.map(\.count) == layouts.map(\.channels), "a range for each channel")
    self.alternatives =
      alternatives ?? (ranges == nil ? ProbeSource.unit(besides: self.ranges) : nil)
    self.isKnown = isKnown || (windows?.count ?? 0) > 0
    self.windows = windows
    self.seed = seed
  }

  /// Windows far smaller than anything a model is trained on may be none of its windows: what they
  /// say must not be all that is asked.
  private static func unit(besides ranges: [[ChannelRange]]) -> [[ChannelRange]]? {
    let isTiny = ranges.joined().allSatisfy { $0.deviation * Float(Thresholds.inputScale) < 1 }
    if !isTiny { return nil }
    return ranges.map { [ChannelRange](repeating: .normalized, count: $0.count) }
  }

  /// How many inputs a family has when `wanted` are asked for.
  public func count(of family: ProbeFamily, wanted: Int) -> Int {
    family == .windows ? min(windows?.count ?? 0, wanted) : wanted
  }

  /// One input of a family, the elements of each port.
  ///
  /// - Parameter count: what ``count(of:wanted:)`` gave; windows are spread evenly over those given.
  /// - Precondition: `index` is below `count`.
  public func probe(_ family: ProbeFamily, _ index: Int, of count: Int) -> [[Float]] {
    precondition(index >= 0 && index < count, "probe \(index) of \(count)")
    var random = generator(family, index)
    let ranges = isAlternative(family, index) ? alternatives ?? ranges : ranges
    switch family {
    case .noise:
      return filled(ranges) { $0.mean + $0.deviation * random.normal() }
    case .range:
      return filled(ranges) { random.uniform($0.lowest, $0.highest) }
    case .structured:
      return layouts.indices.map { structured($0, ranges[$0], index, &random) }
    case .windows:
      guard let windows else { preconditionFailure("a family without windows has no probes") }
      return windows[index * windows.count / count]
    }
  }

  /// Whether an input is of the alternative ranges.
  func isAlternative(_ family: ProbeFamily, _ index: Int) -> Bool {
    if alternatives == nil || family == .windows { return false }
    // All kinds of signals in turn, each with both ranges.
    let turn = family == .structured ? index / StructuredProbe.allCases.count : index
    return turn % 2 == 1
  }

  /// A window to bend: a given one, or slow waves.
  private func base(
    _ input: Int, _ ranges: [ChannelRange], _ random: inout ProbeGenerator
  ) -> [Float] {
    if let windows, windows.count > 0 {
      return windows[random.index(below: windows.count)][input]
    }
    return StructuredProbe.waves(layouts[input], ranges, &random)
  }

  private func structured(
    _ input: Int, _ ranges: [ChannelRange], _ index: Int, _ random: inout ProbeGenerator
  ) -> [Float] {
    let kinds = StructuredProbe.allCases
    let kind = kinds[index % kinds.count]
    let base = base(input, ranges, &random)
    return kind.values(layouts[input], ranges, base: base, &random)
  }

  private func filled(
    _ ranges: [[ChannelRange]], _ value: (ChannelRange) -> Float
  ) -> [[Float]] {
    layouts.indices.map { input in
      var values: [Float] = []
      values.reserveCapacity(layouts[input].rows * layouts[input].channels)
      for _ in 0..<layouts[input].rows {
        for range in ranges[input] { values.append(value(range)) }
      }
      return values
    }
  }

  /// Independent of how many probes were made before.
  func generator(_ family: ProbeFamily, _ index: Int) -> ProbeGenerator {
    let salt: UInt64 =
      switch family {
      case .noise: 0x6e6f_6973
      case .range: 0x7261_6e67
      case .structured: 0x7374_7275
      case .windows: 0x7769_6e64
      }
    var mixer = ProbeGenerator(seed: seed ^ (salt << 32))
    let start = mixer.next()
    return ProbeGenerator(seed: start &+ UInt64(index) &* 0xd134_2543_de82_ef95)
  }
}
