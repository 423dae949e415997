// SPDX-License-Identifier: Apache-2.0

import MainspringArguments
import MainspringConvert

/// What a command line of `convert` asks for, checked as far as that goes without any file.
struct ConvertSettings {
  let precisions: [ModelPrecision]
  let options: ConversionOptions
  let calibration: [String]
  let evaluation: [String]
  let budget: AccuracyBudget?
  let recordings: RecordingSettings
  let skipsBadWindows: Bool
  let reports: Bool
  let isJSON: Bool
  /// Whether files are asked whether they respond before they appear.
  let checks: Bool

  init(_ arguments: ParsedArguments) throws(Failure) {
    precisions = arguments.choices("precision", of: ModelPrecision.self)
    calibration = arguments.repeatedText("calibrate")
    evaluation = arguments.repeatedText("evaluate")
    skipsBadWindows = arguments.flag("skip-bad-windows")
    reports = arguments.flag("report")
    isJSON = arguments.flag("json")
    checks = !arguments.flag("no-check")
    let budget = AccuracyBudget(
      maximumDrop: arguments.optionalShare("max-drop"),
      minimumAgreement: arguments.optionalShare("min-agreement"),
      // Windows held back are by the people calibrated on; others fit less well.
      isCautious: evaluation.isEmpty)
    let isGiven = budget.maximumDrop != nil || budget.minimumAgreement != nil
    self.budget = isGiven ? budget : nil
    let hasRecordings = (calibration + evaluation).contains(where: RecordingSettings.isRecording)
    recordings = try RecordingSettings(
      arguments, isUsed: hasRecordings, others: ["hop", "channels"])
    options = ConversionOptions(
      recurrent: ConvertSettings.recurrent(arguments),
      method: ConvertSettings.method(arguments),
      ports: arguments.optionalChoice("io", of: ConvertCommand.Ports.self) == .float32
        ? .float32 : .native,
      budget: self.budget, measuresLayers: arguments.flag("report"),
      storesSelfTest: !arguments.flag("no-self-test"))
    try check(arguments)
  }

  private func check(_ arguments: ParsedArguments) throws(Failure) {
    if let precision = precisions.first(where: \.needsWindows) {
      guard !calibration.isEmpty else {
        throw Failure(
          usage: """
            '--precision \(precision)' needs '--calibrate <file>' with windows of what the model \
            meets in use: recordings ('--calibrate a.csv --rate 50'), or some hundred of the \
            training windows saved in Python with numpy.save('windows.npy', x[:500])
            """, arguments)
      }
    } else if arguments.optionalChoice("io", of: ConvertCommand.Ports.self) != nil {
      throw Failure(usage: "'--io' is for the precisions int8 and int16x8", arguments)
    }
    if budget?.maximumDrop != nil, evaluation.isEmpty {
      throw Failure(
        usage: "'--max-drop' needs '--evaluate' with windows and their right classes", arguments)
    }
    if budget != nil, calibration.isEmpty, evaluation.isEmpty {
      throw Failure(usage: "'--min-agreement' needs '--calibrate' or '--evaluate'", arguments)
    }
    if arguments.flag("already-scaled"), calibration.isEmpty, evaluation.isEmpty {
      throw Failure(usage: "'--already-scaled' needs '--calibrate' or '--evaluate'", arguments)
    }
    if skipsBadWindows, calibration.isEmpty, evaluation.isEmpty {
      throw Failure(
        usage: "'--skip-bad-windows' needs '--calibrate' or '--evaluate'", arguments)
    }
  }

  private static func recurrent(_ arguments: ParsedArguments) -> EncodingOptions.Recurrent {
    switch arguments.choice("recurrent", of: ConvertCommand.Recurrent.self) {
    case .fused: .fused
    case .while: .while
    case .unrolled: .unrolled
    }
  }

  private static func method(_ arguments: ParsedArguments) -> CalibrationMethod? {
    let request = arguments.optionalNumberedChoice(
      "calibration", of: ConvertCommand.Method.self)
    return switch request?.choice {
    case nil, .auto: nil
    case .minMax: .minMax
    case .percentile: .percentile(request?.number ?? 99.99)
    case .mse: .meanSquaredError
    case .entropy: .entropy
    }
  }
}
