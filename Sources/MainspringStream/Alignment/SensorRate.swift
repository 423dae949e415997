// SPDX-License-Identifier: Apache-2.0

/// The rate of a sensor.
public struct SensorRate: Hashable, Sendable {
  /// Samples a second that were promised; nil for any.
  public let promised: Double?
  /// Samples a second by the sensor's own time stamps, the promise where losses and bursts agree
  /// with it; nil before 64 intervals, or 64 promised periods, whichever is longer.
  public let measured: Double?
  /// Off by more than 5 % twice in a row.
  public let isOff: Bool
}
