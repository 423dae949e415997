// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringConvert

/// What `convert` has to tell.
struct ConversionSummary {
  let model: String
  let settings: ConvertSettings
  let parameterCount: Int
  var conversions: [Conversion] = []
  /// By conversion; empty when nothing was written.
  var paths: [String] = []
  var judgedWindowCount = 0
  /// On windows of `--evaluate`, not on those held back.
  var isEvaluated = false
  /// The first output has a value for each class.
  var isClassifier = false
  /// Where the budget was out of reach: how far mixing precisions got.
  var bestMixture: Agreement?

  /// Windows to calibrate on, if there are any.
  var calibration: WindowSet?
  /// What the last stage found; nil when it did not run.
  var check: ConvertCheck?

  init(_ model: String, _ settings: ConvertSettings, _ graph: Graph) {
    self.model = model
    self.settings = settings
    parameterCount = graph.parameterCount
  }

  var judgedWindows: String {
    "\(grouped(judgedWindowCount)) window\(judgedWindowCount == 1 ? "" : "s") "
      + (isEvaluated ? "of --evaluate" : "held back from calibration")
  }
}

extension Agreement {
  var accuracy: Double? { correctCount.map { Double($0) / Double(max(windowCount, 1)) } }
  var floatAccuracy: Double? { floatCorrectCount.map { Double($0) / Double(max(windowCount, 1)) } }
}
