// SPDX-License-Identifier: Apache-2.0

import Mainspring
import Testing
import _MainspringTestSupport

/// From probabilities to decisions and events.
@Suite struct DeciderTests {
  /// Decides about probabilities of two classes, 100 ms apart.
  private func play(
    _ first: [Float], _ change: (inout DecisionRules) -> Void
  ) throws -> [Decision] {
    var rules = DecisionRules(classCount: 2, threshold: 0.6)
    change(&rules)
    var decider = try Decider(rules, classCount: 2)
    var decisions: [Decision] = []
    for (index, value) in first.enumerated() {
      let values = [value, 1 - value]
      decisions.append(
        decider.decide(
          values.span, time: Int64(index) * 100 * millisecond, window: Int64(index), distance: 0))
    }
    return decisions
  }

  private func events(_ decisions: [Decision]) -> [Int] {
    decisions.filter { $0.event != nil }.map { Int($0.window) }
  }

  @Test func thresholdsSeparateTheUnknown() throws {
    let decisions = try play([0.9, 0.59, 0.61, 0.5, 0.45, 0.3]) { _ in }
    #expect(decisions.map(\.label) == [0, nil, 0, nil, nil, 1])
    #expect(decisions.map(\.best) == [0, 0, 0, 0, 1, 1])
    #expect(decisions[5].probability == 0.7)
  }

  @Test func averagesOverTheLastHops() throws {
    let decisions = try play([1, 0, 0.5, 0, 0]) { $0.smoothing = 3 }
    #expect(decisions.map(\.best) == [0, 0, 0, 1, 1])
    for (found, expected) in zip(decisions.map(\.probability), [1, 0.5, 0.5, 5.0 / 6, 5.0 / 6]) {
      #expect(abs(found - Float(expected)) < 1e-6)
    }
  }

  @Test func averagesDoNotDependOnWhereTheHistoryBegan() throws {
    var random = SplitMix64(seed: 8)
    let values = random.floats(50, from: 0, to: 1)
    let long = try play(values) { $0.smoothing = 7 }
    let short = try play(Array(values[20...])) { $0.smoothing = 7 }
    for index in 6..<30 { #expect(long[20 + index].probability == short[index].probability) }
  }

  @Test func aGestureIsOneEvent() throws {
    let decisions = try play([0.1, 0.9, 0.9, 0.9, 0.1, 0.9]) { $0.background = [1] }
    #expect(events(decisions) == [1, 5])
    #expect(decisions[1].event?.label == 0 && decisions[1].event?.start == 100 * millisecond)
  }

  @Test func tooShortIsNoEvent() throws {
    let decisions = try play([0.9, 0.9, 0.1, 0.9, 0.9, 0.9, 0.1]) {
      $0.background = [1]
      $0.minimumDuration = 200 * millisecond
    }
    #expect(events(decisions) == [5])
    #expect(decisions[5].event?.start == 300 * millisecond)
    #expect(decisions[5].event?.time == 500 * millisecond)
  }

  @Test func anEventNeedsRest() throws {
    let values: [Float] = [0.9, 0.1, 0.9, 0.1, 0.9, 0.1, 0.9]
    let decisions = try play(values) {
      $0.background = [1]
      $0.refractory = 350 * millisecond
    }
    #expect(events(decisions) == [0, 4])
  }

  @Test func anEventNeedsRearming() throws {
    // 0.5 is below the threshold of 0.6, but not below 0.7 of it; 0.4 is.
    let values: [Float] = [0.9, 0.5, 0.9, 0.4, 0.9]
    #expect(try events(play(values) { $0.background = [1] }) == [0, 4])
    let never = try play(values) {
      $0.background = [1]
      $0.rearm = 0
    }
    #expect(events(never) == [0])
  }

  @Test func notANumberIsNothing() throws {
    let decisions = try play([.nan, 0.9]) { $0.smoothing = 2 }
    #expect(decisions[0].label == nil && decisions[0].probability == 0)
    #expect(decisions[1].best == 0 && abs(decisions[1].probability - 0.45) < 1e-6)
  }

  @Test func aWindowFarFromThoseKnownIsUnknown() throws {
    let windows = (0..<200).map { seed -> [Float] in
      var random = SplitMix64(seed: UInt64(seed))
      return random.floats(40, from: -1, to: 1)
    }
    let known = try #require(KnownWindows.fitted(to: windows, channelCount: 2, share: 0.99))
    var rules = DecisionRules(classCount: 2, threshold: 0)
    rules.known = known
    let plan = try WindowPlan(try meanModel(time: 20, channels: 2), hop: 20)
    var stream = try Stream(plan, AlignmentOptions(rate: 50, channelCount: 2), rules: rules)
    var answers: [Answer] = []
    var random = SplitMix64(seed: 1000)
    for index in 0..<2000 as Range<Int64> {
      // The second half is ten times as lively.
      let values = random.floats(2, from: -1, to: 1).map { index < 1000 ? $0 : 10 * $0 }
      try stream.insert(values.span, at: index * 20 * millisecond)
      answers += try stream.answers()
    }
    #expect(answers.count == 100)
    #expect(answers[..<50].filter { $0.decision.distance <= known.limit }.count >= 45)
    #expect(answers[..<50].contains { $0.decision.label != nil })
    #expect(answers[50...].allSatisfy { $0.decision.label == nil })
    #expect(answers[50...].allSatisfy { $0.decision.distance > known.limit })
    // A normal window is about one deviation away.
    let distances = answers[..<50].map(\.decision.distance)
    #expect(abs(distances.reduce(0, +) / 50 - 1) < 0.3)
  }

  @Test func rulesThatMakeNoSenseAreRefused() {
    func expect(_ setting: StreamError.Setting, _ change: (inout DecisionRules) -> Void) {
      var rules = DecisionRules(classCount: 2)
      change(&rules)
      #expect(throws: StreamError.options(setting)) { _ = try Decider(rules, classCount: 2) }
    }
    expect(.smoothing) { $0.smoothing = 0 }
    expect(.smoothing) { $0.smoothing = 1025 }
    expect(.thresholds) { $0.thresholds = [0.5] }
    expect(.thresholds) { $0.thresholds[1] = .nan }
    expect(.thresholds) { $0.thresholds[1] = 1.1 }
    expect(.thresholds) { $0.rearm = -1 }
    expect(.durations) { $0.minimumDuration = -1 }
    expect(.durations) { $0.refractory = .min }
    expect(.classes) { $0.background = [2] }
    expect(.range) { $0.known = KnownWindows(center: [0, 0], spread: [1, 0], limit: 1) }
    expect(.range) { $0.known = KnownWindows(center: [0, 0], spread: [1, 1], limit: 0) }
  }

  @Test func modelsOfOtherShapesAreRefused() throws {
    let options = AlignmentOptions(rate: 50, channelCount: 3)
    var flat = Graph()
    try flat.addOutput(flat.addInput(name: "x", shape: try Shape([1, 3])))
    #expect(throws: StreamError.model(inputs: 1, outputs: 1)) {
      _ = try Stream(try WindowPlan(flat, hop: 1), options)
    }
    #expect(throws: StreamError.options(.channels)) {
      _ = try Stream(try WindowPlan(try meanModel(time: 4, channels: 2), hop: 1), options)
    }
  }
}
