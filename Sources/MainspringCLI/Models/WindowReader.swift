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
  /// - Throws: ``Failure`` naming file and window when a number in it is not finite.
  func forEach(_ paths: [String], _ body: ([[Float]]) throws(Failure) -> Void) throws(Failure) {
    if let path = paths.first(where: RecordingSettings.isRecording), plan.inputs.count > 1 {
      _ = try RecordingWindows(path, plan, recordings, arguments)
    }
    guard paths.count % plan.inputs.count == 0, !paths.isEmpty else {
      let names = plan.inputs.map { "'\($0.name)' \($0.shape)" }.joined(separator: ", ")
      throw Failure(
        usage: """
          expected a file of windows for each of \(plan.inputs.count) inputs, \(names), found \
          \(paths.count)
          """, arguments)
    }
    for start in stride(from: 0, to: paths.count, by: plan.inputs.count) {
      try read(Array(paths[start..<start + plan.inputs.count]), body)
    }
  }

  private func read(
    _ paths: [String], _ body: ([[Float]]) throws(Failure) -> Void
  ) throws(Failure) {
    if RecordingSettings.isRecording(paths[0]) {
      var recording = try RecordingWindows(paths[0], plan, recordings, arguments)
      var index = 0
      try recording.forEach { (window) throws(Failure) in
        try body(try ready([window], index, paths))
        index += 1
      }
      if let note = recording.note { Console.note("note: \(note)") }
      return
    }
    let files = try WindowFiles(paths, plan, arguments)
    for index in 0..<files.count { try body(try ready(try files.window(index), index, paths)) }
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
