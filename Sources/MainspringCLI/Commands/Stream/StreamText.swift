// SPDX-License-Identifier: Apache-2.0

import Mainspring

/// What a stream says, as JSON lines.
struct StreamText {
  let settings: StreamSettings

  static func seconds(_ nanoseconds: Int64) -> Double { Double(nanoseconds) / 1e9 }

  func decision(
    _ decision: Decision, _ probabilities: Span<Float>, _ recording: String
  ) -> String {
    var values: [Float] = []
    for index in 0..<probabilities.count { values.append(probabilities[index]) }
    return JSONText.object { json in
      json.member("time", Self.seconds(decision.time))
      if !recording.isEmpty { json.member("recording", recording) }
      json.member("window", Int(decision.window))
      json.member("class", decision.label.map { settings.name(of: $0) } ?? "unknown")
      json.member("probability", decision.probability)
      json.member("probabilities") { $0.array(values) { $0.number($1) } }
    } + "\n"
  }

  func event(_ event: Event, _ recording: String) -> String {
    JSONText.object { json in
      json.member("event", settings.name(of: event.label))
      json.member("time", Self.seconds(event.time))
      if !recording.isEmpty { json.member("recording", recording) }
      json.member("start", Self.seconds(event.start))
      json.member("probability", event.probability)
    } + "\n"
  }

  /// What became of the samples.
  func summary(_ stream: borrowing Stream, _ map: SensorMap) -> String {
    let counts = stream.counts
    let (windows, rows, gaps) = (stream.windowCount, stream.rowCount, stream.gapCount)
    let jumps = stream.clockJumpCount
    let rates = (0..<stream.sensorCount).map { (map.name(of: $0), stream.rate(of: $0).measured) }
    return JSONText.object { json in
      json.member("samples", Int(counts.received))
      json.member("used", Int(counts.used))
      json.member("interpolated_over", Int(counts.interpolatedOver))
      json.member("duplicate", Int(counts.duplicate))
      json.member("late", Int(counts.late))
      json.member("dropped_in_gap", Int(counts.droppedInGap))
      json.member("invalid", Int(counts.invalid))
      json.member("other_sensors", map.otherCount)
      json.member("rows", Int(rows))
      json.member("windows", Int(windows))
      json.member("gaps", Int(gaps))
      json.member("clock_jumps", Int(jumps))
      json.member("rates_hz") { json in
        json.array(rates) { json, rate in json.number(rate.1 ?? .nan) }
      }
    } + "\n"
  }
}
