// SPDX-License-Identifier: Apache-2.0

import Mainspring
import Testing
import _MainspringTestSupport

/// What goes wrong with sensors, each with its counters.
@Suite struct FaultTests {
  /// Two sensors of 50 Hz, three channels each, and windows of 10 rows at every 5th.
  private struct Watch: ~Copyable {
    var stream: Stream
    var answers: [Answer] = []

    init(rate: Double? = 50, _ change: (inout AlignmentOptions) -> Void = { _ in }) throws {
      var options = AlignmentOptions(
        rate: 50, channelCount: 6,
        sensors: [
          SensorSource(channels: [0, 1, 2], rate: rate, limit: 1e6),
          SensorSource(channels: [3, 4, 5], rate: rate),
        ])
      change(&options)
      let plan = try WindowPlan(try meanModel(time: 10, channels: 6), hop: 5)
      stream = try Stream(plan, options)
    }

    mutating func push(_ sensor: Int, _ time: Int64, _ values: [Float]? = nil) throws {
      let values = values ?? sample(sensor * 3..<sensor * 3 + 3, at: time)
      try stream.insert(values.span, from: sensor, at: time)
      answers += try stream.answers()
    }

    /// Both sensors, every 20 ms from a time on.
    mutating func push(
      from start: Int64, count: Int, sensors: [Int] = [0, 1], values: [Float]? = nil
    ) throws {
      for index in 0..<count {
        for sensor in sensors {
          try push(sensor, start + Int64(index) * 20 * millisecond, values)
        }
      }
    }

    mutating func finish() throws {
      stream.end()
      answers += try stream.answers()
      stream.restart()
    }
  }

  /// Means of a window that ends at a time, of a straight line.
  private func expectMean(_ answer: Answer, sourceLocation: SourceLocation = #_sourceLocation) {
    let middle = answer.decision.time - 9 * 10 * millisecond
    for channel in 0..<6 {
      #expect(
        Tolerance.relative(1e-5, absolute: 1e-4).allows(
          answer.output[channel], line(channel, at: middle)), sourceLocation: sourceLocation)
    }
  }

  private func expectSum(_ counts: SampleCounts, sourceLocation: SourceLocation = #_sourceLocation)
  {
    #expect(
      counts.received == counts.used + counts.interpolatedOver + counts.duplicate + counts.late
        + counts.droppedInGap + counts.invalid, sourceLocation: sourceLocation)
  }

  @Test func silenceOfTenSecondsStartsAfresh() throws {
    var watch = try Watch()
    try watch.push(from: 0, count: 100)
    #expect(watch.answers.count == 19)
    try watch.push(from: 12 * second, count: 30)
    try watch.finish()
    #expect(watch.answers.count == 19 + 5)
    #expect(watch.answers[19].decision.window == 0)
    #expect(watch.answers[19].decision.time == 12 * second + 9 * 20 * millisecond)
    for answer in watch.answers { expectMean(answer) }
    var expected = SampleCounts()
    (expected.received, expected.used) = (260, 260)
    #expect(watch.stream.counts == expected && watch.stream.gapCount == 1)
  }

  @Test func oneOfTwoSensorsSilent() throws {
    var watch = try Watch()
    try watch.push(from: 0, count: 100)
    try watch.push(from: 2 * second, count: 500, sensors: [0])
    #expect(watch.answers.count == 19)
    try watch.push(from: 12 * second, count: 30)
    try watch.finish()
    #expect(watch.answers.count == 19 + 5)
    for answer in watch.answers { expectMean(answer) }
    let counts = watch.stream.counts
    #expect(counts.received == 760 && counts.used == 260 && counts.droppedInGap == 500)
    expectSum(counts)
  }

  @Test func duplicateAndReversedTimeStamps() throws {
    var watch = try Watch()
    for index in 0..<100 as Range<Int64> {
      let time = index * 20 * millisecond
      try watch.push(0, time)
      try watch.push(1, time)
      // The first counts: a wrong second one must not show.
      try watch.push(0, time, [99, 99, 99])
      if index > 0 { try watch.push(1, time - 15 * millisecond, [77, 77, 77]) }
    }
    try watch.finish()
    #expect(watch.answers.count == 19)
    for answer in watch.answers { expectMean(answer) }
    let counts = watch.stream.counts
    #expect(counts.used == 200 && counts.duplicate == 100 && counts.late == 99)
    expectSum(counts)
  }

  @Test(arguments: [3600, -3600] as [Int64]) func aClockJumpsByAnHour(jump: Int64) throws {
    var watch = try Watch()
    let start = 10_000 * second
    try watch.push(from: start, count: 100)
    try watch.push(from: start + 2 * second + jump * second, count: 100)
    try watch.finish()
    let counts = watch.stream.counts
    if jump > 0 {
      #expect(watch.answers.count == 19 + 19)
      #expect(counts.late == 0 && watch.stream.clockJumpCount == 0)
      #expect(counts.used == 400)
    } else {
      // The 8th sample in a row shows that the first sensor's clock was set back; the second one
      // is still ahead then, and follows.
      #expect(watch.stream.clockJumpCount == 1)
      #expect(counts.late == 7 + 7 && counts.used == 200 + 2 * 93)
      #expect(watch.answers.count == 19 + 17)
    }
    for answer in watch.answers { expectMean(answer) }
    expectSum(counts)
  }

  @Test func oneTimeStampFarAheadCostsAMomentOnly() throws {
    var watch = try Watch()
    try watch.push(from: 0, count: 100)
    try watch.push(0, 9000 * second)
    try watch.push(from: 2 * second, count: 100)
    try watch.finish()
    #expect(watch.answers.count >= 19 + 15)
    for answer in watch.answers { expectMean(answer) }
    expectSum(watch.stream.counts)
    #expect(watch.stream.counts.droppedInGap <= 20)
  }

  @Test func timeStampsThatAreNone() throws {
    var watch = try Watch()
    for time in [Int64.min, .max, .min + 1, 1 << 62, -(1 << 62)] {
      try watch.push(0, time, [0, 0, 0])
    }
    try watch.push(from: 0, count: 10)
    #expect(watch.answers.count == 1)
    #expect(watch.stream.counts.invalid == 5 && watch.stream.counts.used == 20)
  }

  @Test(arguments: [1.03, 0.97, 1.1, 0.9, 1.3, 0.7, 2, 0.5])
  func aRateThatIsOff(factor: Double) throws {
    var watch = try Watch()
    var refused: StreamError?
    do throws(StreamError) {
      for index in 0..<500 {
        let time = Int64(Double(index) * 2e7 / factor)
        for sensor in 0..<2 {
          let values = sample(sensor * 3..<sensor * 3 + 3, at: time)
          try watch.stream.insert(values.span, from: sensor, at: time)
          watch.answers += try watch.stream.answers()
        }
      }
    } catch {
      refused = error
    }
    let rate = watch.stream.rate(of: 0)
    let measured = try #require(rate.measured)
    #expect(abs(measured / (50 * factor) - 1) < 1e-6)
    #expect(rate.isOff == (abs(factor - 1) > 0.05))
    if abs(factor - 1) > 0.2 {
      guard case .rate(0, 50, let found) = refused else {
        Issue.record("expected a refusal, found \(String(describing: refused))")
        return
      }
      // Two blocks of the first sensor, of 64 intervals and 64 periods at least; and what waits.
      let block = UInt64((max(factor, 1) * 64).rounded(.up))
      let samples = watch.stream.counts.received / 2
      #expect(found == measured && samples >= 2 * block && samples < 2 * block + 5)
    } else {
      #expect(refused == nil && watch.stream.counts.received == 1000)
      #expect(watch.answers.count > 85)
    }
    // Whatever the rate, rows are where the time stamps say.
    for answer in watch.answers { expectMean(answer) }
  }

  @Test func aRateIsToleratedWhenToldSo() throws {
    var watch = try Watch { $0.toleratesRate = true }
    for index in 0..<500 as Range<Int64> {
      for sensor in 0..<2 { try watch.push(sensor, index * 30 * millisecond) }
    }
    #expect(watch.answers.count > 130 && watch.stream.rate(of: 1).isOff)
    for answer in watch.answers { expectMean(answer) }
  }

  @Test func lostSamplesAreNoSlowerClock() throws {
    var random = SplitMix64(seed: 5)
    var watch = try Watch { $0.maximumGap = 500 * millisecond }
    for index in 0..<2000 as Range<Int64> {
      for sensor in 0..<2 where random.index(below: 2) == 0 {
        try watch.push(sensor, index * 20 * millisecond)
      }
    }
    let rate = watch.stream.rate(of: 0)
    #expect(!rate.isOff && abs((rate.measured ?? 0) / 50 - 1) < 1e-6)
    for answer in watch.answers { expectMean(answer) }
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity, 1e6, -2e6])
  func burstsOfWhatIsNoMeasurement(value: Float) throws {
    var watch = try Watch()
    try watch.push(from: 0, count: 50)
    // One is interpolated over, ten are a gap.
    try watch.push(0, 1000 * millisecond, [0, value, 0])
    try watch.push(1, 1000 * millisecond)
    try watch.push(from: 1020 * millisecond, count: 50)
    #expect(watch.stream.gapCount == 0)
    for index in 0..<10 as Range<Int64> {
      try watch.push(0, 2020 * millisecond + index * 20 * millisecond, [value, value, value])
      try watch.push(1, 2020 * millisecond + index * 20 * millisecond)
    }
    try watch.push(from: 2220 * millisecond, count: 50)
    try watch.finish()
    #expect(watch.answers.count == 19 + 9 && watch.stream.gapCount == 1)
    for answer in watch.answers { expectMean(answer) }
    let counts = watch.stream.counts
    #expect(counts.invalid == 11 && counts.used == 150 + 151 && counts.droppedInGap == 10)
    expectSum(counts)
  }

  @Test func whatDoesNotFitTheBufferIsDropped() throws {
    var watch = try Watch { $0.bufferCapacity = 16 }
    try watch.push(from: 0, count: 20)
    try watch.push(from: 400 * millisecond, count: 30, sensors: [0])
    try watch.push(from: 400 * millisecond, count: 40, sensors: [1])
    try watch.finish()
    let counts = watch.stream.counts
    #expect(counts.received == 110)
    expectSum(counts)
    #expect(counts.droppedInGap > 0)
    #expect(watch.stream.gapCount > 0)
    #expect(watch.answers.count == 5)
    for answer in watch.answers { expectMean(answer) }
  }
}
