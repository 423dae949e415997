// SPDX-License-Identifier: Apache-2.0

/// Samples from JSON lines, a message of a sensor in each.
struct MessageEvents: ~Copyable {
  private var lines: LineReader
  /// The first line was read to see what it is.
  private var hasLine = true
  /// What is left of a message with several samples, the next one last.
  private var waiting: [SensorEvent] = []

  init(_ lines: consuming LineReader) { self.lines = lines }

  mutating func next(_ event: inout SensorEvent) throws(RecordingError) -> Bool {
    while waiting.isEmpty {
      if !hasLine, try !lines.next() { return false }
      hasLine = false
      guard let message = JSONValue(lines.bytes) else { throw fault("a JSON object", nil) }
      if let payload = message["payload"] {
        guard let messages = payload.array else { throw fault("an array 'payload'", payload) }
        for message in messages { waiting.append(try sample(message)) }
        waiting.reverse()
      } else {
        waiting.append(try sample(message))
      }
    }
    event = waiting.removeLast()
    return true
  }

  private func sample(_ message: JSONValue) throws(RecordingError) -> SensorEvent {
    var event = SensorEvent()
    guard let sensor = message["sensor"]?.text ?? message["name"]?.text else {
      throw fault("a text 'sensor' or 'name'", message["sensor"])
    }
    event.sensor = sensor
    event.time = try time(message)
    guard let values = message["values"]?.members else {
      throw fault("an object 'values'", message["values"])
    }
    // Axes by name, so that their order in the text does not matter.
    let axes = ["x", "y", "z"]
    let isSpatial = values.contains { axes.contains($0.key) }
    for axis in axes {
      guard let value = values.first(where: { $0.key == axis }) else { break }
      event.values.append(try number(value))
    }
    // What is no axis must not take the place of one that is missing: whoever takes this sensor
    // finds too few values then.
    if !isSpatial || event.values.count == axes.count {
      for value in values where !axes.contains(value.key) { event.values.append(try number(value)) }
    }
    return event
  }

  private func number(_ member: JSONValue.Member) throws(RecordingError) -> Float {
    if case .null = member.value { return .nan }
    guard let number = member.value.number else {
      throw fault("a number '\(member.key)'", member.value)
    }
    return Float(number)
  }

  private func time(_ message: JSONValue) throws(RecordingError) -> Int64 {
    let units: [(key: String, nanoseconds: Double)] = [
      ("timestamp_ns", 1), ("time", 1), ("timestamp_us", 1e3), ("timestamp_ms", 1e6),
      ("timestamp", 1e9),
    ]
    for (key, nanoseconds) in units {
      guard let value = message[key] else { continue }
      if case .integer(let time) = value, nanoseconds == 1 { return time }
      // Sensor Logger writes its nanoseconds as text.
      let number = value.number ?? value.text.flatMap(Double.init)
      if let text = value.text, nanoseconds == 1, let time = Int64(text) { return time }
      guard let number, abs(number * nanoseconds) < 0x1p62 else {
        throw fault("a time '\(key)'", value)
      }
      return Int64((number * nanoseconds).rounded())
    }
    throw fault("a time, such as 'timestamp_ns'", nil)
  }

  private func fault(_ expected: String, _ found: JSONValue?) -> RecordingError {
    .line(
      path: lines.path, line: lines.number, expected: expected,
      found: found == nil ? "none" : "something else")
  }
}
