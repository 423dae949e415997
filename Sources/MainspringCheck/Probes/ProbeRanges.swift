// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// What the inputs of models are like, by what the models themselves were made for.
///
/// A scaler or a normalization layer says what a model was trained on. Golden inputs and the range of
/// integers only say what a file was made from, right or wrong: such a file does not choose the
/// questions alone, but together with noise of mean 0 and deviation 1.
struct ProbeRanges {
  let ranges: [[ChannelRange]]
  /// For every other input, where ranges are only those of a file.
  let alternatives: [[ChannelRange]]?
  /// Every input has a scaler or is normalized by the model.
  let isKnown: Bool

  /// - Parameter subjects: models of the same inputs, at least one.
  init(_ subjects: [Subject], _ layouts: [ProbeSource.Layout]) {
    var ranges: [[ChannelRange]] = []
    var isKnown = true
    var isGuess = false
    for (input, layout) in layouts.enumerated() {
      let usual = [ChannelRange](repeating: .normalized, count: layout.channels)
      if let trained = ProbeRanges.first(subjects, { $0.trained(input, layout) }) {
        ranges.append(trained)
        continue
      }
      isKnown = false
      let carried =
        ProbeRanges.first(subjects) { $0.golden(input, layout) }
        ?? ProbeRanges.first(subjects) { $0.carried(input, layout) }
      if carried != nil { isGuess = true }
      ranges.append(carried ?? usual)
    }
    self.ranges = ranges
    self.isKnown = isKnown
    alternatives =
      isGuess
      ? layouts.map { [ChannelRange](repeating: .normalized, count: $0.channels) } : nil
  }

  private static func first(
    _ subjects: [Subject], _ ranges: (Graph) -> [ChannelRange]?
  ) -> [ChannelRange]? {
    for subject in subjects { if let found = ranges(subject.graph) { return found } }
    return nil
  }
}

extension ProbeSource {
  /// Inputs for models of which nothing but themselves is known, or also windows.
  ///
  /// - Parameter subjects: models of the same inputs, at least one.
  public init(for subjects: [Subject], windows: ProbeWindows? = nil, seed: UInt64) {
    let shapes = subjects[0].inputShapes
    guard windows == nil else {
      self.init(inputs: shapes, windows: windows, seed: seed)
      return
    }
    // Others are refused for their ports, but not here.
    let alike = subjects.filter { $0.inputShapes == shapes }
    let known = ProbeRanges(alike, shapes.map { Layout($0) })
    self.init(
      inputs: shapes, ranges: known.ranges, alternatives: known.alternatives,
      isKnown: known.isKnown, seed: seed)
  }
}

extension Graph {
  /// What a model normalises from: scaled by its contract's scaler, or by its first layer.
  fileprivate func trained(_ input: Int, _ layout: ProbeSource.Layout) -> [ChannelRange]? {
    if let inputs = contract?.inputs, input < inputs.count, inputs[input].scaler != nil {
      return [ChannelRange](repeating: .normalized, count: layout.channels)
    }
    guard let (means, deviations) = normalization(of: inputs[input]) else { return nil }
    return (0..<layout.channels).map { channel in
      let mean = means[channel % means.count]
      let reach = 3 * deviations[channel % deviations.count]
      return ChannelRange(mean - reach, mean + reach)
    }
  }

  /// The means and deviations of a Normalization layer that reads an input.
  private func normalization(of input: ValueID) -> (means: [Float], deviations: [Float])? {
    for node in nodes {
      guard case .binary(let first) = node.operation, first.function == .subtract,
        node.inputs[0] == input, let means = values[node.inputs[1]].constant?.floats,
        let next = nodes.first(where: { $0.inputs.first == node.output }),
        case .binary(let second) = next.operation, next.inputs.count == 2,
        let factors = values[next.inputs[1]].constant?.floats,
        !means.isEmpty, !factors.isEmpty, factors.allSatisfy({ $0 != 0 && $0.isFinite }),
        means.allSatisfy({ $0.isFinite })
      else { continue }
      switch second.function {
      case .multiply: return (means, factors.map { abs(1 / $0) })
      case .divide: return (means, factors.map { abs($0) })
      default: continue
      }
    }
    return nil
  }

  /// The least and the largest of the windows that a file brings to be tested with.
  fileprivate func golden(_ input: Int, _ layout: ProbeSource.Layout) -> [ChannelRange]? {
    guard let contract, let golden = contract.golden, case .stored = golden.inputs else {
      return nil
    }
    let shapes = inputs.map { shape(of: $0) }
    var windows = ProbeWindows(sizes: shapes.map(\.elementCount))
    for index in 0..<golden.windowCount {
      windows.append(contract.goldenInputs(of: index, shapes: shapes))
    }
    return windows.ranges(of: input, channels: layout.channels)
  }

  /// What was seen in calibration, or what integers can hold.
  fileprivate func carried(_ input: Int, _ layout: ProbeSource.Layout) -> [ChannelRange]? {
    let known = contract?.inputs ?? []
    if input < known.count, !known[input].ranges.isEmpty {
      let seen = known[input].ranges
      return (0..<layout.channels).map { channel in
        let bounds = seen[channel % seen.count]
        return ChannelRange(bounds.lowerBound, bounds.upperBound)
      }
    }
    return IntegerRange(values[inputs[input]].type).map { bounds in
      [ChannelRange](repeating: ChannelRange(bounds.low, bounds.high), count: layout.channels)
    }
  }
}
