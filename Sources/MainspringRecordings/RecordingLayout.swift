// SPDX-License-Identifier: Apache-2.0

/// Which column of a recording is what.
///
/// - One row for each time step: a time column, if any, and a column for each channel, with its unit
///   in brackets behind the name or not.
/// - One row for each sensor event: a time column, a column `sensor` with its name, and a column
///   for each axis. A channel is then called `sensor.axis`.
///
/// A column `rec`, `recording` or `session` numbers recordings that follow each other in one file;
/// `label` is not a channel either.
package struct RecordingLayout: Hashable, Sendable {
  /// The time column, and seconds for one of its units.
  package let time: Int?
  package let secondsPerUnit: Double
  package let recording: Int?
  /// The column of the sensor's name; nil with one row for each time step.
  package let sensor: Int?
  /// Columns of channels, or of axes.
  package let values: [Int]

  private static let timeNames = ["t", "time", "timestamp", "seconds"]
  private static let units = [("_ns", 1e-9), ("_us", 1e-6), ("_ms", 1e-3), ("_s", 1.0)]
  private static let recordingNames = ["rec", "recording", "session"]

  /// - Parameters:
  ///   - time: the name of the time column, with `:s`, `:ms`, `:us` or `:ns` behind it where the
  ///     name does not end in a unit; nil to find it by its name.
  ///   - channels: the names of the channels in the model's order; nil for all columns in theirs.
  /// - Throws: ``RecordingError`` naming a column that is missing.
  package init(_ columns: [String], path: String, time: String?, channels: [String]?)
    throws(RecordingError)
  {
    let clock = try RecordingLayout.clock(columns, path, time)
    self.time = clock?.column
    secondsPerUnit = clock?.seconds ?? 1
    recording = columns.firstIndex { Self.recordingNames.contains($0.lowercased()) }
    let sensor = columns.firstIndex { $0.lowercased() == "sensor" }
    self.sensor = sensor
    if let sensor, clock == nil {
      throw .columns(
        path: path, expected: "a time column beside '\(columns[sensor])'", found: columns)
    }
    if let channels, sensor == nil {
      var values: [Int] = []
      for name in channels {
        let column =
          columns.firstIndex(of: name)
          ?? columns.firstIndex { RecordingLayout.split($0).name == name }
        guard let column else {
          throw .columns(path: path, expected: "a column '\(name)'", found: columns)
        }
        values.append(column)
      }
      self.values = values
    } else {
      let taken = [clock?.column, recording, sensor]
      values = columns.indices.filter { !taken.contains($0) && columns[$0].lowercased() != "label" }
    }
  }

  /// The name of a column and the unit in brackets behind it, as in `ax [m/s²]`; an empty one without.
  package static func split(_ column: String) -> (name: String, unit: String) {
    for (open, close) in [("[", "]"), ("(", ")")] as [(Character, Character)] {
      guard column.last == close, let start = column.lastIndex(of: open) else { continue }
      var name = column[..<start]
      while name.last == " " { name.removeLast() }
      return (String(name), String(column[column.index(after: start)...].dropLast()))
    }
    return (column, "")
  }

  private static func clock(_ columns: [String], _ path: String, _ request: String?)
    throws(RecordingError) -> (column: Int, seconds: Double)?
  {
    if let request {
      var name = request
      var seconds: Double?
      for (unit, value) in units where request.hasSuffix(":" + unit.dropFirst()) {
        name = String(request.dropLast(unit.count))
        seconds = value
        break
      }
      guard let column = columns.firstIndex(of: name) else {
        throw .columns(path: path, expected: "a time column '\(name)'", found: columns)
      }
      return (column, seconds ?? unit(of: name) ?? 1)
    }
    for (column, name) in columns.enumerated() {
      let lower = name.lowercased()
      if timeNames.contains(lower) { return (column, 1) }
      for (unit, seconds) in units where lower.hasSuffix(unit) {
        if timeNames.contains(String(lower.dropLast(unit.count))) { return (column, seconds) }
      }
    }
    return nil
  }

  private static func unit(of name: String) -> Double? {
    units.first { name.lowercased().hasSuffix($0.0) }?.1
  }
}
