// SPDX-License-Identifier: Apache-2.0

import MainspringCheck

/// A check's outcome for programs.
enum CheckJSON {
  static func text(_ report: CheckReport, _ settings: CheckSettings) -> String {
    JSONText.object { json in
      json.member("verdict", report.verdict.rawValue)
      if let fault = report.fault {
        json.member("stage", fault.stage.rawValue)
        json.member("model", fault.model.name)
        if let layer = fault.finding.layer { json.member("layer", layer) }
        json.member("reason", fault.finding.text)
      }
      json.member("seed", settings.seed)
      if let count = report.classCount {
        json.member("classes", count)
      } else {
        json.null("classes")
      }
      json.member("inputs_are_made_up", report.isMadeUp)
      json.member("reference", report.models[report.reference].name)
      json.member("models") { json in json.array(report.models) { model($1, &$0) } }
    }
  }

  private static func model(_ model: CheckReport.Model, _ json: inout JSONText) {
    json.object { json in
      json.member("model", model.name)
      json.member("stage", model.stage.rawValue)
      json.member("verdict", model.verdict.rawValue)
      json.member("findings") { json in
        json.array(model.findings) { json, finding in
          json.object { json in
            json.member("verdict", finding.verdict?.rawValue ?? "warning")
            json.member("text", finding.text)
            if let layer = finding.layer { json.member("layer", layer) }
            if let stage = finding.stage { json.member("stage", stage.rawValue) }
          }
        }
      }
      json.member("inputs") { json in json.array(model.responses) { answer($1, &$0) } }
    }
  }

  private static func answer(_ answer: Responses, _ json: inout JSONText) {
    json.object { json in
      json.member("family", answer.family.rawValue)
      json.member("count", answer.inputCount)
      json.member("non_finite", answer.nonFiniteCount)
      json.member("answered_otherwise_again", answer.repeated.hits)
      if let histogram = answer.histogram {
        let share = histogram.mostCommonShare
        json.member("unique", histogram.uniqueCount)
        json.member("most_common", histogram.mostCommon)
        json.member("most_common_share", share.share)
        json.member("most_common_bounds") { json in
          json.array([share.interval.lowerBound, share.interval.upperBound]) { $0.number($1) }
        }
        json.member("normalized_entropy", histogram.normalizedEntropy)
        json.member("entropy_of_mean_bits", answer.entropyOfMean)
        json.member("mean_entropy_bits", answer.meanEntropy)
        json.member("mutual_information_bits", answer.mutualInformation)
        json.member("counts", histogram.counts)
      }
      json.member("mean_variance", answer.meanVariance)
      json.member("variance") { json in json.array(answer.variances) { $0.number($1) } }
      json.member("sensitivity", answer.sensitivity)
      if answer.saturated.count > 0 { json.member("saturated", answer.saturated.share) }
      if let agreement = answer.agreement {
        if agreement.sameClass.count > 0 { json.member("same_class", agreement.sameClass.share) }
        json.member("histogram_distance", agreement.histogramDistance)
        json.member("exact", agreement.responseToError == .infinity)
        if agreement.finiteCount > 0 {
          json.member("largest_difference", agreement.largestDifference)
        }
        json.member("differences_non_finite", agreement.nonFiniteCount)
        if let ratio = agreement.responseToError { json.member("response_to_error_db", ratio) }
      }
    }
  }
}
