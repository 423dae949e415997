// SPDX-License-Identifier: Apache-2.0

import MainspringNumPy
import Testing
import _MainspringTestSupport

/// Recordings as windows to calibrate on.
struct RecordingInputTests {
  /// Two recordings of 800 rows at about 100 Hz, and the same numbers as windows.
  private func prepared() throws -> Shell {
    let shell = try Shell()
    try shell.take("conformance/models/k3_m1s.keras", as: "m.keras")
    var random = SplitMix64(seed: 41)
    var rows = "rec,t_ms,ax,ay,az,gx,gy,gz,label\n"
    var plain = "gz,ax,gx,ay,gy,az\n"
    var windows: [Float] = []
    for recording in 1...2 {
      var values = random.floats(6)
      var steps: [[Float]] = []
      for row in 0..<800 {
        for channel in 0..<6 {
          values[channel] =
            ((0.95 * values[channel] + random.float(from: -0.5, to: 0.5)) * 4096)
            .rounded() / 4096
        }
        steps.append(values)
        rows += "\(recording),\(row * 10),"
        rows += values.map { "\($0)" }.joined(separator: ",") + ",WALK\n"
        if recording == 1 {
          plain += [5, 0, 3, 1, 4, 2].map { "\(values[$0])" }.joined(separator: ",") + "\n"
        }
      }
      // Every second row is on the grid of 50 Hz.
      let grid = stride(from: 0, to: 800, by: 2).map { steps[$0] }
      for start in stride(from: 0, through: grid.count - 50, by: 5) {
        windows += grid[start..<start + 50].flatMap { $0 }
      }
    }
    try writeFile(shell.folder.file("a.csv"), Array(rows.utf8))
    try writeFile(shell.folder.file("plain.csv"), Array(plain.utf8))
    try writeFile(
      shell.folder.file("windows.npy"),
      NumPyArray(shape: [windows.count / 300, 50, 6], floats: windows).serialized())
    return shell
  }

  private static let convert =
    "mainspring convert m.keras --precision int8 --calibration min-max -o"

  @Test func aRecordingGivesTheModelThatItsWindowsGive() throws {
    let outcome = try prepared().run(
      """
      set -e
      \(Self.convert) a.tflite --calibrate windows.npy --sample-rate 50 --hop 5
      \(Self.convert) b.tflite --calibrate a.csv --rate 50 --hop 5
      \(Self.convert) c.tflite --calibrate a.csv --rate 50 --hop 5 --time t_ms:ms \
        --channels ax,ay,az,gx,gy,gz
      \(Self.convert) d.tflite --calibrate windows.npy --sample-rate 50 --hop 5 \
        --channels ax,ay,az,gx,gy,gz
      cmp a.tflite b.tflite && cmp c.tflite d.tflite
      """)
    #expect(outcome.status == 0 && outcome.errors == "", "\(outcome.errors)\(outcome.output)")
  }

  @Test func rowsAreTakenAsTheyAreWithoutARate() throws {
    let outcome = try prepared().run(
      """
      set -e
      \(Self.convert) a.tflite --calibrate plain.csv --channels ax,ay,az,gx,gy,gz --evaluate plain.csv
      head -n 801 a.csv | cut -d, -f3-8 > b.csv
      \(Self.convert) b.tflite --calibrate b.csv --channels ax,ay,az,gx,gy,gz --evaluate b.csv
      cmp a.tflite b.tflite
      """)
    #expect(outcome.status == 0, "\(outcome.errors)\(outcome.output)")
    // 800 rows, half a window apart.
    #expect(outcome.output.contains("on 31 windows of --evaluate"))
  }

  @Test func eventsOfSensorsArePutOnOneClock() throws {
    let shell = try prepared()
    let outcome = try shell.run(
      """
      set -e
      awk -F, 'NR == 1 { print "t_ms,sensor,x,y,z" }
        NR > 1 && $1 == 1 { print $2 ",g," $6 "," $7 "," $8; print $2 ",a," $3 "," $4 "," $5 }' \
        a.csv > events.csv
      awk -F, 'NR == 1 || $1 == 1' a.csv > one.csv
      \(Self.convert) a.tflite --calibrate events.csv --rate 50
      \(Self.convert) b.tflite --calibrate one.csv --rate 50
      cmp a.tflite b.tflite
      """)
    #expect(outcome.status == 0, "\(outcome.errors)\(outcome.output)")
  }

  @Test func gapsAreSaid() throws {
    let outcome = try prepared().run(
      """
      awk -F, 'NR == 1 || $2 < 3000 || $2 >= 3200' a.csv > gap.csv
      \(Self.convert) a.tflite --calibrate gap.csv --rate 50
      """)
    #expect(outcome.status == 0)
    #expect(
      outcome.errors.contains("note: gap.csv: 4 windows left out across gaps\n"),
      "\(outcome.errors)")
  }

  @Test func pausesAreAllowedByAnOption() throws {
    let shell = try prepared()
    // Every sixth row: pauses of three periods and a little, everywhere.
    let outcome = try shell.run(
      """
      awk -F, -v OFS=, 'NR == 1 { print } NR > 1 && NR % 6 == 2 { $2 *= 1.02; print }' a.csv > slow.csv
      \(Self.convert) a.tflite --calibrate slow.csv --rate 50 && exit 1
      \(Self.convert) b.tflite --calibrate slow.csv --rate 50 --max-gap 4
      """)
    #expect(outcome.status == 0)
    #expect(
      outcome.errors.contains(
        """
        error: slow.csv: expected 50 steps without a gap for a window, found pauses of up to 3.1 \
        periods in all 30 windows; '--max-gap' allows longer ones than 3.0

        """), "\(outcome.errors)")
    let usage = try shell.run("\(Self.convert) c.tflite --calibrate a.csv --max-gap 4")
    #expect(usage.status == 64 && usage.errors.contains("'--max-gap' is in periods of '--rate'"))
  }

  /// Radio delivers events in bursts: with the usual limit no window is left.
  @Test(.enabled(if: Location.hasShared, "needs ../shared"))
  func burstsOfEventsCalibrateToo() throws {
    let path = Location.shared(
      "data/silksong-watch/voice_20251017_143627_session_events.csv")
    let outcome = try prepared().run(
      """
      \(Self.convert) a.tflite --calibrate '\(path)' --rate 50 && exit 1
      \(Self.convert) b.tflite --calibrate '\(path)' --rate 50 --max-gap 25
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("'--max-gap' allows longer ones than 3.0"))
  }
}
