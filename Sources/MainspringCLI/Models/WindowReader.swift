// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments

/// Windows of .npy files and recordings, one after the other, scaled where that is asked for.
struct WindowReader {
  private let plan: Plan
  private let recordings: RecordingSettings
  private let scaling: InputScaling
  private let arguments: ParsedArguments

  init(
    _ plan: Plan, _ recordings: RecordingSettings, _ scaling: InputScaling,
    _ arguments: ParsedArguments
  ) {
    self.plan = plan
    self.recordings = recordings
    self.scaling = scaling
    self.arguments = arguments
  }

  /// Hands on every window of the files, as many files as there are inputs at a time.
  ///
  /// - Parameter most: read so many windows of .npy files only, spread evenly over all.
  /// - Throws: ``Failure`` naming file and window when a number in it is not finite.
  func forEach(
    _ paths: [String], most: Int? = nil, _ body: ([[Float]]) throws(Failure) -> Void
  ) throws(Failure) {
    if let path = paths.first(where: RecordingSettings.isRecording), plan.inputs.count > 1 {
      _ = try RecordingWindows(path, plan, recordings, arguments)
    }
    try requireFileForEachInput(paths)
    let total = most == nil ? nil : try count(paths)
    var first = 0
    for start in stride(from: 0, to: paths.count, by: plan.inputs.count) {
      let group = Array(paths[start..<start + plan.inputs.count])
      first += try read(group, body) { index in
        guard let most, let total, total > most else { return true }
        return WindowReader.isSampled(first + index, most, of: total)
      }
    }
  }

  private func requireFileForEachInput(_ paths: [String]) throws(Failure) {
    guard paths.count % plan.inputs.count == 0, !paths.isEmpty else {
      let names = plan.inputs.map { "'\($0.name)' \($0.shape)" }.joined(separator: ", ")
      throw Failure(
        usage: """
          expected a file of windows for each of \(plan.inputs.count) inputs, \(names), found \
          \(paths.count)
          """, arguments)
    }
  }

  /// Windows in all files; nil where a recording is among them, which tells at its end only.
  func count(_ paths: [String]) throws(Failure) -> Int? {
    if paths.contains(where: RecordingSettings.isRecording) { return nil }
    try requireFileForEachInput(paths)
    var count = 0
    for start in stride(from: 0, to: paths.count, by: plan.inputs.count) {
      let group = Array(paths[start..<start + plan.inputs.count])
      count += try WindowFiles(group, plan, arguments).count
    }
    return count
  }

  /// Whether a window is one of `most` spread evenly over `total`: window k·total/most for some k.
  static func isSampled(_ index: Int, _ most: Int, of total: Int) -> Bool {
    let k = (index * most + total - 1) / total
    return k < most && k * total / most == index
  }

  /// - Parameter isWanted: of the files' windows, by number; others are not read.
  /// - Returns: the number of windows in the files.
  private func read(
    _ paths: [String], _ body: ([[Float]]) throws(Failure) -> Void, _ isWanted: (Int) -> Bool
  ) throws(Failure) -> Int {
    if RecordingSettings.isRecording(paths[0]) {
      var recording = try RecordingWindows(paths[0], plan, recordings, arguments)
      var index = 0
      try recording.forEach { (window) throws(Failure) in
        try body(try ready([window], index, paths))
        index += 1
      }
      if let note = recording.note { Console.note("note: \(note)") }
      return index
    }
    let files = try WindowFiles(paths, plan, arguments)
    for index in 0..<files.count where isWanted(index) {
      try body(try ready(try files.window(index), index, paths))
    }
    return files.count
  }

  private func ready(_ window: [[Float]], _ index: Int, _ paths: [String]) throws(Failure)
    -> [[Float]]
  {
    for (input, values) in window.enumerated() {
      guard let element = values.firstIndex(where: { !$0.isFinite }) else { continue }
      let shape = plan.inputs[input].shape
      let strides = shape.strides
      let place = (1..<max(strides.count, 1)).map { element / strides[$0] % shape[$0] }
      throw Failure(
        .badData,
        "\(paths[input]): window \(index) at \(place): expected a finite number, found "
          + "\(values[element])")
    }
    return scaling.scaled(window)
  }
}
