// SPDX-License-Identifier: Apache-2.0

import MainspringCheck
import MainspringConvert
import MainspringGraph

/// The summary of a conversion for programs.
enum ConversionJSON {
  static func text(_ summary: ConversionSummary) -> String {
    JSONText.object { json in
      json.member("model", summary.model)
      json.member("written", !summary.paths.isEmpty)
      if summary.judgedWindowCount > 0 {
        json.member("windows", summary.judgedWindowCount)
        json.member("windows_from", summary.isEvaluated ? "evaluation" : "calibration")
      }
      if let check = summary.check {
        json.member("check") { json in
          json.object { json in
            json.member("model", check.modelVerdict.rawValue)
            json.member("files", check.verdicts.map(\.rawValue))
          }
        }
      }
      if let best = summary.bestMixture {
        json.member("best_mixture") { json in
          json.object { agreement(best, summary, &$0) }
        }
      }
      json.member("files") { json in
        json.array(summary.conversions.enumerated()) { json, item in
          file(
            item.element, summary.paths.isEmpty ? nil : summary.paths[item.offset], summary, &json)
        }
      }
    }
  }

  private static func file(
    _ conversion: Conversion, _ path: String?, _ summary: ConversionSummary,
    _ json: inout JSONText
  ) {
    json.object { json in
      if let path { json.member("output", path) }
      json.member("precision", "\(conversion.precision)")
      json.member("bytes", conversion.bytes.count)
      json.member("parameters", summary.parameterCount)
      json.member("operators", conversion.graph.nodes.count)
      for (role, ports) in [
        ("inputs", conversion.graph.inputs), ("outputs", conversion.graph.outputs),
      ] {
        json.member(role, ports.map { "\(conversion.graph.values[$0].elementType)" })
      }
      if let found = conversion.agreement { agreement(found, summary, &json) }
      if let recipe = conversion.recipe { json.member("ranges_by", "\(recipe)") }
      if let unchanged = conversion.unchangedByteCount {
        json.member("bytes_without_changes", unchanged)
        json.member("changes") { json in json.array(conversion.changes) { change($1, &$0) } }
      }
      if summary.settings.reports {
        json.member("layers") { json in json.array(conversion.layers) { layer($1, &$0) } }
      }
    }
  }

  private static func agreement(
    _ agreement: Agreement, _ summary: ConversionSummary, _ json: inout JSONText
  ) {
    if summary.isClassifier {
      json.member("same_class", agreement.share)
      json.member("same_class_with_twice_the_error", agreement.steadyShare)
    }
    json.member("largest_difference", agreement.largestDifference)
    json.member("mean_difference", agreement.meanDifference)
    if let accuracy = agreement.accuracy { json.member("accuracy", accuracy) }
    if let accuracy = agreement.floatAccuracy { json.member("float_accuracy", accuracy) }
  }

  private static func change(_ change: PrecisionChange, _ json: inout JSONText) {
    json.object { json in
      json.member("layer", change.name)
      json.member("operator", change.operation)
      json.member("from", "\(change.from)")
      json.member("to", "\(change.to)")
      json.member("extra_bytes", change.extraByteCount)
    }
  }

  private static func layer(_ layer: QuantizationReport.Layer, _ json: inout JSONText) {
    json.object { json in
      json.member("layer", layer.name)
      json.member("operator", layer.operation)
      json.member("precision", "\(layer.precision)")
      if let wanted = layer.wanted { json.member("wanted", "\(wanted)") }
      json.member("weight_bytes", layer.weightByteCount)
      if let ratio = layer.signalToNoise { json.member("signal_to_noise_db", ratio) }
    }
  }
}
