// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringRecordings
import Testing
import _MainspringTestSupport

/// Streams of real recordings against windows cut and run one by one.
@Suite(.enabled(if: Location.hasShared, "needs ../shared")) struct RecordedStreamTests {
  #if DEBUG
    private static let people = [1, 4, 22]
    private static let hops = [1, 2, 3, 7, 10, 25, 50]
  #else
    private static let people = Array(1...23)
    private static let hops = Array(1...50)
  #endif

  /// The executions of one person: times and rows, as they were recorded.
  private struct Execution {
    var times: [Int64] = []
    var rows: [[Float]] = []
  }

  private func executions(_ person: Int) throws -> [Execution] {
    let name = "data/geotec-watch/s\(person < 10 ? "0" : "")\(person).csv"
    var reader = try EventReader(path: Location.shared(name))
    var event = SensorEvent()
    var (executions, current): ([Execution], String) = ([], "")
    while try reader.next(&event) {
      if event.recording != current || executions.isEmpty {
        executions.append(Execution())
        current = event.recording
      }
      executions[executions.count - 1].times.append(event.time)
      executions[executions.count - 1].rows.append(event.values)
    }
    return executions
  }

  /// All rows of the 50 Hz grid, written down once more: the first of samples at one time counts.
  private func resampled(_ execution: Execution) -> [[Float]] {
    var times: [Int64] = []
    var rows: [[Float]] = []
    for (time, row) in zip(execution.times, execution.rows) where time != times.last {
      times.append(time)
      rows.append(row)
    }
    var result: [[Float]] = []
    var (step, left): (Int64, Int) = (0, 0)
    while times[0] + step * 20 * millisecond <= times[times.count - 1] {
      let time = times[0] + step * 20 * millisecond
      while left + 1 < times.count, times[left + 1] <= time { left += 1 }
      if times[left] == time {
        result.append(rows[left])
      } else {
        let share = Double(time - times[left]) / Double(times[left + 1] - times[left])
        var row: [Float] = []
        for (a, b) in zip(rows[left], rows[left + 1]) {
          let (from, to) = (Double(a), Double(b))
          row.append(Float(from + (to - from) * share))
        }
        result.append(row)
      }
      step += 1
    }
    return result
  }

  @Test(arguments: ["fixtures", "models/geotec/tfk_float32.tflite"])
  func decisionsAreThoseOfTheSameWindows(model: String) throws {
    let path =
      model == "fixtures"
      ? Location.fixture("quantized/gesture-int8.tflite") : Location.shared(model)
    let graph = try Graph(contentsOf: path)
    var session = Session(try Plan(graph))
    let all = try Self.people.flatMap { try executions($0) }
    let grids = all.map { resampled($0).flatMap { $0 } }
    var windows = 0
    for hop in Self.hops {
      var options = AlignmentOptions(rate: 50, channelCount: 6)
      options.sensors[0].rate = nil
      var stream = try Stream(try WindowPlan(graph, hop: hop), options)
      for (index, execution) in all.enumerated() {
        var expected = [Float](repeating: 0, count: 5)
        var count = 0
        func check(_ decision: Decision, _ found: [Float]) throws {
          let start = count * hop * 6
          let window = Array(grids[index][start..<start + 300])
          var span = expected.mutableSpan
          try session.run(window.span, into: &span)
          count += 1
          let best = expected.indices.reduce(0) { expected[$1] > expected[$0] ? $1 : $0 }
          if found.map(\.bitPattern) != expected.map(\.bitPattern)
            || decision.label != (expected[best] >= 0.5 ? best : nil)
          {
            Issue.record("hop \(hop), execution \(index), window \(count): \(found)")
          }
        }
        for (time, row) in zip(execution.times, execution.rows) {
          try stream.insert(row.span, at: time)
          for answer in try stream.answers() { try check(answer.decision, answer.output) }
        }
        stream.end()
        for answer in try stream.answers() { try check(answer.decision, answer.output) }
        stream.restart()
        #expect(count == (grids[index].count / 6 - 50) / hop + 1)
        windows += count
      }
      #expect(stream.counts.pending == 0 && stream.gapCount == 0)
    }
    #expect(windows > 10_000)
  }

  @Test func everyEventOfTheWatchIsAccountedFor() throws {
    let files = [
      ("button_events", 74_040), ("voice_20251017_143217_session_events", 20_285),
      ("voice_20251017_143627_session_events", 19_954), ("walk_continuous_events", 14_917),
    ]
    let graph = try Graph(contentsOf: Location.fixture("quantized/gesture-int8.tflite"))
    for (name, total) in files {
      var options = AlignmentOptions(
        rate: 50, channelCount: 6,
        sensors: [SensorSource(channels: [0, 1, 2]), SensorSource(channels: [3, 4, 5])])
      options.reorderDelay = 300 * millisecond
      // Half of the samples were lost, and some files have times of arrival.
      options.maximumGap = 200 * millisecond
      var stream = try Stream(try WindowPlan(graph, hop: 10), options)
      var reader = try EventReader(path: Location.shared("data/silksong-watch/\(name).csv"))
      var event = SensorEvent()
      var (current, windows): (String?, Int) = (nil, 0)
      while try reader.next(&event) {
        if let current, current != event.recording {
          stream.end()
          windows += try stream.answers().count
          stream.restart()
        }
        current = event.recording
        try stream.insert(event.values.span, from: event.sensor == "a" ? 0 : 1, at: event.time)
        windows += try stream.answers().count
      }
      stream.end()
      windows += try stream.answers().count
      stream.restart()
      let counts = stream.counts
      #expect(counts.received == UInt64(total) && counts.pending == 0, "\(name)")
      #expect(
        counts.received
          == counts.used + counts.interpolatedOver + counts.duplicate + counts.late
          + counts.droppedInGap + counts.invalid, "\(name)")
      #expect(windows > 0 && stream.gapCount > 0, "\(name)")
    }
  }
}
