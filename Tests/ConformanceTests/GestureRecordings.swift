// SPDX-License-Identifier: Apache-2.0

import MainspringConvert
import MainspringGraph
import Testing
import _MainspringTestSupport

/// Windows of the watch recordings the gesture models were trained on: 50 a second, 50 long,
/// cut as those of the test set are.
struct GestureRecordings {
  /// The people of `train` in `models/geotec/split.json`.
  static let people: [String] = [
    "s01", "s02", "s03", "s06", "s07", "s08", "s09", "s10", "s12", "s14", "s17", "s18", "s20",
    "s21", "s22", "s23",
  ]

  private static let channelCount = 6
  private static let length = 50
  private static let hop = 10
  private static let step = 20.0

  private struct Sample {
    let recording: Int
    let time: Double
    let values: [Double]
  }

  /// - Returns: every so manieth window of some people.
  static func windows(_ people: [String], every stride: Int, limit: Int, for graph: Graph) throws
    -> WindowSet
  {
    var set = WindowSet(for: graph)
    var index = 0
    for person in people {
      let path = Location.shared("data/geotec-watch/\(person).csv")
      let samples = try samples(String(decoding: try readFile(path), as: UTF8.self))
      for recording in samples {
        for window in windows(recording) {
          if index % stride == 0, set.count < limit { try set.append([window]) }
          index += 1
        }
      }
    }
    return set
  }

  /// By recording; of repeated times the first sample counts.
  private static func samples(_ text: String) throws -> [[Sample]] {
    var result: [[Sample]] = []
    for line in text.split(separator: "\n").dropFirst() {
      let fields = line.split(separator: ",")
      let sample = Sample(
        recording: try #require(Int(fields[0])), time: try #require(Double(fields[1])),
        values: try (2..<2 + channelCount).map { try #require(Double(fields[$0])) })
      if let last = result.last?.last, last.recording == sample.recording {
        if sample.time > last.time { result[result.count - 1].append(sample) }
      } else {
        result.append([sample])
      }
    }
    return result
  }

  /// Linear between samples.
  private static func windows(_ samples: [Sample]) -> [[Float]] {
    guard let first = samples.first, let last = samples.last else { return [] }
    var rows: [[Float]] = []
    var place = 0
    var time = first.time
    while time <= last.time {
      while place + 2 < samples.count, samples[place + 1].time <= time { place += 1 }
      let (a, b) = (samples[place], samples[min(place + 1, samples.count - 1)])
      let share = b.time > a.time ? (time - a.time) / (b.time - a.time) : 0
      rows.append(zip(a.values, b.values).map { Float($0 + share * ($1 - $0)) })
      time += step
    }
    return stride(from: 0, through: rows.count - length, by: hop).map { start in
      Array(rows[start..<start + length].joined())
    }
  }
}
