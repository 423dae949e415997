// SPDX-License-Identifier: Apache-2.0

import Mainspring
import Testing
import _MainspringTestSupport

/// Samples onto the grid, when nothing is wrong with them.
@Suite struct AlignmentTests {
  private func aligner(
    rate: Double = 50, sensors: [SensorSource]? = nil, channels: Int = 2, reorder: Int64 = 0
  ) throws -> SampleAligner {
    var options = AlignmentOptions(
      rate: rate, channelCount: channels,
      sensors: sensors ?? [SensorSource(channels: Array(0..<channels))])
    options.reorderDelay = reorder
    return try SampleAligner(options)
  }

  @Test func samplesOnTheGridComeOutAsTheyAre() throws {
    var aligner = try aligner()
    var rows: [Row] = []
    for index in 0..<100 as Range<Int64> {
      let time = 5 * second + index * 20 * millisecond
      try aligner.insert(0, time, [Float(index), .pi])
      rows += aligner.rows()
      #expect(rows.count == Int(index) + 1)
      #expect(rows.last == Row(time: time, starts: index == 0, values: [Float(index), .pi]))
    }
    #expect(aligner.counts.used == 100 && aligner.counts.pending == 0)
  }

  @Test(arguments: [7.0, 26, 48.5, 50, 104, 400], [1, 2, 3] as [UInt64])
  func anyRateGivesTheGridOfTheModel(rate: Double, seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var options = AlignmentOptions(
      rate: 50, channelCount: 2, sensors: [SensorSource(channels: [0, 1])])
    options.maximumGap = second
    var aligner = try SampleAligner(options)
    var rows: [Row] = []
    var last: Int64 = 0
    for index in 0..<400 {
      last = Int64((Double(index) + Double(random.float(from: 0, to: 0.8))) * 1e9 / rate)
      try aligner.insert(0, last, sample(0..<2, at: last))
      rows += aligner.rows()
    }
    let first = try #require(rows.first?.time)
    #expect(rows.count == Int((last - first) / (20 * millisecond)) + 1)
    for (index, row) in rows.enumerated() {
      #expect(row.time == first + Int64(index) * 20 * millisecond)
      #expect(row.starts == (index == 0))
      for channel in 0..<2 {
        #expect(
          Tolerance.relative(1e-6, absolute: 2e-5).allows(
            row.values[channel], line(channel, at: row.time)))
      }
    }
    let counts = aligner.counts
    #expect(counts.received == 400 && counts.late + counts.duplicate + counts.invalid == 0)
    #expect(rate < 100 ? counts.interpolatedOver == 0 : counts.interpolatedOver > 0)
    aligner.end()
    _ = aligner.rows()
    aligner.restart()
    #expect(aligner.counts.pending == 0)
  }

  @Test func rowsOfAnUnevenRateAreNeverOffByMoreThanTheirRounding() throws {
    var aligner = try aligner(rate: 104.35, channels: 1)
    for index in 0..<50_000 as Range<Int64> {
      try aligner.insert(0, index * 9 * millisecond, [0])
      for row in aligner.rows() {
        let step = (Double(row.time) * 104.35 / 1e9).rounded()
        #expect(abs(Double(row.time) - step * 1e9 / 104.35) <= 1)
      }
    }
    #expect(aligner.rowCount > 46_000)
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64]) func twoSensorsWithClocksOfTheirOwn(seed: UInt64)
    throws
  {
    let sensors = [
      SensorSource(channels: [4, 0, 2]), SensorSource(channels: [1, 3]),
    ]
    var aligner = try aligner(sensors: sensors, channels: 5)
    var random = SplitMix64(seed: seed)
    var events: [(time: Int64, arrival: Int64, sensor: Int)] = []
    for (sensor, period) in [(0, 9_583_000), (1, 19_960_000)] as [(Int, Int64)] {
      for index in 0..<2000 / (sensor + 1) {
        let time = Int64(index) * period + Int64(random.index(below: 2_000_000)) + 7_000_000
        // Bursts: what was measured in a tenth of a second arrives at its end.
        events.append((time, time / (100 * millisecond), sensor))
      }
    }
    events.sort { ($0.arrival, $0.sensor, $0.time) < ($1.arrival, $1.sensor, $1.time) }
    var rows: [Row] = []
    for event in events {
      let channels = sensors[event.sensor].channels
      try aligner.insert(event.sensor, event.time, channels.map { line($0, at: event.time) })
      rows += aligner.rows()
    }
    #expect(rows.count > 950 && rows.filter(\.starts).count == 1)
    for row in rows {
      for channel in 0..<5 {
        #expect(
          Tolerance.relative(1e-6, absolute: 2e-5).allows(
            row.values[channel], line(channel, at: row.time)))
      }
    }
    #expect(aligner.counts.late == 0 && aligner.counts.invalid == 0)
  }

  @Test(arguments: [0, 1, 2, 3, 4] as [UInt64])
  func reorderedSamplesGiveTheRowsOfOrderedOnes(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var ordered = try aligner(reorder: 200 * millisecond)
    var shuffled = try aligner(reorder: 200 * millisecond)
    let times = (0..<1000).map { Int64($0) * 20 * millisecond + Int64(random.index(below: 9)) }
    // Each is late by less than the delay.
    let arrivals = times.map { ($0, $0 + Int64(random.index(below: 12_000_000)) * 16) }
      .sorted { $0.1 < $1.1 }.map(\.0)
    #expect(arrivals != times)
    var (expected, found): ([Row], [Row]) = ([], [])
    for (a, b) in zip(times, arrivals) {
      try ordered.insert(0, a, sample(0..<2, at: a))
      try shuffled.insert(0, b, sample(0..<2, at: b))
      expected += ordered.rows()
      found += shuffled.rows()
    }
    ordered.end()
    shuffled.end()
    expected += ordered.rows()
    found += shuffled.rows()
    #expect(found == expected && found.count >= 999)
    #expect(shuffled.counts.late == 0)
  }

  @Test func optionsThatMakeNoSenseAreRefused() throws {
    func expect(_ setting: StreamError.Setting, _ change: (inout AlignmentOptions) -> Void) {
      var options = AlignmentOptions(rate: 50, channelCount: 2)
      change(&options)
      #expect(throws: StreamError.options(setting)) { _ = try SampleAligner(options) }
    }
    expect(.rate) { $0.rate = 0 }
    expect(.rate) { $0.rate = .nan }
    expect(.rate) { $0.rate = .infinity }
    expect(.rate) { $0.sensors[0].rate = -1 }
    expect(.channels) { $0.sensors[0].channels = [0] }
    expect(.channels) { $0.sensors[0].channels = [0, 0] }
    expect(.channels) { $0.sensors[0].channels = [0, 2] }
    expect(.channels) { $0.sensors.append(SensorSource(channels: [])) }
    expect(.channels) { $0.channelCount = 0 }
    expect(.limit) { $0.sensors[0].limit = 0 }
    expect(.times) { $0.maximumGap = 0 }
    expect(.times) { $0.reorderDelay = -1 }
    expect(.times) { $0.clockJump = .max }
    expect(.buffer) { $0.bufferCapacity = 3 }
    expect(.buffer) { $0.clockJumpSamples = 0 }
  }

  @Test func wrongSamplesAreRefusedAndDoNotCount() throws {
    var aligner = try aligner()
    #expect(throws: StreamError.noSensor(index: 1, count: 1)) { try aligner.insert(1, 0, [0, 0]) }
    #expect(throws: StreamError.noSensor(index: -1, count: 1)) {
      try aligner.insert(-1, 0, [0, 0])
    }
    #expect(throws: StreamError.sampleLength(sensor: 0, expected: 2, found: 3)) {
      try aligner.insert(0, 0, [0, 0, 0])
    }
    #expect(aligner.counts == SampleCounts())
  }
}
