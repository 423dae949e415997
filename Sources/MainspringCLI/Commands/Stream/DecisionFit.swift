// SPDX-License-Identifier: Apache-2.0

import Mainspring

/// Finds the rules of decision with which events fit labelled recordings best, within a budget of
/// false alarms.
///
/// For each average, duration and refractory time on a grid, a class' events depend on its own
/// threshold only. So thresholds are found class by class: first those with the best F1, then,
/// while there are too many false alarms, the step up that loses the fewest events for each alarm it
/// saves.
struct DecisionFit {
  let settings: StreamSettings
  let background: [Int]
  let known: KnownWindows?
  let tolerance: Int64
  /// False alarms in an hour without gestures.
  let budget: Double

  private static let thresholds: [Float] = (6...19).map { Float($0) / 20 } + [0.97, 0.99, 0.999, 1]
  private static let averages = [1, 2, 3, 4, 6, 8]
  private static let refractories = [0, 0.5, 1, 2]

  /// - Parameter progress: called with the share that is done.
  func best(
    _ recordings: [PlayedRecording], progress: (Double) -> Void
  ) throws(Failure) -> DecisionRules {
    let hours = recordings.reduce(0) { $0 + $1.quietHours }
    let hop = Double(settings.plan.hop) / settings.rate
    var best: (rules: DecisionRules, excess: Double, score: Double, delay: Double)?
    var done = 0
    for smoothing in Self.averages {
      for duration in 0..<4 {
        for refractory in Self.refractories {
          var rules = DecisionRules(classCount: settings.classCount)
          rules.smoothing = smoothing
          rules.minimumDuration = Int64((Double(duration) * hop * 1e9).rounded())
          rules.refractory = Int64(refractory * 1e9)
          rules.background = background
          // Rules are judged as they will run.
          rules.known = known
          let score = try fitThresholds(&rules, recordings, hours: hours)
          // Those within the budget first; then what they find, then how soon.
          let excess = max(Double(score.falseAlarmCount) - budget * hours, 0)
          let (value, delay) = (score.f1, score.medianDelay ?? 0)
          let isBetter =
            best.map {
              (excess, -value, delay) < ($0.excess, -$0.score, $0.delay)
            } ?? true
          if isBetter { best = (rules, excess, value, delay) }
          done += 1
          progress(Double(done) / Double(Self.averages.count * 4 * Self.refractories.count))
        }
      }
    }
    return best?.rules ?? DecisionRules(classCount: settings.classCount)
  }

  /// Sets the thresholds.
  private func fitThresholds(
    _ rules: inout DecisionRules, _ recordings: [PlayedRecording], hours: Double
  ) throws(Failure) -> EventScore {
    var scores: [EventScore] = []
    for threshold in Self.thresholds {
      rules.thresholds = rules.thresholds.map { _ in threshold }
      scores.append(try score(rules, recordings))
    }
    var chosen = (0..<settings.classCount).map { label in
      Self.middle(of: scores.map { $0.f1(of: label) })
    }
    func alarms() -> Int {
      chosen.indices.reduce(0) { $0 + scores[chosen[$1]].falseAlarms[$1] }
    }
    while Double(alarms()) > budget * hours, raise(&chosen, scores) {}
    rules.thresholds = chosen.map { Self.thresholds[$0] }
    return try score(rules, recordings)
  }

  /// The middle of the first run of largest values: as far as can be from where it gets worse.
  private static func middle(of values: [Double]) -> Int {
    let largest = values.max() ?? 0
    let first = values.firstIndex(of: largest) ?? 0
    let behind = values[first...].firstIndex { $0 != largest } ?? values.count
    return (first + behind - 1) / 2
  }

  /// Raises one threshold.
  ///
  /// - Returns: false when none saves an alarm any more.
  private func raise(_ chosen: inout [Int], _ scores: [EventScore]) -> Bool {
    var best: (label: Int, index: Int, price: Double)?
    for label in chosen.indices {
      let now = scores[chosen[label]]
      for index in scores.indices where index > chosen[label] {
        let saved = now.falseAlarms[label] - scores[index].falseAlarms[label]
        guard saved > 0 else { continue }
        let price = Double(now.found[label] - scores[index].found[label]) / Double(saved)
        if best.map({ price < $0.price }) ?? true { best = (label, index, price) }
      }
    }
    guard let best else { return false }
    chosen[best.label] = best.index
    return true
  }

  /// What rules make of recordings.
  func score(
    _ rules: DecisionRules, _ recordings: [PlayedRecording]
  ) throws(Failure) -> EventScore {
    var score = EventScore(classCount: settings.classCount)
    for recording in recordings {
      let events: [Event]
      do throws(StreamError) {
        events = try recording.events(rules, classCount: settings.classCount)
      } catch {
        throw Failure(.software, "\(error)")
      }
      score.count(
        events, in: recording, tolerance: tolerance,
        background: rules.background)
    }
    return score
  }
}
