// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments
import MainspringCheck

/// What a command line of `check` asks for.
struct CheckSettings {
  /// The models', the reference among them.
  let paths: [String]
  /// Its index; of the first model until models are opened, unless it is given.
  private(set) var reference: Int
  private let isReferenceGiven: Bool
  let windows: [String]
  let count: Int
  let seed: Int
  private let scaler: Scaler?
  /// Every file that is read.
  let inputs: [String]
  private let range: ClosedRange<Float>?
  private let recordings: RecordingSettings

  init(_ arguments: ParsedArguments) throws(Failure) {
    var paths = arguments.repeatedArgument("models")
    var reference = 0
    if let path = arguments.optionalText("reference") {
      if let index = paths.firstIndex(of: path) {
        reference = index
      } else {
        // Faults are blamed on the first that has them: what others are made of comes first.
        paths.insert(path, at: 0)
      }
    }
    self.paths = paths
    self.reference = reference
    isReferenceGiven = arguments.optionalText("reference") != nil
    windows = arguments.repeatedText("inputs")
    count = arguments.integer("count")
    seed = arguments.integer("seed")
    scaler = try ScalerOptions.given(arguments)
    inputs = paths + windows + ScalerOptions.files(arguments)
    switch (arguments.optionalNumber("low"), arguments.optionalNumber("high")) {
    case (nil, nil): range = nil
    case (let low?, let high?):
      guard low < high else {
        throw Failure(usage: "'--high \(high)': expected more than '--low \(low)'", arguments)
      }
      range = Float(low)...Float(high)
    case (nil, _): throw Failure(usage: "'--high' needs '--low'", arguments)
    case (_, nil): throw Failure(usage: "'--low' needs '--high'", arguments)
    }
    if windows.isEmpty, scaler != nil {
      throw Failure(usage: "'--\(ScalerOptions.option(arguments))' needs '--inputs'", arguments)
    }
    if windows.isEmpty, arguments.flag("already-scaled") {
      throw Failure(usage: "'--already-scaled' needs '--inputs'", arguments)
    }
    recordings = try RecordingSettings(
      arguments, isUsed: windows.contains(where: RecordingSettings.isRecording))
  }

  /// Opens the models, in the order of ports of the reference.
  mutating func open(_ arguments: ParsedArguments) throws(Failure) -> [OpenedSubject] {
    var reference = reference
    let opened = try OpenedSubject.open(paths, arguments) { opened in
      if !isReferenceGiven { reference = Checker.earliest(opened.map(\.subject)) }
      return reference
    }
    self.reference = reference
    return opened
  }

  /// What windows are scaled with: by the reference's scaler before any other's.
  func scaling(_ opened: [OpenedSubject], _ arguments: ParsedArguments) throws(Failure)
    -> InputScaling
  {
    let plans = [opened[reference].plan] + opened.map(\.plan)
    return try InputScaling(plans, given: scaler, arguments)
  }

  /// The inputs for all models.
  func source(
    _ opened: [OpenedSubject], _ scaling: InputScaling, _ arguments: ParsedArguments
  ) throws(Failure) -> ProbeSource {
    let plan = opened[reference].plan
    var store: ProbeWindows?
    if !windows.isEmpty {
      var set = ProbeWindows(sizes: plan.inputs.map { $0.shape.elementCount })
      let reader = WindowReader(plan, recordings, scaling, arguments)
      try reader.forEach(windows, most: count) { window in set.append(window) }
      store = set
    }
    guard let range else {
      // What the reference says before what others do.
      let subjects = [opened[reference].subject] + opened.map(\.subject)
      return ProbeSource(for: subjects, windows: store, seed: UInt64(seed))
    }
    return ProbeSource(
      inputs: plan.inputs.map(\.shape), ranges: filled(plan, range), isKnown: true,
      windows: store, seed: UInt64(seed))
  }

  /// Of a row of time, or of a row of features, all the same.
  private func filled(_ plan: Plan, _ range: ClosedRange<Float>) -> [[ChannelRange]] {
    plan.inputs.map { port in
      let shape = port.shape
      let channels = shape.rank <= 2 ? shape.elementCount : shape.channels
      return [ChannelRange](
        repeating: ChannelRange(range.lowerBound, range.upperBound), count: channels)
    }
  }
}
