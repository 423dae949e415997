// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments
import MainspringRecordings

/// Windows cut from the recordings of a CSV file.
struct RecordingWindows {
  private let settings: RecordingSettings
  private let path: String
  private let length: Int
  private let channelCount: Int
  /// Windows that are left out because samples are missing in them.
  private var gapCount = 0
  private var recordingCount = 0
  /// Recordings without a window: too short, or without one of the channels.
  private var uselessCount = 0
  private var longest = 0
  /// The longest pause of all recordings, in periods.
  private var largestPause = 0.0
  /// Steps a second; nil to take rows as they are.
  private var rate: Double?

  /// - Throws: ``Failure`` when the model has other inputs than one of `[time, channels]`.
  init(_ path: String, _ plan: Plan, _ settings: RecordingSettings, _ arguments: ParsedArguments)
    throws(Failure)
  {
    let extents = plan.inputs[0].shape.extents
    let window = extents.count == 4 && extents[1] == 1 ? extents.dropFirst(2) : extents.dropFirst()
    guard plan.inputs.count == 1, window.count == 2, let length = window.first,
      let channelCount = window.last
    else {
      let shapes = plan.inputs.map { "\($0.shape)" }.joined(separator: ", ")
      throw Failure(
        usage: """
          \(path): recordings are for models with one input [windows, time, channels], found \
          \(shapes); give .npy files
          """, arguments)
    }
    let settings = settings.completed(by: plan.contract)
    if let channels = settings.channels, channels.count != channelCount {
      throw Failure(
        usage: """
          '--channels' names \(channels.count) channels, expected \(channelCount) for input \
          '\(plan.inputs[0].name)'
          """, arguments)
    }
    self.path = path
    self.settings = settings
    self.length = length
    self.channelCount = channelCount
  }

  /// Hands every window to `body`, in the order of the recordings.
  ///
  /// - Throws: ``Failure`` when the file is damaged, has other channels, or holds no window.
  mutating func forEach(_ body: ([Float]) throws(Failure) -> Void) throws(Failure) {
    var reader: RecordingReader
    do throws(RecordingError) {
      reader = try RecordingReader(
        path: path, time: settings.time, channels: settings.channels)
    } catch {
      throw Failure(error)
    }
    try check(reader.layout, reader.columns)
    rate = settings.rate(hasTimes: reader.layout.time != nil)
    var count = 0
    while let recording = try next(&reader) {
      recordingCount += 1
      guard let samples = try samples(recording) else {
        uselessCount += 1
        continue
      }
      longest = max(longest, samples.count)
      largestPause = max(largestPause, samples.largestPause)
      let (starts, skipped) = samples.windowStarts(
        length: length, hop: settings.hop ?? max(length / 2, 1))
      gapCount += skipped
      if starts.isEmpty { uselessCount += 1 }
      for start in starts { try body(Array(samples.window(at: start, length: length))) }
      count += starts.count
    }
    if count == 0, gapCount > 0 {
      throw Failure(
        .badData,
        """
        \(path): expected \(length) steps without a gap for a window, found pauses of up to \
        \(rounded(largestPause, 1)) periods in all \(grouped(gapCount)) windows; '--max-gap' allows \
        longer ones than \(rounded(settings.maximumGap, 1))
        """)
    }
    if count == 0 {
      throw Failure(
        .badData,
        """
        \(path): expected a recording of at least \(length) steps without a gap for one window, \
        found \(recordingCount) recordings, the longest of \(longest) steps
        """)
    }
  }

  /// What a person should know; nil when every recording was used as a whole.
  var note: String? {
    var parts: [String] = []
    if gapCount > 0 { parts.append("\(grouped(gapCount)) windows left out across gaps") }
    if uselessCount > 0 {
      parts.append(
        "\(grouped(uselessCount)) of \(grouped(recordingCount)) recordings give no window")
    }
    return parts.isEmpty ? nil : "\(path): " + parts.joined(separator: ", ")
  }

  private func next(_ reader: inout RecordingReader) throws(Failure) -> Recording? {
    do throws(RecordingError) { return try reader.next() } catch { throw Failure(error) }
  }

  private func check(_ layout: RecordingLayout, _ columns: [String]) throws(Failure) {
    let found = columns.joined(separator: ", ")
    let rate = settings.rate(hasTimes: layout.time != nil)
    if rate != nil, layout.time == nil {
      throw Failure(
        .badData,
        "\(path): line 1: expected a time column such as t_ms for '--rate', found \(found)")
    }
    if layout.sensor != nil {
      if rate == nil {
        throw Failure(
          .badData,
          "\(path): line 1: events of sensors need '--rate' to be put on one clock, found \(found)")
      }
    } else if layout.values.count != channelCount {
      let names = layout.values.map { columns[$0] }.joined(separator: ", ")
      throw Failure(
        .badData,
        """
        \(path): line 1: expected \(channelCount) channels, found \(layout.values.count) (\(names)); \
        '--channels' names those of the model
        """)
    } else if settings.modelChannels.count == channelCount {
      for (channel, column) in zip(settings.modelChannels, layout.values) {
        try channel.check(unit: RecordingLayout.split(columns[column]).unit, path)
      }
    }
  }

  /// The channels of a recording that names mean: `ax` is `accelerometer.x` as well.
  private func named(_ names: [String], in recording: Recording) -> [String] {
    let found = recording.channels
    return names.map { name in
      if found.contains(name) { return name }
      if let column = found.first(where: { RecordingLayout.split($0).name == name }) {
        return column
      }
      guard let meaning = ChannelMeaning(name) else { return name }
      return found.first { ChannelMeaning($0) == meaning } ?? name
    }
  }

  /// - Returns: nil where a sensor is missing.
  private func samples(_ recording: Recording) throws(Failure) -> UniformSamples? {
    guard let rate else { return UniformSamples(recording.series[0]) }
    let names = settings.channels.map { named($0, in: recording) } ?? recording.channels
    if settings.channels == nil, names.count > channelCount {
      throw Failure(
        .badData,
        """
        \(path): line \(recording.line): expected \(channelCount) channels, found \(names.count) \
        (\(names.joined(separator: ", "))); '--channels' names those of the model
        """)
    }
    return names.count < channelCount
      ? nil
      : UniformSamples(
        recording, rate: rate, channels: names, maximumGap: settings.maximumGap)
  }
}
