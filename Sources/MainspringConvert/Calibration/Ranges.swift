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

  func union(_ other: Bounds) -> Bounds {
    Bounds(lower: min(lower, other.lower), upper: max(upper, other.upper))
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
  /// By value: the mean of each channel; empty where nothing was seen.
  public var means: [[Float]]

  public init(
    chosen: [Bounds?], seen: [Bounds?], cells: [ValueID: Float] = [:], means: [[Float]] = []
  ) {
    self.chosen = chosen
    self.seen = seen
    self.cells = cells
    self.means = means
  }
}
