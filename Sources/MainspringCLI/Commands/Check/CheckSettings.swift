// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments
import MainspringCheck

/// What a command line of `check` asks for.
struct CheckSettings {
  /// The models', the reference among them.
  let paths: [String]
  let reference: Int
  let windows: [String]
  let count: Int
  let seed: Int
  let scaler: Scaler?
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
    windows = arguments.repeatedText("inputs")
    count = arguments.integer("count")
    seed = arguments.integer("seed")
    scaler = try Scaler.given(arguments)
    inputs = paths + windows + Scaler.files(arguments)
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
      throw Failure(usage: "'--mean' needs '--inputs'", arguments)
    }
    recordings = try RecordingSettings(
      arguments, isUsed: windows.contains(where: RecordingSettings.isRecording))
  }

  /// The inputs for all models.
  func source(_ opened: [OpenedSubject], _ arguments: ParsedArguments) throws(Failure)
    -> ProbeSource
  {
    let plan = opened[reference].plan
    var store: ProbeWindows?
    if !windows.isEmpty {
      var set = ProbeWindows(sizes: plan.inputs.map { $0.shape.elementCount })
      let reader = try WindowReader(plan, recordings, scaler: scaler, arguments)
      try reader.forEach(windows) { window in set.append(window) }
      store = set
    }
    return ProbeSource(
      inputs: plan.inputs.map(\.shape), ranges: ranges(plan, opened, store), windows: store,
      seed: UInt64(seed))
  }

  /// Given, from windows, from an integer model, or nil for normalised channels.
  private func ranges(_ plan: Plan, _ opened: [OpenedSubject], _ store: ProbeWindows?)
    -> [[ChannelRange]]?
  {
    if let range { return filled(plan) { _ in ChannelRange(range.lowerBound, range.upperBound) } }
    if store != nil { return nil }
    let carried = plan.inputs.indices.map { input in
      opened.compactMap { $0.plan.inputs.count > input ? $0.plan.inputs[input].carried : nil }.first
    }
    if carried.allSatisfy({ $0 == nil }) { return nil }
    return filled(plan) { carried[$0] ?? .normalized }
  }

  private func filled(_ plan: Plan, _ range: (Int) -> ChannelRange) -> [[ChannelRange]] {
    plan.inputs.indices.map { input in
      let shape = plan.inputs[input].shape
      let channels = shape.rank <= 2 ? shape.elementCount : shape.channels
      return [ChannelRange](repeating: range(input), count: channels)
    }
  }
}

extension Port {
  /// What an int8 input can hold.
  fileprivate var carried: ChannelRange? {
    guard type.elementType == .int8, let scale = type.quantization?.scale,
      let zero = type.quantization?.zeroPoint
    else { return nil }
    return ChannelRange(Float(-128 - zero) * scale, Float(127 - zero) * scale)
  }
}
