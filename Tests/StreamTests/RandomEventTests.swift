// SPDX-License-Identifier: Apache-2.0

import Mainspring
import Testing
import _MainspringTestSupport

/// Sensors that do anything: whatever comes, samples are accounted for and windows have no gap.
@Suite struct RandomEventTests {
  private static let window = 4

  /// As many as take a few seconds.
  #if DEBUG
    private static let sequenceCount = 20_000
  #else
    private static let sequenceCount = 1_000_000
  #endif

  private static let settings: [(reorder: Int64, gap: Int64?, capacity: Int, hop: Int)] = [
    (0, nil, 128, 1), (50, nil, 16, 2), (0, 200, 4, 3), (300, 100, 8, 5), (20, nil, 5, 1),
  ]

  @Test(arguments: Array(settings.indices))
  func everySampleIsAccountedForAndNoWindowLiesAcrossAGap(setting: Int) throws {
    let (reorder, gap, capacity, hop) = Self.settings[setting]
    var options = AlignmentOptions(
      rate: 50, channelCount: 3,
      sensors: [
        SensorSource(channels: [0, 2], rate: 50, limit: 1e6), SensorSource(channels: [1]),
      ])
    options.reorderDelay = reorder * millisecond
    options.maximumGap = gap.map { $0 * millisecond }
    options.bufferCapacity = capacity
    options.clockJumpSamples = 3
    options.toleratesRate = true
    let plan = try WindowPlan(try meanModel(time: Self.window, channels: 3), hop: hop)
    var stream = try Stream(plan, options)
    var answers = 0
    for number in 0..<Self.sequenceCount / Self.settings.count {
      let seed = UInt64(setting) << 32 | UInt64(number)
      answers += try play(
        seed: seed, maximumGap: (gap ?? 60) * millisecond, capacity: capacity, &stream)
    }
    #expect(answers > Self.sequenceCount / Self.settings.count / 4)
    #expect(stream.clockJumpCount > 0 && stream.gapCount > 0 && stream.counts.invalid > 0)
    #expect(stream.counts.late > 0 && stream.counts.duplicate > 0)
    #expect(stream.counts.droppedInGap > 0 && stream.counts.interpolatedOver > 0)
  }

  /// Plays one sequence to a stream.
  ///
  /// - Returns: the number of decisions.
  private func play(
    seed: UInt64, maximumGap: Int64, capacity: Int, _ stream: inout Stream
  ) throws -> Int {
    var random = SplitMix64(seed: seed)
    // What was taken in, by sensor: sorted times.
    var taken: [[Int64]] = [[], []]
    let start = (100 + Int64(random.index(below: 1000))) * second
    var clocks = [Int64](repeating: start, count: 2)
    let received = stream.counts.received
    let steps = 20 + random.index(below: 40)
    var answers = 0
    for _ in 0..<steps {
      let sensor = random.index(below: 2)
      let (time, isMeasurement) = next(&clocks[sensor], &random)
      let before = stream.counts
      var values = sensor == 0 ? [line(0, at: time), line(2, at: time)] : [line(1, at: time)]
      if !isMeasurement { values[0] = random.index(below: 2) == 0 ? .nan : 1e6 }
      // Sensor 1 has no limit.
      if !isMeasurement, sensor == 1 { values[0] = .infinity }
      try stream.insert(values.span, from: sensor, at: time)
      let after = stream.counts
      if after.invalid == before.invalid, after.late == before.late,
        after.duplicate == before.duplicate
      {
        taken[sensor].append(time)
      }
      while try stream.advance() {
        answers += 1
        try check(stream, taken, maximumGap, seed)
      }
      let counts = stream.counts
      // No fate is taken back, and what has none waits in one of two buffers.
      #expect(counts.received == before.received + 1, "seed \(seed)")
      #expect(counts.settled >= before.settled, "seed \(seed)")
      #expect(counts.settled <= counts.received, "seed \(seed)")
      #expect(
        counts.received - min(counts.settled, counts.received) <= 2 * capacity, "seed \(seed)")
    }
    stream.end()
    while try stream.advance() {
      answers += 1
      try check(stream, taken, maximumGap, seed)
    }
    stream.restart()
    #expect(stream.counts.received == received + UInt64(steps), "seed \(seed)")
    #expect(stream.counts.pending == 0, "seed \(seed)")
    return answers
  }

  /// The next time stamp of a sensor, and whether its sample is a measurement.
  private func next(_ clock: inout Int64, _ random: inout SplitMix64) -> (Int64, Bool) {
    switch random.index(below: 40) {
    case 0: return (clock, true)
    case 1: return (clock - Int64(random.index(below: 200)) * millisecond, true)
    case 2: clock += Int64(random.index(below: 400)) * millisecond
    case 3: clock += random.index(below: 2) == 0 ? 3600 * second : -3600 * second
    case 4: return ([.min, .max, 1 << 61, -(1 << 61)][random.index(below: 4)], true)
    case 5, 6:
      clock += 20 * millisecond
      return (clock, false)
    case 7: clock += Int64(random.index(below: 3))
    case 8...12: clock += 7 * millisecond
    default: clock += 15 * millisecond + Int64(random.index(below: 10_000_000))
    }
    return (clock, true)
  }

  /// The rows of the window are a period apart, and each lies between two samples of each sensor
  /// that are no gap apart; then the means are those of the straight lines.
  private func check(
    _ stream: borrowing Stream, _ taken: [[Int64]], _ maximumGap: Int64, _ seed: UInt64
  ) throws {
    let last = stream.decision.time
    for row in 0..<Self.window {
      let time = last - Int64(row) * 20 * millisecond
      for times in taken {
        var (left, right) = (Int64.min, Int64.max)
        for sample in times {
          if sample <= time { left = max(left, sample) }
          if sample >= time { right = min(right, sample) }
        }
        let isCovered = left > .min && right < .max && right - left <= maximumGap
        if !isCovered {
          Issue.record("seed \(seed): the row at \(time) lies in a gap from \(left) to \(right)")
        }
      }
    }
    let output = stream.modelOutput
    for channel in 0..<3 {
      var mean = 0.0
      for row in 0..<Self.window {
        mean += Double(line(channel, at: last - Int64(row) * 20 * millisecond))
      }
      let expected = mean / Double(Self.window)
      if abs(Double(output[channel]) - expected) > 2e-3 {
        Issue.record("seed \(seed): channel \(channel) is \(output[channel]), not \(expected)")
      }
    }
  }
}
