// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments
import MainspringRecordings

/// What somebody says happened in a part of a recording.
struct LabelledSpan: Equatable {
  /// Nanoseconds on the recording's clock; `.max` for a span that ends with the recording.
  var start: Int64
  var end: Int64
  /// The class; nil for a name the model has none for.
  var label: Int?

  /// Whether a time is within it, or so little behind it.
  func holds(_ time: Int64, tolerance: Int64) -> Bool {
    let last = end > .max - tolerance ? Int64.max : end + tolerance
    return time >= start && time <= last
  }
}

/// Labels of recordings: a label column beside the samples, or a file of spans.
struct LabelFile {
  private enum Form {
    /// Of each recording in the file, by what the recording column says.
    case byRecording([String: Int?])
    case spans([LabelledSpan])
  }

  private let form: Form
  /// Names the model has no class for, and how often each is used.
  private(set) var unknownNames: [String: Int] = [:]

  /// Reads a CSV of spans (a time column, `gesture` or `label`, `duration` in seconds), or of one
  /// label for each recording (`rec`, `label`).
  init(_ path: String, _ settings: StreamSettings) throws(Failure) {
    var unknown: [String: Int] = [:]
    do throws(RecordingError) {
      var rows = try CSVReader(path: path)
      let columns = rows.columns.map { $0.lowercased() }
      guard let name = columns.firstIndex(where: { $0 == "label" || $0 == "gesture" }) else {
        throw .columns(path: path, expected: "a column 'label' or 'gesture'", found: rows.columns)
      }
      if let duration = columns.firstIndex(of: "duration") {
        let layout = try RecordingLayout(rows.columns, path: path, time: nil, channels: nil)
        guard let time = layout.time else {
          throw .columns(path: path, expected: "a time column", found: rows.columns)
        }
        var spans: [LabelledSpan] = []
        while try rows.next() {
          let start = try rows.number(time) * layout.secondsPerUnit * 1e9
          let length = try rows.number(duration) * 1e9
          guard abs(start) < 0x1p61, length >= 0, length < 0x1p60 else {
            throw rows.fault(duration, expected: "a time and a duration of at least 0")
          }
          let label = LabelFile.label(try rows.text(name), settings, &unknown)
          spans.append(
            LabelledSpan(start: Int64(start), end: Int64(start + length), label: label))
        }
        form = .spans(spans)
      } else {
        let names = ["rec", "recording", "session"]
        guard let recording = columns.firstIndex(where: { names.contains($0) }) else {
          throw .columns(
            path: path, expected: "a column 'duration', or 'rec' with one label for each",
            found: rows.columns)
        }
        var labels: [String: Int?] = [:]
        while try rows.next() {
          labels[try rows.text(recording)] = .some(
            LabelFile.label(try rows.text(name), settings, &unknown))
        }
        form = .byRecording(labels)
      }
    } catch {
      throw Failure(error)
    }
    unknownNames = unknown
  }

  static func label(
    _ name: String, _ settings: StreamSettings, _ unknown: inout [String: Int]
  ) -> Int? {
    let label = settings.label(name)
    if label == nil { unknown[name, default: 0] += 1 }
    return label
  }

  /// Recordings it has a label for; nil where it has spans.
  var recordings: [String]? {
    switch form {
    case .byRecording(let labels): labels.keys.sorted()
    case .spans: nil
    }
  }

  /// The spans of a recording in the file.
  func spans(of recording: String) -> [LabelledSpan] {
    switch form {
    case .spans(let spans): spans
    case .byRecording(let labels):
      labels[recording].map { [LabelledSpan(start: .min, end: .max, label: $0)] } ?? []
    }
  }
}
