// SPDX-License-Identifier: Apache-2.0

import MainspringNumPy
import Testing
import _MainspringTestSupport

/// What files say of their models, on the command line.
struct ContractCommandTests {
  private static let labels = "seated\nstanding up\nwalking\nturning\nsitting down\n"
  private static let means: [Float] = [-9, 1, 0.5, 0, 0.25, -0.125]
  private static let deviations: [Float] = [4, 2, 3, 1, 0.5, 0.25]

  private func prepared() throws -> Shell {
    let shell = try Shell()
    try shell.take("geotec/gesture.h5", as: "m.h5")
    try shell.take("geotec/windows.npy", as: "x.npy")
    try writeFile(shell.folder.file("labels.txt"), Array(Self.labels.utf8))
    for (name, values) in [("mean", Self.means), ("std", Self.deviations)] {
      let array = NumPyArray(shape: [6], floats: values)
      try writeFile(shell.folder.file("\(name).npy"), array.serialized())
    }
    // What the model takes once it was scaled.
    let windows = try NumPyArray(path: Location.fixture("geotec/windows.npy"))
    var raw = windows.floats
    var scaled = windows.floats
    for index in raw.indices {
      let (mean, deviation) = (Self.means[index % 6], Self.deviations[index % 6])
      raw[index] = raw[index] * deviation + mean
      scaled[index] = (raw[index] - mean) / deviation
    }
    for (name, values) in [("raw", raw), ("scaled", scaled)] {
      let array = NumPyArray(shape: windows.shape, floats: values)
      try writeFile(shell.folder.file("\(name).npy"), array.serialized())
    }
    return shell
  }

  private static let full = """
    mainspring convert m.h5 -o a.tflite --labels labels.txt --mean mean.npy --std std.npy \
    --sample-rate 50 --hop 25 --channels ax,ay,az,gx,gy,gz --units m/s²,m/s²,m/s²,1/s,1/s,1/s
    """

  @Test func isShownAndTakenBackIn() throws {
    let shell = try prepared()
    let outcome = try shell.run(
      """
      set -e
      \(Self.full)
      mainspring inspect a.tflite --json > all.json
      mainspring convert m.h5 -o b.tflite --contract all.json
      cmp a.tflite b.tflite
      mainspring convert a.tflite -o c.tflite
      cmp a.tflite c.tflite
      mainspring convert m.h5 -o d.tflite --contract all.json --sample-rate 100
      mainspring inspect d.tflite | grep time
      mainspring inspect a.tflite
      """)
    #expect(outcome.status == 0 && outcome.errors == "", "\(outcome.errors)")
    for line in [
      "  time        100 rows a second, 50 rows a window, a window every 25 rows\n",
      "  time        50 rows a second, 50 rows a window, a window every 25 rows\n",
      "  channels    ax (m/s²), ay (m/s²), az (m/s²), gx (1/s), gy (1/s), gz (1/s)\n",
      "  scaler      (x − -9.0) / 4.0, (x − 1.0) / 2.0, ",
      "  labels      seated, standing up, walking, turning, sitting down\n",
      "  self-test   2 windows, outputs within 0.000",
    ] { #expect(outcome.output.contains(line), "\(line)") }
    // What viewers show of a file: descriptions.
    let file = String(decoding: try readFile(shell.folder.file("a.tflite")), as: UTF8.self)
    for text in [
      "50 rows at 50 Hz of ax (m/s²), ay (m/s²), az (m/s²), gx (1/s), gy (1/s), gz (1/s); "
        + "normalised by (x − -9.0) / 4.0, ", "seated, standing up, walking, turning, sitting down",
    ] { #expect(file.contains(text), "\(text)") }
    let json = String(decoding: try readFile(shell.folder.file("all.json")), as: UTF8.self)
    #expect(json.contains(#""channels":[{"name":"ax","unit":"m/s²"},"#))
    #expect(json.contains(#""sample_rate_hz":50.0,"window_rows":50,"hop_rows":25"#))
    #expect(json.contains(#""associated_files":[{"name":"labels.txt","read":true}]"#))
  }

  @Test func rulesOfDecisionAreTakenIn() throws {
    let shell = try prepared()
    let outcome = try shell.run(
      """
      set -e
      cat > c.json <<'JSON'
      {"outputs":[{"labels":["a","b","c","d","e"]}],
       "rules":{"smoothing_hops":3,"thresholds":{"b":0.75},"min_duration_s":0.1,"refractory_s":1.5,
        "rearm":0.5,"background":["c"],"known_windows":{"center":[0,0,0,0,0,0,1,1,1,1,1,1],
        "spread":[1,1,1,1,1,1,1,1,1,1,1,1],"limit":3.5}}}
      JSON
      mainspring convert m.h5 -o a.tflite --contract c.json
      mainspring inspect a.tflite --json > d.json
      mainspring convert m.h5 -o b.tflite --contract d.json
      cmp a.tflite b.tflite
      cat d.json
      """)
    #expect(outcome.status == 0 && outcome.errors == "", "\(outcome.errors)")
    #expect(
      outcome.output.contains(
        #""thresholds":{"a":0.5,"b":0.75,"c":0.5,"d":0.5,"e":0.5},"min_duration_s":0.1,"#
          + #""refractory_s":1.5,"rearm":0.5,"background":["c"],"known_windows":{"center":[0.0,"#),
      "\(outcome.output)")
  }

  /// Names that repeat cannot name a class: its number does.
  @Test func namesOfClassesMayRepeat() throws {
    let shell = try prepared()
    let outcome = try shell.run(
      """
      set -e
      cat > c.json <<'JSON'
      {"outputs":[{"labels":["rest","walk","rest","walk","fall"]}],
       "rules":{"smoothing_hops":1,"thresholds":[0.5,0.6,0.7,0.8,0.9],"background":[2,"fall"]}}
      JSON
      mainspring convert m.h5 -o a.tflite --contract c.json
      mainspring inspect a.tflite --json > d.json
      mainspring convert m.h5 -o b.tflite --contract d.json
      cmp a.tflite b.tflite
      grep -o '"background":.[^]]*' d.json
      sed -i 's/2,"fall"/"rest"/' c.json
      mainspring convert m.h5 -o c.tflite --contract c.json
      """)
    #expect(outcome.output.contains(#""background":[2,4"#), "\(outcome.output)")
    #expect(
      outcome.status == 65
        && outcome.errors
          == "error: c.json: rules: expected numbers of classes where names repeat, found 'rest'\n",
      "\(outcome.errors)")
  }

  @Test func windowsAreRawUnlessSaidOtherwise() throws {
    let shell = try prepared()
    let outcome = try shell.run(
      """
      set -e
      mainspring convert m.h5 -o plain.tflite
      \(Self.full)
      mainspring run plain.tflite scaled.npy -o plain.npy
      mainspring run a.tflite raw.npy -o raw_out.npy
      mainspring run a.tflite scaled.npy --already-scaled -o scaled_out.npy
      cmp plain.npy raw_out.npy && cmp plain.npy scaled_out.npy
      mainspring compare m.h5 a.tflite --inputs raw.npy > /dev/null
      mainspring compare m.h5 a.tflite --inputs scaled.npy --already-scaled > /dev/null
      echo '{"mean_":[-9,1,0.5,0,0.25,-0.125],"scale_":[4,2,3,1,0.5,0.25]}' > scaler.json
      mainspring convert m.h5 -o s.tflite --scaler scaler.json
      echo "{\\"inputs\\":[{\\"scaler\\":$(cat scaler.json)}]}" > whole.json
      mainspring convert m.h5 -o w.tflite --contract whole.json && cmp s.tflite w.tflite
      mainspring run s.tflite raw.npy -o s.npy && cmp s.npy plain.npy
      mainspring bench a.tflite --input raw.npy -n 10 > /dev/null
      """)
    #expect(outcome.status == 0 && outcome.errors == "", "\(outcome.errors)")
  }

  /// Parts a contract lacks stay as the model has them.
  @Test func aContractChangesOnlyItsParts() throws {
    let shell = try prepared()
    let outcome = try shell.run(
      """
      set -e
      \(Self.full)
      echo '{"inputs":[{"channels":[{"name":"u"},{"name":"v"},{"name":"w"},{"name":"p"},\
      {"name":"q"},{"name":"r"}]}]}' > names.json
      mainspring convert a.tflite -o b.tflite --contract names.json
      mainspring run a.tflite raw.npy -o a.npy > /dev/null
      mainspring run b.tflite raw.npy -o b.npy > /dev/null
      cmp a.npy b.npy
      mainspring inspect b.tflite
      """)
    #expect(outcome.status == 0 && outcome.errors == "", "\(outcome.errors)")
    #expect(outcome.output.contains("  channels    u, v, w, p, q, r"), "\(outcome.output)")
    #expect(outcome.output.contains("  scaler      "), "\(outcome.output)")
    #expect(outcome.output.contains("  labels      "), "\(outcome.output)")
  }

  /// A model without a scaler gets the windows that the others get, and it is said.
  @Test func evaluateTellsWhatItScales() throws {
    let shell = try prepared()
    let answers = try NumPyArray(path: Location.fixture("geotec/expected.npy"))
    let classes = stride(from: 0, to: answers.floats.count, by: 5).map { first in
      let window = answers.floats[first..<first + 5]
      let best = window.indices.max { window[$0] < window[$1] } ?? first
      // The bits of an integer.
      return Float(bitPattern: UInt32(best - first))
    }
    try writeFile(
      shell.folder.file("classes.npy"),
      NumPyArray(shape: [classes.count], floats: classes).serialized())
    let outcome = try shell.run(
      """
      set -e
      sed -i 's/<f4/<i4/' classes.npy
      \(Self.full) > /dev/null
      mainspring convert m.h5 -o plain.tflite > /dev/null
      data="classes.npy --min-accuracy 0 --min-recall 0 --max-excess 1 --json"
      mainspring evaluate a.tflite plain.tflite raw.npy $data > both.json
      mainspring evaluate plain.tflite scaled.npy $data > alone.json
      grep -o '"accuracy":[0-9.]*' both.json alone.json
      """)
    #expect(outcome.status == 0)
    #expect(
      outcome.errors
        == "note: plain.tflite: carries no scaler; its windows are scaled as those of the other "
        + "models\n")
    #expect(
      outcome.output == """
        both.json:"accuracy":1.0
        both.json:"accuracy":1.0
        alone.json:"accuracy":1.0

        """)
  }

  @Test func calibrationWindowsAreRaw() throws {
    let shell = try prepared()
    let scaler = "--mean mean.npy --std std.npy"
    let int8 = "mainspring convert m.h5 --precision int8 --calibration min-max"
    let outcome = try shell.run(
      """
      set -e
      \(int8) -o a.tflite \(scaler) --calibrate raw.npy
      \(int8) -o b.tflite \(scaler) --calibrate scaled.npy --already-scaled
      cmp a.tflite b.tflite
      mainspring inspect a.tflite
      mainspring check a.tflite --inputs raw.npy --count 50 --json
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("  calibrated  min-max"))
    #expect(outcome.output.contains("  range       "))
    #expect(outcome.output.contains(#"{"verdict":"responsive""#))
  }

  @Test func evaluateTakesLabelsAndScalerOfTheModel() throws {
    let shell = try Shell()
    for name in ["cnn_lstm.h5", "gesture.npy", "gesture-classes.npy", "mean.npy", "std.npy"] {
      try shell.take("check/\(name)", as: name)
    }
    let data = "gesture.npy gesture-classes.npy --min-accuracy 0 --min-recall 0 --max-excess 1"
    let outcome = try shell.run(
      """
      set -e
      seq -f 'name %g' 0 196 > labels.txt
      scaler="--mean mean.npy --std std.npy"
      mainspring convert cnn_lstm.h5 -o a.tflite --labels labels.txt $scaler --no-check
      mainspring evaluate cnn_lstm.h5 \(data) $scaler --labels labels.txt --json > a.json
      mainspring evaluate cnn_lstm.h5 a.tflite \(data) --json > b.json
      mainspring check cnn_lstm.h5 a.tflite --inputs gesture.npy --count 100 > check.txt
      cut -c1-60 a.json
      grep -o '"accuracy":[0-9.]*' a.json b.json
      grep -c '"name 12"' a.json b.json
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n")
    let figures = Set(lines.filter { $0.contains("accuracy") }.map { $0.split(separator: ":")[2] })
    #expect(figures.count == 1, "\(outcome.output)")
    #expect(lines.contains("a.json:1") && lines.contains("b.json:1"), "\(outcome.output)")
  }

  /// Windows that are not what the scaler in the file is for.
  @Test func checkNamesTheWrongScaler() throws {
    let shell = try Shell()
    for name in ["cnn_lstm.h5", "gesture.npy"] { try shell.take("check/\(name)", as: name) }
    let outcome = try shell.run(
      """
      echo '{"mean":[0],"std":[1000]}' > wrong.json
      mainspring convert cnn_lstm.h5 -o c.tflite --scaler wrong.json --no-check
      mainspring check c.tflite --inputs gesture.npy --count 100
      """)
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("behind the scaler"), "\(outcome.errors)")
  }

  /// A file whose weights are not those it was made with.
  @Test func refusesAModelThatAnswersOtherwise() throws {
    let shell = try prepared()
    #expect(try shell.run("mainspring convert m.h5 -o a.tflite").status == 0)
    var bytes = try readFile(shell.folder.file("a.tflite"))
    // The other sign for what looks like a weight, and not like an offset.
    for place in stride(from: bytes.count / 2, to: bytes.count - 1000, by: 4) {
      let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) }
      if (1e-4...2).contains(abs(Float(bitPattern: bits))) { bytes[place + 3] ^= 0x80 }
    }
    try writeFile(shell.folder.file("b.tflite"), bytes)
    let refused = try shell.run("mainspring run b.tflite x.npy")
    #expect(refused.status == 65 && refused.output == "")
    #expect(
      refused.errors.hasPrefix("error: b.tflite: self-test: window ")
        && refused.errors.contains(": expected ") && refused.errors.contains(", found ")
        && refused.errors.split(separator: "\n").count == 1, "\(refused.errors)")
    #expect(try shell.run("mainspring run b.tflite x.npy --no-self-test").status == 0)
    let stream = "printf 't_ms,a,b,c,d,e,f\\n0,1,2,3,4,5,6\\n' | mainspring stream b.tflite -"
    #expect(try shell.run("\(stream) --rate 50").status == 65)
    #expect(try shell.run("\(stream) --rate 50 --no-self-test").status == 0)
    #expect(
      try shell.run(
        """
        mainspring convert m.h5 -o c.tflite --no-self-test
        mainspring inspect c.tflite | grep self-test
        """
      ).output.contains("self-test") == false)
  }

  @Test func streamsAreRawUnlessSaidOtherwise() throws {
    let shell = try prepared()
    var random = SplitMix64(seed: 4)
    let head = "t_ms,ax,ay,az,gx,gy,gz\n"
    var rows = (raw: head, scaled: head)
    for row in 0..<200 {
      let values = (0..<6).map { _ in (random.float(from: -2, to: 2) * 64).rounded() / 64 }
      rows.scaled += "\(row * 20)," + values.map { "\($0)" }.joined(separator: ",") + "\n"
      let raw = values.indices.map { values[$0] * Self.deviations[$0] + Self.means[$0] }
      rows.raw += "\(row * 20)," + raw.map { "\($0)" }.joined(separator: ",") + "\n"
    }
    try writeFile(shell.folder.file("raw.csv"), Array(rows.raw.utf8))
    try writeFile(shell.folder.file("scaled.csv"), Array(rows.scaled.utf8))
    let outcome = try shell.run(
      """
      set -e
      mainspring convert m.h5 -o plain.tflite
      \(Self.full)
      classes=$(paste -sd, labels.txt)
      mainspring stream plain.tflite scaled.csv --rate 50 --classes "$classes" > a.txt
      mainspring stream a.tflite raw.csv --rate 50 > b.txt
      mainspring stream a.tflite scaled.csv --rate 50 --already-scaled > c.txt
      mainspring stream a.tflite raw.csv --rate 50 --whole > d.txt
      cmp a.txt b.txt && cmp a.txt c.txt && cmp a.txt d.txt
      grep -c '"class"' a.txt
      """)
    #expect(outcome.status == 0 && outcome.errors == "", "\(outcome.errors)\(outcome.output)")
  }

  static let mistakes: [(String, Int32, String)] = [
    ("--labels few.txt", 65, "few.txt: expected 5 names, found 2"),
    ("--labels labels.txt --labels labels.txt", 64, "'--labels' is given 2 times"),
    ("--mean mean.npy", 64, "'--mean' needs '--std'"),
    ("--mean short.npy --std short.npy", 64, "'--mean' holds 3 numbers, expected 6"),
    ("--mean mean.npy --std zero.npy", 65, "zero.npy: number 0: expected one above 0, found 0.0"),
    ("--scaler bad.json", 65, "bad.json: std: expected finite numbers"),
    ("--scaler s.json --std std.npy", 64, "'--scaler' holds what '--std' says"),
    ("--channels a,b", 64, "'--channels' names 2 channels, expected 6"),
    ("--channels a,b,c,a,e,f", 64, "'--channels' names 'a' twice: channels 1 and 4"),
    (
      "--contract twice.json", 65,
      "twice.json: inputs[0].channels[2].name: expected a name that no other channel has, found "
        + "'ay', as channels[1] has it"
    ),
    ("--units g", 64, "'--units' needs '--channels'"),
    ("--channels a,b,c,d,e,f --units g,h", 64, "'--units' names 2 units, expected 6"),
    ("--contract labels.txt", 65, "labels.txt: expected a JSON object, found no JSON"),
    ("--contract five.json", 65, "five.json: contract: expected an object"),
    ("--contract odd.json", 65, "odd.json: contract: expected inputs, outputs, "),
    (
      "--contract small.json", 65,
      "small.json: contract: output 0: labels: expected 5, found 1"
    ),
    ("--contract none.json", 66, "none.json"),
    ("--contract scaler.json", 65, "inputs[0].scaler: expected mean, std, found 'sdt'"),
    (
      "--contract known.json", 65,
      "rules.known_windows: expected center, spread, limit, found 'limits'"
    ),
    ("--contract rearm.json", 65, "rules: rearm: expected a number from 0 to 1, found 2.0"),
    ("--contract hop.json", 65, "hop.json: hop_rows: expected a number, found 'ten'"),
    ("--already-scaled", 64, "'--already-scaled' needs '--calibrate' or '--evaluate'"),
  ]

  @Test(arguments: mistakes.indices) func saysWhatIsWrong(index: Int) throws {
    let shell = try prepared()
    let (options, status, message) = Self.mistakes[index]
    for (name, values) in [("short", [1, 2, 3]), ("zero", [0, 1, 1, 1, 1, 1])]
      as [(String, [Float])]
    {
      let array = NumPyArray(shape: [values.count], floats: values)
      try writeFile(shell.folder.file("\(name).npy"), array.serialized())
    }
    let outcome = try shell.run(
      """
      printf 'a\\nb\\n' > few.txt
      echo '{"mean":[1],"std":["x"]}' > bad.json
      echo '{"mean":[1],"std":[1]}' > s.json
      echo '{"lables":[]}' > odd.json
      echo '{"contract":5}' > five.json
      echo '{"outputs":[{"labels":["a"]}]}' > small.json
      echo '{"inputs":[{"scaler":{"mean":[1],"sdt":[1]}}]}' > scaler.json
      rules='"rules":{"smoothing_hops":1,"thresholds":[1,1,1,1,1]'
      echo "{$rules,"'"known_windows":{"limits":1}}}' > known.json
      echo "{$rules,"'"rearm":2}}' > rearm.json
      echo '{"hop_rows":"ten"}' > hop.json
      channels='"channels":[{"name":"ax"},{"name":"ay"},{"name":"ay"}]'
      echo "{"'"inputs":[{'"$channels"'}]}' > twice.json
      mainspring convert m.h5 -o a.tflite \(options)
      """)
    #expect(outcome.status == status, "\(outcome.errors)")
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
    #expect(outcome.errors.split(separator: "\n").count <= 2)
    #expect(try !listFolder(shell.folder.path).contains("a.tflite"))
  }
}
