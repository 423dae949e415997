// SPDX-License-Identifier: Apache-2.0

/// One sample of one sensor, as it stands in a recording.
package struct SensorEvent: Equatable, Sendable {
  /// Nanoseconds.
  package var time: Int64 = 0
  /// The sensor, or an empty text where a row holds all channels.
  package var sensor: String = ""
  /// By channel of a row, or by axis of the sensor; see ``EventReader/channels(of:)``.
  package var values: [Float] = []
  /// What the label column says.
  package var label: String?
  /// What the recording column says; empty without one.
  package var recording: String = ""

  package init() {}
}
