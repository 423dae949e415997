// SPDX-License-Identifier: Apache-2.0

/// The recordings in a CSV file, one after the other.
package struct RecordingReader: ~Copyable {
  package let layout: RecordingLayout
  private var rows: CSVReader
  /// The row read last belongs to the next recording.
  private var hasRow = false

  /// - Parameters:
  ///   - time: see ``RecordingLayout``.
  ///   - channels: see ``RecordingLayout``.
  /// - Throws: ``RecordingError`` when the file cannot be read or columns are missing.
  package init(path: String, time: String? = nil, channels: [String]? = nil)
    throws(RecordingError)
  {
    let rows = try CSVReader(path: path)
    layout = try RecordingLayout(rows.columns, path: path, time: time, channels: channels)
    self.rows = rows
  }

  /// The names of the file's columns.
  package var columns: [String] { rows.columns }

  /// Reads the next recording.
  ///
  /// Events of a sensor may be out of order, they are sorted by time; time steps may not.
  ///
  /// - Returns: nil at the end of the file.
  /// - Throws: ``RecordingError`` for a damaged line, a field that is no number, or time that goes
  ///   backwards.
  /// - Complexity: memory for one recording.
  package mutating func next() throws(RecordingError) -> Recording? {
    if !hasRow { hasRow = try rows.next() }
    if !hasRow { return nil }
    let name = try recordingName()
    let line = rows.line
    var series: [String: Series] = [:]
    while hasRow, try recordingName() == name {
      let sensor = try sensorName()
      var changed = series.removeValue(forKey: sensor) ?? empty(sensor)
      try append(&changed)
      series[sensor] = changed
      hasRow = try rows.next()
    }
    let sorted = series.sorted { $0.key < $1.key }.map(\.value)
    return Recording(
      name: name, line: line, series: layout.sensor == nil ? sorted : sorted.map(\.inOrder))
  }

  private func recordingName() throws(RecordingError) -> String {
    guard let column = layout.recording else { return "" }
    return try rows.text(column)
  }

  private func sensorName() throws(RecordingError) -> String {
    guard let column = layout.sensor else { return "" }
    return try rows.text(column)
  }

  private func empty(_ sensor: String) -> Series {
    let names = layout.values.map { rows.columns[$0] }
    return Series(channels: sensor.isEmpty ? names : names.map { "\(sensor).\($0)" })
  }

  private func append(_ series: inout Series) throws(RecordingError) {
    if let column = layout.time {
      let time = try rows.number(column) * layout.secondsPerUnit
      guard time.isFinite else { throw rows.fault(column, expected: "a time") }
      if layout.sensor == nil, let last = series.times.last, time < last {
        throw rows.fault(column, expected: "a time not before the line above")
      }
      series.times.append(time)
    }
    for column in layout.values { series.values.append(try rows.number(column)) }
  }
}

extension Series {
  /// The rows in the order of their times; those of one time as they came.
  fileprivate var inOrder: Series {
    let order = times.indices.sorted { (times[$0], $0) < (times[$1], $1) }
    var result = Series(channels: channels)
    for row in order {
      result.times.append(times[row])
      result.values += values[row * channels.count..<(row + 1) * channels.count]
    }
    return result
  }
}
