// SPDX-License-Identifier: Apache-2.0

import MainspringConvert
import MainspringGraph
import Testing
import _MainspringTestSupport

@testable import MainspringCLI

/// What `fit-decisions` says of rules against what they do, on recordings made here.
struct FitDecisionsTests {
  /// A class for each of three channels, the one with the largest mean over 10 rows; and recordings
  /// of class 0 with a gesture 1 and a gesture 2, which is stronger in every other recording.
  private func prepared() throws -> Shell {
    let shell = try Shell()
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 10, 3]))
    let mean = try graph.add(
      .reduce(Reduce(kind: .mean, axes: [1], keepsAxes: false)), to: x, name: "mean")
    try graph.addOutput(try graph.add(.softmax(Softmax()), to: mean, name: "y"))
    try writeFile(shell.folder.file("m.tflite"), try convert(graph))
    var text = "rec,t_ms,a,b,c,label\n"
    for part in 0..<6 {
      for step in 0..<350 { text += Self.row(part, step) }
    }
    try writeFile(shell.folder.file("rows.csv"), Array(text.utf8))
    return shell
  }

  private static func row(_ part: Int, _ step: Int) -> String {
    let label = (80..<130).contains(step) ? 1 : (200..<260).contains(step) ? 2 : 0
    let height = label == 2 && part % 2 == 1 ? 12 : 4
    let values = (0..<3).map { channel in
      // Not one window is like another.
      let noise = Double((step * 37 + part * 11 + channel * 53) % 100) / 100
      return "\(Double(channel == label ? height : 0) + noise)"
    }
    return "\(part),\(step * 20),\(values.joined(separator: ",")),\(label)\n"
  }

  private let options = "m.tflite rows.csv --rate 50 --hop 2"

  private func sum(_ report: Substring, _ names: [String]) -> Int {
    names.reduce(0) { total, name in
      String(report).split(separator: "\"\(name)\":").dropFirst().reduce(total) {
        $0 + (Int($1.prefix { $0.isNumber }) ?? 0)
      }
    }
  }

  @Test func rulesMakeTheEventsThatAreReported() throws {
    let shell = try prepared()
    var reports: [Substring] = []
    for known in ["", "--known-windows"] {
      let outcome = try shell.run(
        """
        set -e
        mainspring fit-decisions \(options) --background 0 \(known) -o rules.json --json
        mainspring stream \(options) --rules rules.json --events | grep -c '"event":'
        """)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let lines = outcome.output.split(separator: "\n")
      try #require(lines.count == 2, "\(outcome.output)")
      let reported = sum(lines[0], ["found", "wrong", "false_alarms"])
      #expect(reported > 5 && lines[1] == "\(reported)", "\(known): \(outcome.output)")
      reports.append(lines[0])
    }
    // What strong gestures look like was held back, and none of them is known.
    try #require(reports.count == 2)
    #expect(sum(reports[0], ["found"]) == 12 && sum(reports[1], ["found"]) == 9, "\(reports)")
  }

  @Test func labelsBelongToTimesAndNotToTheOrderOfReading() throws {
    let shell = try prepared()
    let outcome = try shell.run(
      """
      set -e
      for delay in 0 300 1000; do
        mainspring fit-decisions \(options) --background 0 --reorder $delay --json
      done
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.count == 3 && Set(lines).count == 1, "\(outcome.output)")
  }

  @Test func labelsAreFoundByTime() {
    var track = LabelTrack()
    #expect(track.label(at: 5) == nil)
    for (time, label) in [(10, "a"), (30, "b"), (20, "a"), (40, "b"), (35, "c")] {
      track.add(label, at: Int64(time))
    }
    #expect(
      [29, 30, 34, 35, 39, 40, 90].map { track.label(at: $0) } == [
        "a", "b", "b", "c", "c", "b", "b",
      ])
    for time in 0..<1_000_000 { track.add("d", at: Int64(100 + time)) }
    #expect(track.label(at: 2_000_000) == "d")
  }

  @Test func aBudgetThatIsNotHeldWritesNothing() throws {
    let shell = try prepared()
    // Something that only the held-back recordings have, and that is as sure as can be.
    let outcome = try shell.run(
      """
      while IFS=, read -r rec time a b c label; do
        if [ "$rec" = 1 ] && [ "${#time}" = 4 ] && [ "$time" -ge 6400 ] && [ "$time" -lt 6900 ]; then
          b=40
        fi
        echo "$rec,$time,$a,$b,$c,$label"
      done < rows.csv > alarm.csv
      fit() { mainspring fit-decisions m.tflite alarm.csv --rate 50 --hop 2 --background 0 "$@"; }
      fit --max-false-alarms-per-hour 1 -o rules.json; echo "status $?"
      ls rules.json 2> /dev/null
      fit --max-false-alarms-per-hour 1 -o /dev/stdout > out; echo "status $?"
      wc -c < out
      fit --max-false-alarms-per-hour 1000 -o rules.json > report; echo "status $?"
      ls rules.json
      """)
    #expect(outcome.output.contains(" 1 false alarms in "), "\(outcome.output)")
    #expect(
      outcome.output.hasSuffix("status 1\nstatus 1\n0\nstatus 0\nrules.json\n"),
      "\(outcome.output)\(outcome.errors)")
    #expect(
      outcome.errors.contains(
        "error: held-back recordings: expected at most 1.0 false alarms an hour, found "),
      "\(outcome.errors)")
  }

  @Test(arguments: [2, 10, 50]) func minutesAreThoseOfWindows(hop: Int) throws {
    let shell = try prepared()
    let outcome = try shell.run(
      "mainspring fit-decisions m.tflite rows.csv --rate 50 --hop \(hop) --json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    // Three recordings of 350 rows at 50 Hz; at a hop of 50, seven windows of 10 rows of each.
    let minutes = hop == 50 ? 3.0 * 7 * 10 / 50 / 60 : 0.35
    for part in outcome.output.split(separator: #""minutes":"#).dropFirst() {
      let found = try #require(Double(part.prefix { $0 != "," }))
      #expect(abs(found - minutes) < 1e-9)
    }
  }
}
