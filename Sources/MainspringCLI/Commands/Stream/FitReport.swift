// SPDX-License-Identifier: Apache-2.0

import Mainspring

/// What was fitted, and how well it does.
struct FitReport {
  let settings: StreamSettings
  let rules: DecisionRules
  let parts: FitParts

  func text(_ fitted: EventScore, _ judged: EventScore) -> String {
    let hop = Double(settings.plan.hop) / settings.rate
    var text = """
      average over \(rules.smoothing) hop(s) of \(seconds(hop)) s, at least \
      \(seconds(Double(rules.minimumDuration) / 1e9)) s, then \
      \(seconds(Double(rules.refractory) / 1e9)) s of rest

      """
    if !rules.background.isEmpty {
      let names = rules.background.map { settings.name(of: $0) }.joined(separator: ", ")
      text += "no events: \(names)\n"
    }
    var table = Table([
      .init("class"), .init("threshold", .right), .init("labelled", .right),
      .init("found", .right), .init("wrong", .right), .init("false", .right),
      .init("precision", .right), .init("recall", .right),
    ])
    for label in 0..<settings.classCount where !rules.background.contains(label) {
      let found = judged.found[label]
      table.add([
        settings.name(of: label), "\(rules.thresholds[label])", "\(judged.spans[label])",
        "\(found)", "\(judged.wrong[label])", "\(judged.falseAlarms[label])",
        percent(judged.precision(of: label)),
        percent(EventScore.recall(found: found, spans: judged.spans[label])),
      ])
    }
    text += "\n" + table.text + "\n"
    text += summary(
      parts.isSplit ? "held back (\(parts.judged.count) recordings)" : "the one recording",
      judged, parts.judged)
    if parts.isSplit {
      text += summary("fitted (\(parts.fitted.count) recordings)", fitted, parts.fitted)
    }
    return text
  }

  private func summary(
    _ title: String, _ score: EventScore, _ recordings: [PlayedRecording]
  ) -> String {
    let minutes = FitReport.quietHours(recordings) * 60
    return """
      \(title): precision \(percent(score.precision)), recall \(percent(score.recall)), median \
      delay \(score.medianDelay.map { "\(seconds($0)) s" } ?? "-"), \(score.wrongCount) wrong, \
      \(score.falseAlarmCount) false alarms in \(seconds(minutes)) min without gestures \
      (\(rate(score, recordings).map(seconds) ?? "-") an hour)

      """
  }

  private func hours(_ recordings: [PlayedRecording]) -> Double {
    recordings.reduce(0) { $0 + $1.hours(settings) }
  }

  static func quietHours(_ recordings: [PlayedRecording]) -> Double {
    recordings.reduce(0) { $0 + $1.quietHours }
  }

  /// False alarms an hour; nil where there is always a gesture.
  private func rate(_ score: EventScore, _ recordings: [PlayedRecording]) -> Double? {
    let hours = FitReport.quietHours(recordings)
    return hours > 0 ? Double(score.falseAlarmCount) / hours : nil
  }

  /// Why the budget is not held; nil when it is.
  ///
  /// Recordings to fit with hold it themselves. Those held back may have been unlucky: they tell
  /// against the rules when even the lowest rate that goes with their alarms is above the budget.
  func fault(_ fitted: EventScore, _ judged: EventScore, budget: Double) -> String? {
    let held = parts.isSplit ? "held-back recordings" : "the one recording"
    for (name, score, recordings, share) in [
      ("recordings to fit with", fitted, parts.fitted, 1),
      (held, judged, parts.judged, FitReport.leastShare(of: judged.falseAlarmCount)),
    ] {
      guard let rate = rate(score, recordings), rate * share > budget else { continue }
      return "\(name): expected at most \(seconds(budget)) false alarms an hour, found "
        + "\(seconds(rate)), \(score.falseAlarmCount) in "
        + "\(seconds(FitReport.quietHours(recordings) * 60)) min without gestures"
    }
    return nil
  }

  /// The lower end of the 95 % confidence interval of a Poisson mean, as a share of the count that
  /// was seen, by the approximation of Wilson and Hilferty (1931): 0.01 of one, 0.11 of two, 0.48 of
  /// ten.
  static func leastShare(of count: Int) -> Double {
    guard count > 0 else { return 0 }
    let root = 1 - 1 / (9 * Double(count)) - 1.96 / (3 * Double(count).squareRoot())
    return root * root * root
  }

  func json(_ fitted: EventScore, _ judged: EventScore) -> String {
    JSONText.object { json in
      for (name, score, recordings) in [
        ("held_back", judged, parts.judged), ("fitted", fitted, parts.fitted),
      ] {
        json.member(name) { json in
          json.object { json in
            json.member("recordings", recordings.count)
            json.member("minutes", hours(recordings) * 60)
            json.member("minutes_without_gestures", FitReport.quietHours(recordings) * 60)
            json.member("labelled", score.spanCount)
            json.member("found", score.foundCount)
            json.member("wrong", score.wrongCount)
            json.member("false_alarms", score.falseAlarmCount)
            json.member("precision", score.precision ?? .nan)
            json.member("recall", score.recall ?? .nan)
            json.member("median_delay_s", score.medianDelay ?? .nan)
            json.member("false_alarms_per_hour", rate(score, recordings) ?? .nan)
          }
        }
      }
      json.member("is_split", parts.isSplit)
      json.member("smoothing_hops", rules.smoothing)
      json.member("min_duration_s", Double(rules.minimumDuration) / 1e9)
      json.member("refractory_s", Double(rules.refractory) / 1e9)
      json.member("thresholds") { $0.array(rules.thresholds) { $0.number($1) } }
    } + "\n"
  }

  private func percent(_ share: Double?) -> String {
    share.map { "\(($0 * 1000).rounded() / 10) %" } ?? "-"
  }

  private func seconds(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
}
