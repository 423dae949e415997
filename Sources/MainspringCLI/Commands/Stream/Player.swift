// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments
import MainspringRecordings

/// Plays the events of a recording to a stream, one decision after the other.
struct Player: ~Copyable {
  private(set) var stream: Stream
  private(set) var map: SensorMap
  /// What the recording column says of the last decision.
  private(set) var recording = ""
  /// What the label column says at the time of the last decision.
  private(set) var label: String?
  private var labels = LabelTrack()
  private var jumps: UInt64 = 0
  private var reader: EventReader
  private var event = SensorEvent()
  private let path: String
  private let settings: StreamSettings
  private var hasEvent = false
  private var isFirst = true
  private var isEnding = false
  private var reported: [Bool]

  init(
    _ path: String, _ settings: StreamSettings, _ rules: DecisionRules,
    _ arguments: ParsedArguments
  ) throws(Failure) {
    let reader = try Player.open(path, settings)
    let map = try SensorMap(reader, settings, path)
    if reader.hasRows, let units = reader.units, units.count == settings.modelChannels.count {
      for (channel, unit) in zip(settings.modelChannels, units) {
        try channel.check(unit: unit, path)
      }
    }
    let alignment = settings.alignment(map, hasRows: reader.hasRows, arguments)
    do throws(StreamError) {
      stream = try Stream(
        settings.plan, alignment, rules: rules, isScaled: settings.isScaled)
    } catch {
      throw Failure(.badData, "\(error)")
    }
    self.map = map
    self.reader = reader
    self.path = path
    self.settings = settings
    reported = alignment.sensors.map { _ in false }
  }

  private static func open(
    _ path: String, _ settings: StreamSettings
  ) throws(Failure) -> EventReader {
    do throws(RecordingError) {
      return try EventReader(path: path, time: settings.time, channels: settings.channels)
    } catch {
      throw Failure(error)
    }
  }

  /// Plays on until there is a decision, in ``stream``.
  ///
  /// - Returns: false at the end of the recording.
  mutating func next() throws(Failure) -> Bool {
    while true {
      if try advance() {
        label = labels.label(at: stream.decision.time)
        return true
      }
      if isEnding {
        stream.restart()
        labels.removeAll()
        isEnding = false
        recording = event.recording
        if !hasEvent { return false }
        try insert()
      } else if try !read() {
        hasEvent = false
        isEnding = true
        stream.end()
      } else if isFirst || event.recording == recording {
        (isFirst, recording) = (false, event.recording)
        try insert()
      } else {
        // What still waits belongs to the recording before.
        hasEvent = true
        isEnding = true
        stream.end()
      }
    }
  }

  private mutating func read() throws(Failure) -> Bool {
    do throws(RecordingError) {
      return try reader.next(&event)
    } catch {
      throw Failure(error)
    }
  }

  private mutating func insert() throws(Failure) {
    if let label = event.label { labels.add(label, at: event.time) }
    guard let sensor = try map.take(&event, path) else { return }
    let (values, time) = (event.values, event.time)
    do throws(StreamError) {
      try stream.insert(values.span, from: sensor, at: time)
    } catch {
      throw failure(error)
    }
    if stream.clockJumpCount != jumps {
      jumps = stream.clockJumpCount
      // What came before was at other times.
      labels.removeAll()
      if let label = event.label { labels.add(label, at: time) }
    }
    if !reported[sensor] { report(sensor) }
  }

  /// Says once that a sensor is faster or slower than promised.
  private mutating func report(_ sensor: Int) {
    let rate = stream.rate(of: sensor)
    guard rate.isOff, let promised = rate.promised, let measured = rate.measured else { return }
    reported[sensor] = true
    Console.note(
      "warning: \(path): \(name(sensor)): expected \(hertz(promised)), found \(hertz(measured))")
  }

  private mutating func advance() throws(Failure) -> Bool {
    do throws(StreamError) { return try stream.advance() } catch { throw failure(error) }
  }

  private func failure(_ error: StreamError) -> Failure {
    if case .rate(let sensor, let promised, let measured) = error {
      return Failure(
        .badData,
        "\(path): \(name(sensor)): expected \(hertz(promised)), found \(hertz(measured)); give "
          + "'--sensor-rate' or '--any-rate'")
    }
    return Failure(.badData, "\(path): \(error)")
  }

  private func name(_ sensor: Int) -> String {
    map.name(of: sensor).map { "sensor '\($0)'" } ?? "samples"
  }

  private func hertz(_ rate: Double) -> String {
    "\((rate * 10).rounded() / 10) samples a second"
  }
}
