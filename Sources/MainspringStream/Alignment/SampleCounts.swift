// SPDX-License-Identifier: Apache-2.0

/// What became of every sample that came in.
public struct SampleCounts: Hashable, Sendable {
  /// All that came in.
  public var received: UInt64 = 0
  /// A neighbour of at least one row of the grid.
  public var used: UInt64 = 0
  /// Between two neighbours that were used: the sensor is faster than the grid.
  public var interpolatedOver: UInt64 = 0
  /// A second one of the same sensor at the same time; the first counts.
  public var duplicate: UInt64 = 0
  /// Older than what has been used, or pushed out, already.
  public var late: UInt64 = 0
  /// Without a row of the grid beside it: before the first row, around a gap, behind the last row.
  public var droppedInGap: UInt64 = 0
  /// Not finite, saturated, or at a time that is none.
  public var invalid: UInt64 = 0

  public init() {}

  /// Those whose fate is known.
  public var settled: UInt64 {
    used + interpolatedOver + duplicate + late + droppedInGap + invalid
  }

  /// Those still waiting for a neighbour; 0 once a stream is finished.
  public var pending: UInt64 { received - settled }
}
