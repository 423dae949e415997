// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments
import MainspringCheck

/// What a command line of `evaluate` asks for.
struct EvaluateSettings {
  let models: [String]
  let windows: [String]
  /// The file of right classes.
  let classes: String
  let criteria: SuccessCriteria
  let scaler: Scaler?
  let recordings: RecordingSettings
  /// Every file that is read.
  let inputs: [String]
  private let labels: ClassNames?

  init(_ arguments: ParsedArguments) throws(Failure) {
    let files = arguments.repeatedArgument("files")
    let count = files.firstIndex(where: EvaluateSettings.isData) ?? files.count
    models = Array(files[..<count])
    let data = Array(files[count...])
    if models.isEmpty {
      throw Failure(usage: "expected a model in front of '\(files[0])'", arguments)
    }
    guard data.count >= 2, let last = data.last else {
      throw Failure(
        usage: """
          expected models, then files of windows and one of right classes \
          ('evaluate model.tflite X_test.npy y_test.npy'), found \(data.count) .npy or .csv file(s)
          """, arguments)
    }
    if let model = data.first(where: { !EvaluateSettings.isData($0) }) {
      throw Failure(usage: "'\(model)': models stand in front of windows", arguments)
    }
    windows = Array(data.dropLast())
    classes = last
    criteria = SuccessCriteria(
      minimumAccuracy: arguments.number("min-accuracy"),
      minimumRecall: arguments.number("min-recall"),
      maximumExcess: arguments.number("max-excess"))
    scaler = try ScalerOptions.given(arguments)
    recordings = try RecordingSettings(
      arguments, isUsed: windows.contains(where: RecordingSettings.isRecording))
    inputs =
      files + ScalerOptions.files(arguments) + (arguments.optionalText("labels").map { [$0] } ?? [])
    labels = try arguments.optionalText("labels").map { (path) throws(Failure) in
      try ClassNames(path)
    }
  }

  private static func isData(_ path: String) -> Bool {
    path.lowercased().hasSuffix(".npy") || RecordingSettings.isRecording(path)
  }

  /// A name for each class: given, or of the first model that carries them, or its number.
  func names(_ count: Int, _ plans: [Plan]) throws(Failure) -> [String] {
    guard let labels else {
      let carried = plans.lazy.compactMap { $0.contract?.labels }.first { $0.count == count }
      return carried ?? (0..<count).map { "\($0)" }
    }
    guard labels.names.count == count else {
      throw Failure(
        .badData, "\(labels.path): expected \(count) names, found \(labels.names.count)")
    }
    return labels.names
  }
}
