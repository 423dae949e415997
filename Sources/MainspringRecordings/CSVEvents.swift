// SPDX-License-Identifier: Apache-2.0

/// Samples from rows of a CSV file.
struct CSVEvents: ~Copyable {
  private var rows: CSVReader
  private let layout: RecordingLayout
  private let time: Int
  private let nanosecondsPerUnit: Double
  private let label: Int?

  init(_ rows: consuming CSVReader, time: String?, channels: [String]?) throws(RecordingError) {
    let (layout, column) = try CSVEvents.layout(rows, time, channels)
    self.layout = layout
    self.time = column
    // A power of ten, so that whole numbers stay whole.
    nanosecondsPerUnit = (layout.secondsPerUnit * 1e9).rounded()
    label = rows.columns.firstIndex { $0.lowercased() == "label" }
    self.rows = rows
  }

  private static func layout(
    _ rows: borrowing CSVReader, _ time: String?, _ channels: [String]?
  ) throws(RecordingError) -> (RecordingLayout, time: Int) {
    let columns = rows.columns
    let layout = try RecordingLayout(columns, path: rows.path, time: time, channels: channels)
    guard let column = layout.time else {
      throw .columns(
        path: rows.path, expected: "a time column such as t_ms, or one named by --time",
        found: columns)
    }
    return (layout, column)
  }

  var hasRows: Bool { layout.sensor == nil }
  var columns: [String] { layout.values.map { rows.columns[$0] } }

  /// By column: the unit in its name; empty without one.
  var units: [String] { columns.map { RecordingLayout.split($0).unit } }

  mutating func next(_ event: inout SensorEvent) throws(RecordingError) -> Bool {
    guard try rows.next() else { return false }
    let number = (try rows.number(time) * nanosecondsPerUnit).rounded()
    guard abs(number) < 0x1p62 else { throw rows.fault(time, expected: "a time") }
    event.time = Int64(number)
    event.sensor =
      try layout.sensor.map { (column) throws(RecordingError) in
        try rows.text(column)
      } ?? ""
    event.recording =
      try layout.recording.map { (column) throws(RecordingError) in
        try rows.text(column)
      } ?? ""
    event.label = try label.map { (column) throws(RecordingError) in try rows.text(column) }
    event.values.removeAll(keepingCapacity: true)
    for column in layout.values { event.values.append(Float(try rows.number(column))) }
    return true
  }
}
