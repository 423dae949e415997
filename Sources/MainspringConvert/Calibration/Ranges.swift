// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph

/// An interval of reals.
public struct Bounds: Hashable, Sendable {
  public let lower: Float
  public let upper: Float

  /// - Precondition: both finite, `lower` not above `upper`.
  public init(lower: Float, upper: Float) {
    precondition(lower.isFinite && upper.isFinite && lower <= upper, "an interval")
    self.lower = lower
    self.upper = upper
  }

  /// The largest magnitude.
  public var magnitude: Float { max(-lower, upper) }

  /// The interval widened to hold zero, which every quantization represents exactly.
  var includingZero: Bounds { Bounds(lower: min(lower, 0), upper: max(upper, 0)) }

  /// What both have in common, widened to hold zero.
  func intersection(_ other: Bounds) -> Bounds {
    Bounds(lower: min(max(lower, other.lower), 0), upper: max(min(upper, other.upper), 0))
  }

  /// The interval times a factor.
  func scaled(by factor: Float) -> Bounds {
    Bounds(lower: min(lower * factor, upper * factor), upper: max(lower * factor, upper * factor))
  }

  func union(_ other: Bounds) -> Bounds {
    Bounds(lower: min(lower, other.lower), upper: max(upper, other.upper))
  }
}

/// What is computed in the steps of a recurrent layer, in the order of `IntegerStep`: W·x + b, then
/// products, sums and differences.
public struct StepRanges: Hashable, Sendable {
  /// Chosen for 8 bits.
  public var chosen: [Bounds]
  /// All that was seen, for 16 bits.
  public var seen: [Bounds]

  /// - Precondition: as many of either.
  public init(chosen: [Bounds], seen: [Bounds]) {
    precondition(chosen.count == seen.count, "both ranges of every value")
    self.chosen = chosen
    self.seen = seen
  }
}

/// What each value of a graph ranges over.
public struct Ranges: Hashable, Sendable {
  /// By value: the range chosen for 8 bits; nil for constants and booleans.
  public var chosen: [Bounds?]
  /// By value: all that was seen, for 16 bits.
  public var seen: [Bounds?]
  /// By the result of an LSTM: the largest magnitude of its cell.
  public var cells: [ValueID: Float]
  /// By the result of a GRU or simple recurrent layer: what is computed in a step of it.
  public var steps: [ValueID: StepRanges] = [:]
  /// By value: the range of each channel, of values whose channels can be rescaled.
  public var channels: [ValueID: [Bounds]] = [:]
  /// All that was seen of each channel, of the same values.
  public var seenChannels: [ValueID: [Bounds]] = [:]
  /// By the result of an operator with weights: the moments of its inputs, where they were asked
  /// for.
  public var moments: [ValueID: InputMoments] = [:]

  public init(chosen: [Bounds?], seen: [Bounds?], cells: [ValueID: Float] = [:]) {
    self.chosen = chosen
    self.seen = seen
    self.cells = cells
  }
}
