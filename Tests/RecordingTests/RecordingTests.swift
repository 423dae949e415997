// SPDX-License-Identifier: Apache-2.0

import MainspringNumPy
import MainspringRecordings
import Testing
import _MainspringTestSupport

@Suite struct RecordingTests {
  private let folder: TemporaryFolder
  private var path: String { folder.file("a.csv") }

  init() throws { folder = try TemporaryFolder() }

  private func read(_ text: String, time: String? = nil, channels: [String]? = nil) throws
    -> [Recording]
  {
    try writeFile(path, Array(text.utf8))
    var reader = try RecordingReader(path: path, time: time, channels: channels)
    var recordings: [Recording] = []
    while let recording = try reader.next() { recordings.append(recording) }
    return recordings
  }

  @Test func timeStepsAreOneSeries() throws {
    let recordings = try read("rec,t_ms,ax,ay,label\n1,0,1,2,A\n1,20,3,4,B\n7,5,5,6,A\n")
    #expect(
      recordings == [
        Recording(
          name: "1", line: 2,
          series: [Series(channels: ["ax", "ay"], times: [0, 0.02], values: [1, 2, 3, 4])]),
        Recording(
          name: "7", line: 4,
          series: [Series(channels: ["ax", "ay"], times: [0.005], values: [5, 6])]),
      ])
  }

  @Test func channelsComeInTheOrderAskedFor() throws {
    let recordings = try read("ax,t,ay,az\n1,0,2,3\n", channels: ["az", "ax"])
    #expect(
      recordings[0].series == [Series(channels: ["az", "ax"], times: [0], values: [3, 1])])
  }

  @Test(
    arguments: [
      ("t", nil, 1.0), ("Time", nil, 1), ("timestamp_ns", nil, 1e-9), ("t_us", nil, 1e-6),
      ("clock", "clock", 1), ("clock", "clock:ms", 1e-3), ("clock_us", "clock_us", 1e-6),
      ("t_ms", "t_ms:s", 1), ("a:b", "a:b", 1),
    ] as [(String, String?, Double)])
  func timeHasAUnit(column: String, request: String?, seconds: Double) throws {
    let recordings = try read("\(column),x\n3,1\n", time: request)
    #expect(recordings[0].series[0].times == [3 * seconds])
    #expect(recordings[0].channels == ["x"])
  }

  @Test func withoutATimeColumnThereAreNoTimes() throws {
    let recordings = try read("x,y\n3,1\n4,2\n")
    #expect(recordings[0].series == [Series(channels: ["x", "y"], values: [3, 1, 4, 2])])
  }

  @Test func eventsAreSortedBySensorAndTime() throws {
    let recordings = try read(
      "t_us,sensor,x,y\n30,g,1,2\n10,a,3,4\n20,g,5,6\n40,a,7,8\n20,g,9,9\n")
    #expect(recordings.count == 1)
    #expect(recordings[0].channels == ["a.x", "a.y", "g.x", "g.y"])
    #expect(recordings[0].series[0].values == [3, 4, 7, 8])
    #expect(recordings[0].series[1].values == [5, 6, 9, 9, 1, 2])
  }

  @Test func namesWhatIsWrong() throws {
    func fault(_ text: String, time: String? = nil, channels: [String]? = nil) -> String? {
      do {
        _ = try read(text, time: time, channels: channels)
        return nil
      } catch {
        return "\(error)"
      }
    }
    #expect(
      fault("t,x\n2,1\n1,1\n")
        == "\(path): line 3, column 't': expected a time not before the line above, found '1'")
    #expect(
      fault("t,x\nnan,1\n") == "\(path): line 2, column 't': expected a time, found 'nan'")
    #expect(
      fault("t,x\n1,1\n", channels: ["y"]) == "\(path): line 1: expected a column 'y', found t, x")
    #expect(
      fault("t,x\n1,1\n", time: "u:ms")
        == "\(path): line 1: expected a time column 'u', found t, x")
    #expect(
      fault("sensor,x\na,1\n")
        == "\(path): line 1: expected a time column beside 'sensor', found sensor, x")
  }

  private func series(_ times: [Double], _ value: (Double) -> Double) -> Series {
    Series(channels: ["x"], times: times, values: times.map(value))
  }

  @Test func straightLinesStayStraight() throws {
    var random = SplitMix64(seed: 21)
    var times = [3.0]
    for _ in 0..<200 {
      times.append(times[times.count - 1] + Double(random.float(from: 0, to: 0.03)))
    }
    let recording = Recording(name: "", line: 2, series: [series(times) { 2 * $0 - 1 }])
    let samples = try #require(UniformSamples(recording, rate: 50, channels: ["x"]))
    #expect(samples.count == Int((times[200] - 3) * 50 + 1e-6) + 1)
    for (step, value) in samples.values.enumerated() {
      let expected = 5 + Double(step) / 25
      #expect(abs(Double(value) - expected) < 1e-5)
    }
    #expect(!samples.isGap.contains(true))
  }

  @Test func sensorsMeetWhereAllHaveSamples() throws {
    let recording = Recording(
      name: "", line: 2,
      series: [
        Series(channels: ["a.x"], times: [0, 1, 2], values: [0, 10, 20]),
        Series(channels: ["g.x"], times: [0.5, 1.5, 2.5], values: [1, 2, 3]),
      ])
    let samples = try #require(UniformSamples(recording, rate: 2, channels: ["g.x", "a.x"]))
    #expect(samples.values == [1, 5, 1.5, 10, 2, 15, 2.5, 20])
    #expect(UniformSamples(recording, rate: 2, channels: ["g.y"]) == nil)
    // A sensor that is not asked for does not shorten the time.
    let one = try #require(UniformSamples(recording, rate: 1, channels: ["a.x"]))
    #expect(one.values == [0, 10, 20])
  }

  @Test func windowsAcrossGapsAreLeftOut() throws {
    let times = (0..<100).map { Double($0) / 10 }.filter { $0 < 4 || $0 >= 4.5 }
    let recording = Recording(name: "", line: 2, series: [series(times) { $0 }])
    let samples = try #require(UniformSamples(recording, rate: 10, channels: ["x"]))
    #expect(samples.count == 100)
    // From 3.9 to 4.5 nothing was measured.
    #expect(samples.isGap.indices.filter { samples.isGap[$0] } == [40, 41, 42, 43, 44])
    let windows = samples.windowStarts(length: 10, hop: 10)
    #expect(windows.starts == [0, 10, 20, 30, 50, 60, 70, 80, 90] && windows.skippedCount == 1)
    #expect(Array(samples.window(at: 90, length: 10)).count == 10)
    // Three periods are none yet.
    let slow = Recording(name: "", line: 2, series: [series([0, 0.3, 0.6]) { $0 }])
    #expect(UniformSamples(slow, rate: 10, channels: ["x"])?.isGap.contains(true) == false)
    #expect(abs(samples.largestPause - 6) < 1e-6)
    for (limit, gaps) in [(2.0, 3 * 2 - 1), (2.99, 5), (3, 0)] {
      let cut = UniformSamples(slow, rate: 10, channels: ["x"], maximumGap: limit)
      // Steps that samples stand on are none.
      #expect(cut?.isGap.filter { $0 }.count == gaps - (gaps > 0 ? 1 : 0), "\(limit)")
    }
  }

  @Test func ofSamplesAtOneTimeTheFirstCounts() throws {
    let recording = Recording(
      name: "", line: 2,
      series: [
        Series(channels: ["x"], times: [0, 0, 0.1, 0.1, 0.2, 0.2], values: [0, 1, 5, 7, 8, 9])
      ])
    #expect(UniformSamples(recording, rate: 10, channels: ["x"])?.values == [0, 5, 8])
  }

  @Test func whatIsNotFiniteStaysWhereItIs() throws {
    let recording = Recording(
      name: "", line: 2,
      series: [Series(channels: ["x"], times: [0, 0.1, 0.2], values: [0, .nan, 8])])
    let values = try #require(UniformSamples(recording, rate: 10, channels: ["x"])).values
    #expect(values[0] == 0 && values[1].isNaN && values[2] == 8)
  }

  /// A clock that jumps must not ask for memory without end.
  @Test(arguments: [[0, 1e18], [-1e300, 1e300], [5], []])
  func hostileTimesGiveNoSamples(times: [Double]) throws {
    let recording = Recording(name: "", line: 2, series: [series(times) { _ in 0 }])
    let samples = try #require(UniformSamples(recording, rate: 100, channels: ["x"]))
    #expect(samples.count == (times.count == 1 ? 1 : 0))
    #expect(samples.windowStarts(length: 2, hop: 1).starts.isEmpty)
  }

  /// The windows of a public data set, cut by its authors' script with numpy.interp.
  @Test(.enabled(if: Location.hasShared, "needs ../shared"))
  func cutsTheWindowsOfARealDataSet() throws {
    let expected = try NumPyArray(path: Location.shared("models/geotec/X_test.npy"))
    var reader = try RecordingReader(path: Location.shared("data/geotec-watch/s04.csv"))
    var found: [Float] = []
    while let recording = try reader.next() {
      let samples = try #require(
        UniformSamples(recording, rate: 50, channels: ["ax", "ay", "az", "gx", "gy", "gz"]))
      for start in samples.windowStarts(length: 50, hop: 10).starts {
        found += samples.window(at: start, length: 50)
      }
    }
    #expect(found.count > 300 * 400)
    #expect(
      difference(found, Array(expected.floats.prefix(found.count)), within: .close(1e-5)) == nil)
  }

  @Test(.enabled(if: Location.hasShared, "needs ../shared"))
  func readsEventsOfARealWatch() throws {
    var reader = try RecordingReader(path: Location.shared("data/silksong-watch/button_events.csv"))
    var recordingCount = 0
    var eventCount = 0
    while let recording = try reader.next() {
      recordingCount += 1
      for series in recording.series {
        eventCount += series.count
        #expect(zip(series.times, series.times.dropFirst()).allSatisfy { $0 <= $1 })
      }
    }
    let lines = try readFile(Location.shared("data/silksong-watch/button_events.csv"))
      .count { $0 == UInt8(ascii: "\n") }
    #expect(recordingCount == 562 && eventCount == lines - 1)
  }
}
