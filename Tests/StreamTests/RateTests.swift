// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringRecordings
import Testing
import _MainspringTestSupport

/// What is made of a sensor's rate, by its time stamps alone; 50 Hz are promised.
@Suite struct RateTests {
  /// What a sensor was found to be.
  private struct Finding {
    /// The rate it was refused with, and seconds of its clock until then.
    var refused: (rate: Double, after: Double)?
    var isOff = false
    var measured: Double?
  }

  /// - Parameter times: in milliseconds.
  private func finding(
    _ times: [Double], promised: Double = 50, reorderDelay: Int64 = 0
  ) throws -> Finding {
    var options = AlignmentOptions(
      rate: 50, channelCount: 1, sensors: [SensorSource(channels: [0], rate: promised)])
    options.reorderDelay = reorderDelay
    var aligner = try SampleAligner(options)
    var finding = Finding()
    for time in times {
      do throws(StreamError) {
        try aligner.insert(0, Int64(time * 1e6), [1])
      } catch {
        guard case .rate(0, promised, let rate) = error else { throw error }
        finding.refused = finding.refused ?? (rate, (time - times[0]) / 1000)
      }
      while aligner.nextRow() {}
      finding.isOff = finding.isOff || aligner.rate(of: 0).isOff
    }
    finding.measured = aligner.rate(of: 0).measured
    return finding
  }

  /// Times of a steady clock, each off by up to some milliseconds; a share of them is lost.
  private func times(
    rate: Double, jitter: Float, lost: Float = 0, count: Int = 2000, seed: Int
  ) -> [Double] {
    var random = SplitMix64(seed: UInt64(seed))
    var times: [Double] = []
    for index in 0..<count {
      let time = Double(index) * 1000 / rate + Double(random.float(from: -jitter, to: jitter))
      if random.float(from: 0, to: 1) >= lost { times.append(time) }
    }
    return times.sorted()
  }

  @Test(arguments: [25, 30, 33, 35, 36, 38, 62, 66, 80], [0, 4, 6] as [Float])
  func rateThatIsFarOffIsRefusedWhateverTheJitter(rate: Double, jitter: Float) throws {
    for seed in 0..<10 {
      let finding = try finding(times(rate: rate, jitter: jitter, seed: seed))
      let refused = try #require(finding.refused, "seed \(seed)")
      // Two blocks as a rule, and never much more.
      #expect(refused.after < 8 && abs(refused.rate / rate - 1) < 0.04, "\(refused), seed \(seed)")
    }
  }

  @Test(arguments: [42, 44.5, 48.8, 50, 51.2, 55, 58], [0, 4, 6] as [Float])
  func rateThatIsLittleOffIsNot(rate: Double, jitter: Float) throws {
    for seed in 0..<10 {
      let finding = try finding(times(rate: rate, jitter: jitter, seed: seed))
      #expect(finding.refused == nil)
      #expect(finding.isOff == (abs(rate - 50) > 4), "\(finding), seed \(seed)")
    }
  }

  @Test(arguments: [0, 3, 6] as [Float], [0.1, 0.3, 0.5] as [Float])
  func lossesDoNotChangeWhatAClockSays(jitter: Float, lost: Float) throws {
    for seed in 0..<10 {
      let right = try finding(times(rate: 50, jitter: jitter, lost: lost, seed: seed))
      #expect(right.refused == nil, "\(right), seed \(seed)")
      if jitter < 6 { #expect(!right.isOff, "\(right), seed \(seed)") }
      let slow = try finding(times(rate: 33, jitter: jitter, lost: lost / 2, seed: seed))
      #expect(slow.refused != nil, "\(slow), seed \(seed)")
    }
  }

  @Test(arguments: [10, 40, 60, 70, 80, 130, 1000, 3000])
  func aBurstCountsWithThePauseBeforeIt(burst: Int) throws {
    // By the time of arrival: what came within the pause comes at once, behind it.
    var times: [Double] = []
    for round in 0..<5 {
      let begin = Double(round * (burst + 100)) * 20
      for index in 0..<100 { times.append(begin + Double(index) * 20) }
      let end = begin + Double(burst + 100) * 20 - 20
      for index in 0..<burst { times.append(end - Double(burst - index) * 0.05) }
    }
    let finding = try finding(times)
    #expect(finding.refused == nil && !finding.isOff, "\(finding)")
  }

  @Test func whatWaitedBeforeTheStartIsNoRate() throws {
    let waiting = (0..<200).map { Double($0) * 0.05 }
    let finding = try finding(waiting + (1..<500).map { 10 + Double($0) * 20 })
    #expect(finding.refused == nil && !finding.isOff && finding.measured == 50, "\(finding)")
  }

  @Test func aPauseHidesAFastSensorForAWhileOnly() throws {
    let fast = (0..<12_000).map { 600_000 + Double($0) * 1000 / 75 }
    let finding = try finding((0..<200).map { Double($0) * 20 } + fast)
    let refused = try #require(finding.refused)
    // A minute's samples are owed, and made up for at 25 a second.
    #expect(refused.after > 600 + 115 && refused.after < 600 + 130 && abs(refused.rate - 75) < 1)
  }

  @Test func samplesThatChangePlacesAreNotLost() throws {
    let times = (0..<1000).map { Double($0 ^ 1) * 20 }
    let finding = try finding(times, reorderDelay: 100 * millisecond)
    #expect(finding.refused == nil && !finding.isOff && abs((finding.measured ?? 0) - 50) < 1)
  }

  @Test(.enabled(if: Location.hasShared, "needs ../shared"))
  func recordingsAreOfTheRateTheyPromise() throws {
    for person in 1...23 {
      let path = Location.shared("data/geotec-watch/s\(person < 10 ? "0" : "")\(person).csv")
      let times = try times(path)
      let right = try finding(times.values.joined().map { $0 }, promised: 104)
      #expect(right.refused == nil && !right.isOff, "\(path): \(right)")
      let wrong = try finding(times.values.joined().map { $0 }, promised: 50)
      #expect(abs((wrong.refused?.rate ?? 0) - 104) < 4, "\(path): \(wrong)")
    }
    for name in [
      "button", "voice_20251017_143217_session", "voice_20251017_143627_session", "walk_continuous",
    ] {
      let path = Location.shared("data/silksong-watch/\(name)_events.csv")
      for (sensor, times) in try times(path) {
        let finding = try finding(times, reorderDelay: 300 * millisecond)
        #expect(finding.refused == nil && !finding.isOff, "\(path), \(sensor): \(finding)")
      }
    }
  }

  /// Milliseconds by sensor, in the file's order; recordings stand one behind the other.
  private func times(_ path: String) throws -> [String: [Double]] {
    var reader = try EventReader(path: path)
    var event = SensorEvent()
    var times: [String: [Double]] = [:]
    var (recording, shift, newest) = ("", 0.0, 0.0)
    while try reader.next(&event) {
      if event.recording != recording {
        (recording, shift) = (event.recording, newest + 2000)
      }
      let time = Double(event.time) / 1e6 + shift
      newest = max(newest, time)
      times[event.sensor, default: []].append(time)
    }
    return times
  }
}
