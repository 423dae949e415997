// SPDX-License-Identifier: Apache-2.0

/// The rate of a sensor.
public struct SensorRate: Hashable, Sendable {
  /// Samples a second that were promised; nil for any.
  public let promised: Double?
  /// Samples a second by the sensor's own time stamps; nil before 64 samples came.
  public let measured: Double?
  /// Off by more than 5 %.
  public let isOff: Bool
}
