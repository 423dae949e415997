// SPDX-License-Identifier: Apache-2.0

import MainspringCheck

/// Evaluations for programs.
enum EvaluationJSON {
  static func text(_ results: [EvaluationResult], _ settings: EvaluateSettings) -> String {
    JSONText.object { json in
      json.member("passed", results.allSatisfy { $0.misses.isEmpty })
      json.member("windows", results[0].evaluation.windowCount)
      json.member("classes", results[0].names)
      json.member("models") { json in
        json.array(results) { json, result in
          json.object { model(result, settings, &$0) }
        }
      }
    }
  }

  private static func model(
    _ result: EvaluationResult, _ settings: EvaluateSettings, _ json: inout JSONText
  ) {
    let evaluation = result.evaluation
    json.member("model", result.path)
    json.member("passed", result.misses.isEmpty)
    json.member("missed", result.misses.map { result.sentence($0, settings) })
    json.member("accuracy", evaluation.accuracy.share)
    let interval = evaluation.accuracy.interval
    json.member("accuracy_interval") { json in
      json.array([interval.lowerBound, interval.upperBound]) { $0.number($1) }
    }
    json.member("balanced_accuracy", evaluation.balancedAccuracy)
    json.member("macro_f1", evaluation.macroF1)
    json.member("weighted_f1", evaluation.weightedF1)
    json.member("calibration_error", evaluation.calibrationError)
    json.member("majority_baseline", evaluation.majorityBaseline)
    json.member("unanswered", evaluation.unanswered.reduce(0, +))
    json.member("by_class") { json in
      json.array(zip(result.names, evaluation.classes)) { json, item in
        json.object { json in
          json.member("class", item.0)
          json.member("support", item.1.support)
          json.member("predicted", item.1.predicted)
          // Nothing can be said about a class that does not occur.
          guard item.1.support > 0 else { return json.member("absent", true) }
          json.member("precision", item.1.precision)
          json.member("recall", item.1.recall)
          json.member("f1", item.1.f1)
        }
      }
    }
    json.member("confusion") { json in
      json.array(evaluation.confusion) { json, row in json.array(row) { $0.number($1) } }
    }
    json.member("confusion_normalized") { json in
      json.array(zip(evaluation.confusion, evaluation.supports)) { json, item in
        json.array(item.0) { $0.number(item.1 == 0 ? 0 : Double($1) / Double(item.1)) }
      }
    }
  }
}
