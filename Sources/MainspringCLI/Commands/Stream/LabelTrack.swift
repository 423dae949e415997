// SPDX-License-Identifier: Apache-2.0

/// The labels beside samples, by the samples' times, until a decision has passed them.
struct LabelTrack {
  /// More samples than this do not wait for a decision.
  private static let most = 1 << 17
  private var entries: [(time: Int64, label: String)] = []

  /// Takes the label of a sample in, in whatever order samples come.
  mutating func add(_ label: String, at time: Int64) {
    if entries.count == Self.most { entries.removeFirst(Self.most / 2) }
    var place = entries.count
    while place > 0, entries[place - 1].time > time { place -= 1 }
    entries.insert((time, label), at: place)
  }

  /// The label of the last sample up to a time; nil where samples have none. What comes before it is
  /// forgotten.
  mutating func label(at time: Int64) -> String? {
    let behind = entries.firstIndex { $0.time > time } ?? entries.count
    if behind > 1 { entries.removeFirst(behind - 1) }
    return entries.first?.label
  }

  mutating func removeAll() { entries.removeAll(keepingCapacity: true) }
}
