// SPDX-License-Identifier: Apache-2.0

/// The samples of a recording, one after the other as they stand there: neither sorted nor
/// repaired. Memory does not depend on the length of the file.
///
/// A recording is CSV in one of the layouts of ``RecordingLayout``, or JSON lines: one message of a
/// sensor in each, `{"sensor":"gyroscope","values":{"x":…,"y":…,"z":…},"timestamp_ns":…}`, or
/// Sensor Logger's `{"payload":[{"name":…,"time":…,"values":{…}}, …]}`.
package struct EventReader: ~Copyable {
  /// One of the two is there.
  private var csv: CSVEvents?
  private var messages: MessageEvents?
  /// Whether each row holds all channels, and not one sensor's.
  package let hasRows: Bool
  /// The channels of a row, or the axes of a sensor in a CSV file; nil where each message names its
  /// own: x, y, z then come first, others in the order of the message.
  package let columns: [String]?
  /// By column the unit in its name, empty without one.
  package let units: [String]?

  /// Opens a recording; `-` is standard input.
  ///
  /// - Parameters:
  ///   - time: see ``RecordingLayout``.
  ///   - channels: for CSV with a row for each time step: which columns, in which order.
  /// - Throws: ``RecordingError`` when it cannot be read or columns are missing.
  package init(path: String, time: String? = nil, channels: [String]? = nil)
    throws(RecordingError)
  {
    var lines = try LineReader(path: path == "-" ? "/dev/stdin" : path)
    guard try lines.next() else { throw .noHeader(path: path) }
    if lines.bytes.first(where: { $0 != 0x20 && $0 != 0x09 }) == UInt8(ascii: "{") {
      messages = MessageEvents(lines)
      csv = nil
      (hasRows, columns, units) = (false, nil, nil)
    } else {
      let events = try CSVEvents(try CSVReader(below: lines), time: time, channels: channels)
      (hasRows, columns, units) = (events.hasRows, events.columns, events.units)
      csv = consume events
      messages = nil
    }
  }

  /// Reads the next sample.
  ///
  /// - Returns: false at the end.
  /// - Throws: ``RecordingError`` for a damaged line, a time that is none, or a field that is no
  ///   number; empty fields are not-a-number.
  package mutating func next(_ event: inout SensorEvent) throws(RecordingError) -> Bool {
    if let isThere = try csv?.next(&event) { return isThere }
    return try messages?.next(&event) ?? false
  }
}
