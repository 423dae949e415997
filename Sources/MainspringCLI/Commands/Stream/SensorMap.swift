// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringRecordings

/// Which sensor of a stream an event of a recording belongs to, and which of its values are wanted.
struct SensorMap {
  /// A sensor of the stream, and where its values stand in an event.
  private struct Entry {
    var names: [String]
    var places: [Int]
    var channels: [Int]
  }

  private var entries: [Entry] = []
  /// Sensors found by what their names mean take the first name that comes.
  private let isByMeaning: Bool
  /// The name by which each sensor goes, once one of its events was seen.
  private var seen: [String?] = []
  /// Events of sensors the model does not take.
  private(set) var otherCount = 0

  /// - Parameters:
  ///   - reader: the recording.
  ///   - settings: with the channels in the model's order, `sensor.axis` for events. What the model
  ///     itself names may be `ax` or `gyro_x` as well; without names they are accelerometer,
  ///     gyroscope, magnetometer.
  /// - Throws: ``Failure`` when the channels are not the model's.
  init(
    _ reader: borrowing EventReader, _ settings: StreamSettings, _ path: String
  ) throws(Failure) {
    let (names, count) = (settings.channels, settings.channelCount)
    let axes = reader.columns ?? ["x", "y", "z"]
    let meant =
      settings.takesModelChannels && !reader.hasRows
      ? SensorMap.meant(names ?? [], axes: axes) : nil
    isByMeaning = (names == nil || meant != nil) && !reader.hasRows
    if reader.hasRows {
      let columns = reader.columns ?? []
      guard columns.count == count else {
        throw Failure(
          .badData,
          "\(path): expected \(count) channels, as the model has, found \(columns.count): "
            + columns.joined(separator: ", "))
      }
      entries = [Entry(names: [""], places: Array(0..<count), channels: Array(0..<count))]
    } else if let meant {
      entries = meant
    } else if let names {
      try byName(names, axes: axes, count: count, path)
    } else {
      let axes = axes.count
      guard axes > 0, count % axes == 0, count / axes <= ChannelMeaning.sensors.count else {
        throw Failure(
          .badData,
          "\(path): \(count) channels of the model are no whole sensors; name them by --channels")
      }
      for (index, names) in ChannelMeaning.sensors.prefix(count / axes).enumerated() {
        entries.append(
          Entry(
            names: names, places: Array(0..<axes),
            channels: Array(index * axes..<(index + 1) * axes)))
      }
    }
    seen = entries.map { _ in nil }
  }

  /// The sensors of channels such as `ax`, `gyro_x` or `accelerometer.z`; nil when not all of them
  /// say what they are, or one comes twice.
  private static func meant(_ names: [String], axes: [String]) -> [Entry]? {
    var entries: [Entry] = []
    for (channel, name) in names.enumerated() {
      guard let meaning = ChannelMeaning(name, axes: axes) else { return nil }
      let (names, axis) = (ChannelMeaning.sensors[meaning.sensor], meaning.axis)
      let place = entries.firstIndex { $0.names == names } ?? entries.count
      if place == entries.count { entries.append(Entry(names: names, places: [], channels: [])) }
      if entries[place].places.contains(axis) { return nil }
      entries[place].places.append(axis)
      entries[place].channels.append(channel)
    }
    return entries
  }

  private mutating func byName(
    _ names: [String], axes: [String], count: Int, _ path: String
  ) throws(Failure) {
    guard names.count == count else {
      throw Failure(
        .badData, "\(path): expected \(count) channels, as the model has, found \(names.count)")
    }
    for (channel, name) in names.enumerated() {
      guard let point = name.lastIndex(of: "."),
        let axis = axes.firstIndex(of: String(name[name.index(after: point)...]))
      else {
        throw Failure(
          .badData,
          "\(path): expected channels such as \(axes.first.map { "sensor.\($0)" } ?? "sensor.x"), "
            + "found '\(name)'")
      }
      let sensor = String(name[..<point])
      let place = entries.firstIndex { $0.names == [sensor] }
      if let place {
        entries[place].places.append(axis)
        entries[place].channels.append(channel)
      } else {
        entries.append(Entry(names: [sensor], places: [axis], channels: [channel]))
      }
    }
  }

  /// The sensors as the stream is told of them.
  func sources(rate: Double?, limit: Float) -> [SensorSource] {
    entries.map { SensorSource(channels: $0.channels, rate: rate, limit: limit) }
  }

  /// The name of a sensor for people; nil for rows of all channels.
  func name(of sensor: Int) -> String? {
    let name = seen[sensor] ?? entries[sensor].names[0]
    return name.isEmpty ? nil : name
  }

  /// The sensor of an event, its values the wanted ones only; nil for another sensor.
  ///
  /// - Throws: ``Failure`` when values are missing, or two sensors have one meaning.
  mutating func take(_ event: inout SensorEvent, _ path: String) throws(Failure) -> Int? {
    let name = isByMeaning ? event.sensor.lowercased() : event.sensor
    guard let sensor = entries.firstIndex(where: { $0.names.contains(name) }) else {
      otherCount += 1
      return nil
    }
    if let first = seen[sensor] {
      guard first == event.sensor else {
        throw Failure(
          .badData,
          "\(path): the sensors '\(first)' and '\(event.sensor)' mean the same; say by --channels "
            + "which one the model takes")
      }
    } else {
      seen[sensor] = event.sensor
    }
    let places = entries[sensor].places
    guard let last = places.max(), last < event.values.count else {
      throw Failure(
        .badData,
        "\(path): sensor '\(event.sensor)': expected \((places.max() ?? 0) + 1) values, found "
          + "\(event.values.count)")
    }
    if places.count != event.values.count || places != Array(places.indices) {
      event.values = places.map { event.values[$0] }
    }
    return sensor
  }
}
