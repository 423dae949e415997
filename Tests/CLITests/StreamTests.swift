// SPDX-License-Identifier: Apache-2.0

import Testing
import _MainspringTestSupport

/// `stream` and `fit-decisions` doing their work, on recordings made here.
struct StreamTests {
  /// A model of 50 rows of 6 channels at 50 Hz, and a recording of two parts at 100 Hz.
  private func prepared() throws -> Shell {
    let shell = try Shell()
    try shell.take("quantized/gesture-int8.tflite", as: "m.tflite")
    try writeFile(shell.folder.file("rows.csv"), Array(Self.rows(labelled: true).utf8))
    try writeFile(shell.folder.file("events.csv"), Array(Self.events().utf8))
    try writeFile(shell.folder.file("messages.jsonl"), Array(Self.messages().utf8))
    return shell
  }

  private static func value(_ channel: Int, _ step: Int) -> String {
    // Whole thousandths, so that a text is the same wherever it is made.
    "\(Double((step * (7 + channel * 3)) % 400 - 200) / 100)"
  }

  private static func rows(labelled: Bool) -> String {
    var text = "rec,t_ms,ax,ay,az,gx,gy,gz" + (labelled ? ",label\n" : "\n")
    for part in 0..<4 {
      for step in 0..<300 {
        let values = (0..<6).map { value($0, step + part * 40) }.joined(separator: ",")
        text += "\(part),\(step * 10),\(values)" + (labelled ? ",\(step / 100)\n" : "\n")
      }
    }
    return text
  }

  /// The first part of the rows, as events of two sensors.
  private static func events() -> String {
    var text = "t_ms,sensor,x,y,z\n"
    for step in 0..<300 {
      for (sensor, first) in [("gyro", 3), ("accelerometer", 0), ("light", 1)] {
        let values = (first..<first + 3).map { value($0, step) }.joined(separator: ",")
        text += "\(step * 10),\(sensor),\(values)\n"
      }
    }
    return text
  }

  private static func messages() -> String {
    var text = ""
    for step in 0..<300 {
      for (sensor, first) in [("accelerometer", 0), ("gyroscope", 3)] {
        let (x, y, z) = (value(first, step), value(first + 1, step), value(first + 2, step))
        text += """
          {"sensor":"\(sensor)","values":{"z":\(z),"x":\(x),"y":\(y)},\
          "timestamp_ns":\(step * 10_000_000)}

          """
      }
    }
    return text
  }

  private let options = "--rate 50 --sensor-rate 100"

  @Test func decisionsComeOncePerHop() throws {
    let shell = try prepared()
    let outcome = try shell.run("mainspring stream m.tflite rows.csv \(options) --hop 10")
    #expect(outcome.status == 0 && outcome.errors == "", "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n").map(String.init)
    // 150 rows of 50 Hz in each of 4 recordings: 11 windows each.
    let decisions = lines.filter { $0.hasPrefix(#"{"time":"#) }
    #expect(decisions.count == 44)
    #expect(decisions[0].hasPrefix(#"{"time":0.98,"recording":"0","window":0,"class":""#))
    #expect(decisions[12].hasPrefix(#"{"time":1.18,"recording":"1","window":1,"class":""#))
    #expect(
      lines.last == """
        {"samples":1200,"used":600,"interpolated_over":596,"duplicate":0,"late":0,\
        "dropped_in_gap":4,"invalid":0,"other_sensors":0,"rows":600,"windows":44,"gaps":0,\
        "clock_jumps":0,"rates_hz":[100.0]}
        """)
  }

  @Test func theSameBytesGiveTheSameDecisions() throws {
    let shell = try prepared()
    let outcome = try shell.run(
      """
      set -e -o pipefail
      mainspring stream m.tflite rows.csv \(options) --hop 5 > file
      mainspring stream m.tflite - \(options) --hop 5 < rows.csv > input
      while IFS= read -r line; do echo "$line"; done < rows.csv |
        mainspring stream m.tflite - \(options) --hop 5 > slow
      mainspring stream m.tflite rows.csv \(options) --hop 5 --whole > whole
      cmp file input && cmp file slow && cmp file whole
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test func threeLayoutsAreOneRecording() throws {
    let shell = try prepared()
    let names = "accelerometer.x,accelerometer.y,accelerometer.z,gyro.x,gyro.y,gyro.z"
    let outcome = try shell.run(
      """
      set -e -o pipefail
      grep -e rec -e ^0, rows.csv | cut -d, -f2-8 > first.csv
      mainspring stream m.tflite first.csv \(options) --hop 7 | grep '^{"time' > a
      mainspring stream m.tflite events.csv \(options) --hop 7 | grep '^{"time' > b
      mainspring stream m.tflite messages.jsonl \(options) --hop 7 | grep '^{"time' > c
      mainspring stream m.tflite events.csv \(options) --hop 7 --channels \(names) |
        grep '^{"time' > d
      cmp a b && cmp a c && cmp a d && wc -l < a
      mainspring stream m.tflite events.csv \(options) | tail -1
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.hasPrefix("15\n"), "\(outcome.output)")
    #expect(outcome.output.contains(#""samples":600,"#))
    #expect(outcome.output.contains(#""other_sensors":300,"#))
  }

  @Test func rulesMakeEvents() throws {
    let shell = try prepared()
    let outcome = try shell.run(
      """
      set -e
      mainspring fit-decisions m.tflite rows.csv \(options) --hop 5 -o rules.json --known-windows \
        --background 4 --max-false-alarms-per-hour 100000 > report
      mainspring fit-decisions m.tflite rows.csv \(options) --hop 5 --json > report.json
      mainspring stream m.tflite rows.csv \(options) --hop 5 --rules rules.json --events \
        --plot p.svg > events
      mainspring stream m.tflite rows.csv \(options) --hop 5 --threshold 0 --smoothing 3 \
        --min-duration 0.1 --refractory 1 --events > loose
      head -c 60 p.svg; tail -1 report; grep -c event loose; cat rules.json
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.hasPrefix("<svg xmlns="))
    let picture = String(decoding: try readFile(shell.folder.file("p.svg")), as: UTF8.self)
    for outside in ["url(", "src=", "href=", "<script", "@import"] {
      #expect(!picture.contains(outside), "\(outside)")
    }
    #expect(outcome.output.contains("fitted (2 recordings): precision "))
    #expect(outcome.output.contains(#""background":["4"],"known_windows":{"center":["#))
    let report = String(decoding: try readFile(shell.folder.file("report.json")), as: UTF8.self)
    #expect(report.hasPrefix(#"{"held_back":{"recordings":2,"minutes":"#))
    #expect(report.contains(#""labelled":6,"#))
  }

  @Test(.enabled(if: Location.python != nil, "there is no Python to read the JSON"))
  func jsonIsValid() throws {
    let shell = try prepared()
    let python = try #require(Location.python)
    let outcome = try shell.run(
      """
      set -e -o pipefail
      mainspring stream m.tflite rows.csv \(options) | while IFS= read -r line; do
        echo "$line" | '\(python)' -m json.tool > /dev/null
      done
      mainspring fit-decisions m.tflite rows.csv \(options) --json -o rules.json |
        '\(python)' -m json.tool > /dev/null
      '\(python)' -m json.tool rules.json > /dev/null
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test func stateIsCarriedOnWhereAsked() throws {
    let shell = try prepared()
    let outcome = try shell.run(
      """
      set -e -o pipefail
      grep -e rec -e ^0, rows.csv | cut -d, -f2-8 > first.csv
      mainspring stream m.tflite first.csv \(options) --stateful | grep '^{"time' > kept
      mainspring stream m.tflite first.csv \(options) --hop 50 | grep '^{"time' > fresh
      wc -l < kept
      wc -l < fresh
      head -1 kept | cmp - <(head -1 fresh) && ! cmp -s kept fresh
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output == "3\n3\n")
  }

  @Test func labelsComeFromFilesToo() throws {
    let shell = try prepared()
    let outcome = try shell.run(
      """
      set -e
      printf 'rec,label\\n0,1\\n1,2\\n2,1\\n3,nap\\n7,1\\n' > whole.csv
      mainspring fit-decisions m.tflite rows.csv \(options) --labels whole.csv --json
      printf 'timestamp,gesture,duration\\n0.5,2,1\\n2,3,0.5\\n' > spans.csv
      head -60 events.csv > brief.csv
      mainspring fit-decisions m.tflite events.csv brief.csv \(options) --json \
        --labels spans.csv --labels spans.csv
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("note: brief.csv: it gives no window and is left out"))
    #expect(outcome.errors.contains("note: the label 'nap' (1 times) is none"))
    #expect(
      outcome.errors.contains("note: rows.csv: 1 of 5 labelled recordings give no window"))
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.count == 2 && lines[0].contains(#""is_split":true"#))
    #expect(lines[0].contains(#""labelled":1,"#) && lines[1].contains(#""labelled":2,"#))
    #expect(lines[1].contains(#""is_split":false"#))
  }

  @Test func aRateThatIsOffIsReportedOrRefused() throws {
    let shell = try prepared()
    let off = try shell.run("mainspring stream m.tflite rows.csv --rate 50 --sensor-rate 91")
    #expect(off.status == 0)
    #expect(
      off.errors
        == "warning: rows.csv: samples: expected 91.0 samples a second, found 100.0 samples a "
        + "second\n")
    let refused = try shell.run("mainspring stream m.tflite rows.csv --rate 50")
    #expect(refused.status == 65 && refused.errors.contains("'--sensor-rate' or '--any-rate'"))
    let any = try shell.run("mainspring stream m.tflite rows.csv --rate 50 --any-rate")
    #expect(any.status == 0 && any.errors == "")
  }

  struct Mistake: CustomTestStringConvertible, Sendable {
    let line: String
    let status: Int32
    let says: [String]
    var testDescription: String { line }

    init(_ line: String, _ status: Int32, _ says: String...) {
      (self.line, self.status, self.says) = ("mainspring " + line, status, says)
    }
  }

  static let mistakes: [Mistake] = [
    Mistake("stream m.tflite rows.csv", 64, "--rate <hz>"),
    Mistake("stream m.tflite none.csv --rate 50", 66, "none.csv", "no such file"),
    Mistake("stream m.tflite . --rate 50", 66, "is a directory"),
    Mistake("stream m.tflite empty.csv --rate 50", 65, "empty.csv: line 1"),
    Mistake("stream m.tflite timeless.csv --rate 50", 65, "time column", "found ax, ay"),
    Mistake("stream m.tflite narrow.csv --rate 50", 65, "expected 6 channels", "found 2: ax, ay"),
    Mistake("stream m.tflite bad.csv --rate 50", 65, "line 3, column 'ay'", "'oops'"),
    Mistake("stream m.tflite short.csv --rate 50", 65, "line 2", "expected 7 fields", "found 3"),
    Mistake("stream m.tflite bad.jsonl --rate 50", 65, "line 2", "expected a JSON object"),
    Mistake("stream m.tflite sensorless.jsonl --rate 50", 65, "'sensor' or 'name'"),
    Mistake("stream m.tflite flat.jsonl --rate 50", 65, "expected 3 values, found 2"),
    Mistake("stream m.tflite twice.csv --rate 50", 65, "'acc' and 'accelerometer'", "--channels"),
    Mistake(
      "stream m.tflite events.csv --rate 50 --channels a.x,a.y", 65, "expected 6 channels",
      "found 2"),
    Mistake(
      "stream m.tflite events.csv --rate 50 --channels a.x,a.y,a.z,g.x,g.y,g.w", 65,
      "'g.w'"),
    Mistake(
      "stream m.tflite rows.csv --rate 50 --classes a,b", 65, "expected 5 classes", "found 2"),
    Mistake("stream m.tflite rows.csv --rate 50 --background run", 64, "'run'"),
    Mistake("stream m.tflite rows.csv --rate 50 --rules m.tflite", 65, "JSON object of rules"),
    Mistake("stream m.tflite rows.csv --rate 50 --rules odd.json", 65, "unknown rule 'threshold'"),
    Mistake(
      "stream m.tflite rows.csv --rate 50 --rules part.json", 65,
      "part.json: smoothing_hops: expected a whole number, found 2.9"),
    Mistake(
      "stream m.tflite rows.csv --rate 50 --rules limit.json", 65,
      "limit.json: known_windows: limit: expected a number above 0, found none"),
    Mistake("stream m.tflite rows.csv --rate 50 --rules wide.json", 65, "from 0 to 1", "'2'"),
    Mistake(
      "stream m.tflite rows.csv --rate 50 --rules one.json", 65, "one.json: thresholds: expected",
      "found 0.9"),
    Mistake(
      "stream m.tflite rows.csv --rate 50 --rules rest.json", 65,
      "rest.json: background: expected an array of classes, found 'rest'"),
    Mistake(
      "stream m.tflite rows.csv --rate 50 --rules hop.json", 65,
      "hop.json: hop_rows: expected a number", "found '5'"),
    Mistake(
      "stream m.tflite rows.csv --rate 50 --rules known.json", 65,
      "known.json: known_windows.center: expected 12 numbers", "found 0"),
    Mistake("stream m.tflite rows.csv --rate 50 --plot rows.csv", 64, "take the place"),
    Mistake("stream m.tflite rows.csv --rate 50 --stateful --hop 5", 64, "--stateful", "50 rows"),
    Mistake(
      "fit-decisions m.tflite rows.csv --rate 50 --labels a b", 64, "1 recording(s), found 2"),
    Mistake("fit-decisions m.tflite events.csv --rate 50 --any-rate", 65, "column 'label'"),
    Mistake(
      "fit-decisions m.tflite rows.csv --rate 50 --any-rate --classes a,b,c,d,e", 65,
      "labels of the model's classes"),
  ]

  @Test(arguments: mistakes) func mistakesAreOneLine(_ mistake: Mistake) throws {
    let shell = try prepared()
    let files = [
      "empty.csv": "", "timeless.csv": "ax,ay\n1,2\n", "narrow.csv": "t_ms,ax,ay\n0,1,2\n",
      "bad.csv": "t_ms,ax,ay,az,gx,gy,gz\n0,1,2,3,4,5,6\n20,1,oops,3,4,5,6\n",
      "short.csv": "t_ms,ax,ay,az,gx,gy,gz\n0,1,2\n",
      "bad.jsonl": #"{"sensor":"acc","values":{"x":1,"y":1,"z":1},"time":0}"# + "\nnope\n",
      "sensorless.jsonl": #"{"values":{"x":1},"time":0}"# + "\n",
      "flat.jsonl": #"{"sensor":"acc","values":{"x":1,"y":2},"time":0}"# + "\n",
      "twice.csv": "t_ms,sensor,x,y,z\n0,acc,1,2,3\n1,accelerometer,1,2,3\n",
      "one.json": #"{"thresholds":0.9}"#, "rest.json": #"{"background":"rest"}"#,
      "hop.json": #"{"hop_rows":"5"}"#,
      "known.json": #"{"known_windows":{"center":[],"spread":[],"limit":1}}"#,
      "limit.json": #"{"known_windows":{"center":[],"spread":[]}}"#,
      "part.json": #"{"smoothing_hops":2.9}"#,
      "odd.json": #"{"threshold":1}"#, "wide.json": #"{"thresholds":{"2":3}}"#,
    ]
    for (name, text) in files { try writeFile(shell.folder.file(name), Array(text.utf8)) }
    let outcome = try shell.run(mistake.line)
    #expect(outcome.status == mistake.status, "\(outcome.errors)")
    #expect(outcome.errors.hasPrefix("error: "), "\(outcome.errors)")
    for part in mistake.says { #expect(outcome.errors.contains(part), "\(outcome.errors)") }
    let lines = outcome.errors.split(separator: "\n").filter { !$0.hasPrefix("See ") }
    #expect(lines.count == 1, "\(outcome.errors)")
  }
}
