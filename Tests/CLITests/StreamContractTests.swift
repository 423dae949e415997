// SPDX-License-Identifier: Apache-2.0

import Testing
import _MainspringTestSupport

/// `stream` with what a model carries instead of options.
struct StreamContractTests {
  private func prepared() throws -> Shell {
    let shell = try Shell()
    try shell.take("geotec/gesture.h5", as: "m.h5")
    try shell.take("geotec/windows.npy", as: "x.npy")
    try writeFile(shell.folder.file("labels.txt"), Array("a\nb\nc\nd\ne\n".utf8))
    try writeFile(shell.folder.file("rows.csv"), Array(Self.rows().utf8))
    try writeFile(shell.folder.file("events.csv"), Array(Self.events().utf8))
    return shell
  }

  private static func value(_ channel: Int, _ step: Int) -> String {
    // Whole hundredths, so that a text is the same wherever it is made.
    "\(Double((step * (7 + channel * 3)) % 400 - 200) / 100)"
  }

  private static func rows(_ head: String = "t_ms,ax,ay,az,gx,gy,gz") -> String {
    (0..<150).reduce(into: head + "\n") { text, step in
      text += "\(step * 20)," + (0..<6).map { value($0, step) }.joined(separator: ",") + "\n"
    }
  }

  private static func events() -> String {
    (0..<150).reduce(into: "t_ms,sensor,x,y,z\n") { text, step in
      for (sensor, first) in [("gyro", 3), ("accelerometer", 0)] {
        let values = (first..<first + 3).map { value($0, step) }.joined(separator: ",")
        text += "\(step * 20),\(sensor),\(values)\n"
      }
    }
  }

  @Test func takesRateHopClassesAndChannelsFromTheModel() throws {
    let shell = try prepared()
    let outcome = try shell.run(
      """
      set -e
      mainspring convert m.h5 -o a.tflite --no-check > /dev/null
      mainspring convert m.h5 -o b.tflite --no-check --labels labels.txt --sample-rate 50 --hop 5 \
        --channels ax,ay,az,gx,gy,gz > /dev/null
      mainspring stream a.tflite rows.csv --rate 50 --hop 5 --classes a,b,c,d,e > told.jsonl
      mainspring stream b.tflite rows.csv > own.jsonl
      cmp told.jsonl own.jsonl
      mainspring stream b.tflite rows.csv --hop 25 | grep -c '"class"'
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
    // 150 rows, windows of 50.
    #expect(outcome.output == "5\n")
    let own = String(decoding: try readFile(shell.folder.file("own.jsonl")), as: UTF8.self)
    #expect(own.split(separator: #""class":"#).count == 1 + 21)
  }

  /// The model wants the gyroscope first, and its axes in an order of its own.
  @Test func findsSensorsByWhatChannelsMean() throws {
    let shell = try prepared()
    let outcome = try shell.run(
      """
      set -e
      mainspring convert m.h5 -o b.tflite --no-check --sample-rate 50 --hop 5 \
        --channels gyro_z,gyro_x,gyro_y,acc.y,acc.x,acc.z > /dev/null
      mainspring stream b.tflite events.csv --reorder 0 | grep '"class"' > own.jsonl
      mainspring convert m.h5 -o a.tflite --no-check > /dev/null
      mainspring stream a.tflite rows.csv --rate 50 --hop 5 --channels gz,gx,gy,ay,ax,az |
        grep '"class"' > rows.jsonl
      cmp own.jsonl rows.jsonl
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let own = String(decoding: try readFile(shell.folder.file("own.jsonl")), as: UTF8.self)
    #expect(own.split(separator: #""class":"#).count == 1 + 21)
  }

  @Test func refusesOtherUnits() throws {
    let shell = try prepared()
    for (name, units) in [("same", "[m/s^2]"), ("other", "[g]")] {
      let head = "t_ms,ax \(units),ay,az,gx (rad/s),gy,gz"
      try writeFile(shell.folder.file("\(name).csv"), Array(Self.rows(head).utf8))
    }
    let outcome = try shell.run(
      """
      mainspring convert m.h5 -o b.tflite --no-check --sample-rate 50 \
        --channels ax,ay,az,gx,gy,gz --units m/s²,m/s²,m/s²,rad/s,rad/s,rad/s > /dev/null
      mainspring stream b.tflite same.csv > /dev/null && echo same
      mainspring stream b.tflite rows.csv --units m/s2,m/s2,m/s2,rad/s,rad/s,rad/s > /dev/null && echo told
      mainspring stream b.tflite other.csv; echo $?
      mainspring stream b.tflite rows.csv --units g; echo $?
      mainspring stream b.tflite rows.csv --units g,g; echo $?
      """)
    #expect(outcome.output == "same\ntold\n65\n65\n64\n")
    #expect(
      outcome.errors.hasPrefix(
        "error: other.csv: channel 'ax': expected samples in 'm/s²', found 'g'\n"),
      "\(outcome.errors)")
  }

  @Test func saysWhenTheRateIsNotTheModels() throws {
    let shell = try prepared()
    let outcome = try shell.run(
      """
      mainspring convert m.h5 -o b.tflite --no-check --sample-rate 50 > /dev/null
      mainspring stream b.tflite rows.csv --rate 25 --any-rate > /dev/null
      mainspring convert m.h5 -o a.tflite --no-check > /dev/null
      mainspring stream a.tflite rows.csv; echo $?
      """)
    #expect(outcome.output == "64\n")
    #expect(
      outcome.errors.hasPrefix("warning: b.tflite: made for 50.0 rows a second, not 25.0\n"),
      "\(outcome.errors)")
    #expect(outcome.errors.contains("the model does not say how many rows a second it takes"))
  }

  @Test func refusesRatesNoStreamCanHave() throws {
    let shell = try prepared()
    try writeFile(shell.folder.file("slow.json"), Array(#"{"sample_rate_hz":1e-12}"#.utf8))
    try writeFile(shell.folder.file("fast.json"), Array(#"{"sample_rate_hz":500000}"#.utf8))
    let outcome = try shell.run(
      """
      mainspring convert m.h5 -o a.tflite --no-check --contract slow.json; echo $?
      mainspring convert m.h5 -o b.tflite --no-check --contract fast.json > /dev/null
      mainspring stream b.tflite rows.csv; echo $?
      """)
    #expect(outcome.output == "65\n65\n")
    #expect(
      outcome.errors == """
        error: slow.json: contract: sample rate: expected 0.001 to 1,000,000 Hz, found 1e-12
        error: b.tflite: expected 0.001 to 100,000 rows a second, found 500000.0

        """)
  }

  /// The same recording with its columns in another order, and with sensors of their own.
  @Test func recordingsAsWindowsFollowTheModelAsStreamsDo() throws {
    let shell = try prepared()
    let outcome = try shell.run(
      """
      set -e
      mainspring convert m.h5 -o b.tflite --no-check --sample-rate 50 --hop 5 \
        --channels ax,ay,az,gx,gy,gz --units m/s2,m/s2,m/s2,rad/s,rad/s,rad/s > /dev/null
      awk -F, -v OFS=, '{ print $1, $7, $6, $5, $4, $3, $2 }' rows.csv > turned.csv
      for recording in rows turned events; do
        mainspring check b.tflite --inputs $recording.csv --count 10 --json > $recording.json || true
      done
      test -s rows.json
      cmp rows.json turned.json
      cmp rows.json events.json
      sed '1s/ax/ax [g]/' rows.csv > g.csv
      mainspring check b.tflite --inputs g.csv --count 10 --json || echo $?
      """)
    #expect(outcome.status == 0 && outcome.output == "65\n", "\(outcome.errors)\(outcome.output)")
    #expect(outcome.errors.contains("channel 'ax': expected samples in 'm/s2', found 'g'"))
  }

  /// Rules alone leave what the file says; what a scaler changes is found anew.
  @Test func partsOfAContractLeaveTheOthers() throws {
    let shell = try prepared()
    try writeFile(
      shell.folder.file("rules.json"),
      Array(
        #"{"smoothing_hops":2,"hop_rows":7,"thresholds":{"a":0.9},"background":["b"]}"#.utf8))
    let outcome = try shell.run(
      """
      set -e
      mainspring convert m.h5 -o b.tflite --no-check --sample-rate 50 --labels labels.txt \
        --channels ax,ay,az,gx,gy,gz > /dev/null
      mainspring convert b.tflite -o c.tflite --no-check --contract rules.json > /dev/null
      mainspring inspect c.tflite --json
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
    for part in [
      #""name":"gz""#, #""sample_rate_hz":50.0"#, #""hop_rows":7"#, #""smoothing_hops":2"#,
      #""thresholds":{"a":0.9,"b":0.5"#, #""background":["b"]"#,
    ] {
      #expect(outcome.output.contains(part), "\(part)")
    }
  }

  /// Calibration windows say what a stream may know; a channel far beyond them is unknown.
  @Test func unknownIsFittedAtConversion() throws {
    let shell = try prepared()
    try writeFile(
      shell.folder.file("far.csv"),
      Array(Self.rows().replacing("2.0", with: "2000.0").utf8))
    let outcome = try shell.run(
      """
      set -e
      mainspring convert m.h5 -o b.tflite --no-check --precision int8 --calibrate x.npy \
        --sample-rate 50 --hop 5 > /dev/null
      mainspring inspect b.tflite --json | grep -o '"known_windows":{"center":\\['
      mainspring stream b.tflite far.csv | grep '"class"' | grep -vc '"unknown"' || true
      mainspring convert m.h5 -o a.tflite --no-check --sample-rate 50 --hop 5 > /dev/null
      mainspring stream a.tflite far.csv | grep '"class"' | grep -vc '"unknown"'
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.count == 3 && lines[0].hasPrefix(#""known_windows""#), "\(outcome.output)")
    #expect(lines.count == 3 && lines[1] == "0" && (Int(lines[2]) ?? 0) > 0, "\(outcome.output)")
  }
}
