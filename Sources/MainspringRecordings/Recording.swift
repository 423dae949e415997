// SPDX-License-Identifier: Apache-2.0

/// Samples of one clock: a row of values for each time.
package struct Series: Hashable, Sendable {
  /// One name for each value of a row.
  package var channels: [String]
  /// Seconds, ascending; empty without a time column.
  package var times: [Double]
  /// Row-major.
  package var values: [Double]

  package init(channels: [String], times: [Double] = [], values: [Double] = []) {
    self.channels = channels
    self.times = times
    self.values = values
  }

  package var count: Int { channels.isEmpty ? 0 : values.count / channels.count }
}

/// What was recorded without a break: one series, or one for each sensor.
package struct Recording: Hashable, Sendable {
  /// What the recording column says; empty without one.
  package var name: String
  /// Line of the file it starts in.
  package var line: Int
  /// By name of the sensor, in alphabetical order.
  package var series: [Series]

  package init(name: String, line: Int, series: [Series]) {
    self.name = name
    self.line = line
    self.series = series
  }

  package var channels: [String] { series.flatMap(\.channels) }
}
