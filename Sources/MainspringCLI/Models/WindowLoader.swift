// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments
import MainspringConvert

/// Collects windows from files, and says which of them are bad.
struct WindowLoader {
  private(set) var windows: WindowSet
  /// By window of the files: whether it was taken.
  private(set) var isKept: [Bool] = []
  private var notes: [String] = []
  private let plan: Plan
  private let settings: ConvertSettings
  private let scaling: InputScaling
  private let arguments: ParsedArguments

  init(
    _ graph: Graph, _ plan: Plan, _ settings: ConvertSettings, _ scaling: InputScaling,
    _ arguments: ParsedArguments
  ) {
    windows = WindowSet(for: graph, skippingBad: settings.skipsBadWindows)
    self.plan = plan
    self.settings = settings
    self.scaling = scaling
    self.arguments = arguments
  }

  /// Takes in files of all inputs, as many times as there are.
  ///
  /// - Parameter option: what they were given with.
  mutating func load(_ paths: [String], _ option: String) throws(Failure) {
    if let path = paths.first(where: RecordingSettings.isRecording), plan.inputs.count > 1 {
      _ = try RecordingWindows(path, plan, settings.recordings, arguments)
    }
    guard paths.count % plan.inputs.count == 0 else {
      let names = plan.inputs.map { "'\($0.name)' \($0.shape)" }.joined(separator: ", ")
      throw Failure(
        usage: """
          '--\(option)' takes a file for each of \(plan.inputs.count) inputs, \(names), found \
          \(paths.count)
          """, arguments)
    }
    for start in stride(from: 0, to: paths.count, by: plan.inputs.count) {
      try load(group: Array(paths[start..<start + plan.inputs.count]))
    }
    if windows.count == 0 {
      throw Failure(
        .badData,
        "\(paths[0]): "
          + "\(CalibrationError.noWindows(refused: windows.refusals.count))")
    }
    for note in notes { Console.note("note: \(note)") }
    notes = []
  }

  private mutating func load(group paths: [String]) throws(Failure) {
    let before = windows.refusals.count
    var first: String?
    var index = 0
    func take(_ window: [[Float]]) throws(Failure) {
      let refused = windows.refusals.count
      do throws(CalibrationError) {
        // A sensor that stands still is to be found before channels are scaled apart.
        let isStill = window.contains { values in
          values.count > 1 && values.allSatisfy { $0 == values[0] }
        }
        try windows.append(isStill ? window : scaling.scaled(window))
      } catch {
        throw Failure(.badData, Self.fault(error, window, index, plan, paths))
      }
      let isBad = windows.refusals.count > refused
      if isBad, first == nil, let error = windows.refusals.last {
        first = Self.fault(error, window, index, plan, paths)
      }
      isKept.append(!isBad)
      index += 1
    }
    if RecordingSettings.isRecording(paths[0]) {
      var recording = try RecordingWindows(paths[0], plan, settings.recordings, arguments)
      try recording.forEach { (window) throws(Failure) in try take([window]) }
      if let note = recording.note { notes.append(note) }
    } else {
      let files = try WindowFiles(paths, plan, arguments)
      while index < files.count { try take(try files.window(index)) }
    }
    if let first {
      let count = windows.refusals.count - before
      notes.append("\(count) of \(index) windows skipped, the first: \(first)")
    }
  }

  /// Why a window is refused: file, index, what was expected and what was found.
  private static func fault(
    _ error: CalibrationError, _ window: [[Float]], _ index: Int, _ plan: Plan, _ paths: [String]
  ) -> String {
    switch error {
    case .notFinite(_, let input, let element):
      let port = plan.inputs.firstIndex { $0.name == input } ?? 0
      let (shape, strides) = (plan.inputs[port].shape, plan.inputs[port].shape.strides)
      let place = (1..<max(strides.count, 1)).map { element / strides[$0] % shape[$0] }
      return "\(paths[port]): window \(index) at \(place): expected a finite number, found "
        + "\(window[port][element])"
    case .allEqual(_, let input, let value):
      let port = plan.inputs.firstIndex { $0.name == input } ?? 0
      return "\(paths[port]): window \(index): expected a signal, found \(value) in all elements"
    case .noWindows, .inputCount, .length, .zeroRange, .overflow, .notFloat, .graph, .plan, .run:
      return "\(paths[0]): window \(index): \(error)"
    }
  }
}
