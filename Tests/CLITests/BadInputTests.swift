// SPDX-License-Identifier: Apache-2.0

import MainspringNumPy
import Testing
import _MainspringTestSupport

/// Every bad input: one line that says where, what was expected and what came; the right exit
/// code; nothing left behind.
struct BadInputTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let line: String
    let status: Int32
    /// Parts of the one line.
    let says: [String]

    init(_ line: String, _ status: Int32, _ says: String...) {
      self.line = line
      self.status = status
      self.says = says
    }

    var testDescription: String { line }
  }

  /// The start of a line that ends in what to calibrate on.
  private static let int8 =
    "mainspring convert s.keras -o a.tflite --precision int8 --calibrate"

  static let cases: [Case] = [
    // Usage.
    Case("mainspring", 64, "missing command"),
    Case("mainspring konvert", 64, "'konvert'", "did you mean 'convert'?"),
    Case("mainspring convert gesture.h5", 64, "missing option '--output <file>'"),
    Case(
      "mainspring convert gesture.h5 -o a.tflite --precision 9", 64, "'9' is invalid",
      "f32, f16, dynamic-int8, int8 or int16x8"),
    Case(
      "mainspring convert gesture.h5 -o a.tflite --precison f16", 64, "did you mean '--precision'?"),
    Case("mainspring run gesture.h5", 64, "missing argument '<windows>'"),
    Case("mainspring run gesture.h5 windows.npy windows.npy", 64, "expected 1", "found 2"),
    Case("mainspring run gesture.h5 windows.npy -o a.npy -o b.npy", 64, "'--output' 1", "found 2"),
    Case("mainspring inspect gesture.tflite -a arch.json", 64, "'--architecture'", "TFLite"),
    Case("mainspring inspect gesture.tflite --window 9", 64, "'--window'", "TFLite"),
    Case("mainspring inspect ''", 64, "the path of the model is empty"),
    Case("mainspring inspect $'b\\xffad.h5'", 64, "argument 2", "UTF-8"),
    Case("mainspring convert gesture.h5 -o gesture.h5", 64, "take the place of the input"),
    Case(
      "mainspring convert gesture.h5 -o ./saved/../gesture.h5", 64, "take the place of the input"),
    Case("mainspring run gesture.h5 windows.npy -o windows.npy", 64, "take the place of the input"),
    Case("mainspring run gesture.h5 windows.npy -o /dev/stdout --json", 64, "'--json'"),
    Case(
      "MAINSPRING_CPU=fast mainspring run gesture.h5 windows.npy", 64, "MAINSPRING_CPU", "'fast'"),
    Case("mainspring convert s.keras -o a --precision int9", 64, "did you mean 'int8'?"),
    Case("mainspring convert s.keras -o a --precision f32,f32", 64, "'f32,f32' is invalid"),
    Case("mainspring convert s.keras -o a --precision int8", 64, "'--calibrate", "numpy.save"),
    Case("mainspring convert s.keras -o a --precision f32,int16x8", 64, "'--calibrate"),
    Case("mainspring convert --calibrate q.npy s.keras -o a", 64, "'<model>'", "'--calibrate"),
    Case("\(int8) q.npy --calibration kl", 64, "'kl'", "min-max", "percentile[:x]"),
    Case("\(int8) q.npy --calibration percentile:20", 64, "x from 50 to 100"),
    Case("\(int8) q.npy --max-drop 0.5", 64, "'0.5'", "percentage"),
    Case("\(int8) q.npy --max-drop 0.5%", 64, "'--evaluate'", "classes"),
    Case("\(int8) q.npy --evaluate q.npy --max-drop 0.5%", 64, "'--evaluate X.npy y.npy'"),
    Case("\(int8) q.npy --evaluate q.npy q.npy q.npy", 64, "'--evaluate'", "found 3"),
    Case("\(int8) q.npy --rate 50", 64, "'--rate' is for CSV recordings"),
    Case("\(int8) six.csv --channels ax,ay", 64, "names 2 channels", "expected 6"),
    Case("mainspring convert s.keras -o a --io float32", 64, "'--io'", "int8 and int16x8"),
    Case("mainspring convert s.keras -o a --min-agreement 99%", 64, "'--min-agreement' needs"),
    Case("mainspring convert s.keras -o a --skip-bad-windows", 64, "'--skip-bad-windows' needs"),
    Case("\(int8) a.tflite -o a.tflite", 64, "'--output' is given twice"),
    Case("mainspring convert s.keras -o q.npy --precision int8 --calibrate q.npy", 64, "the input"),
    Case("mainspring convert two.keras -o a --precision int8 --calibrate q.npy", 64, "2 inputs"),
    Case(
      "mainspring convert two.keras -o a --precision int8 --calibrate six.csv six.csv", 64,
      "one input"),
    // Missing input.
    Case("\(int8) nothing.npy", 66, "nothing.npy"),
    Case("\(int8) nothing.csv", 66, "nothing.csv", "no such file"),
    Case("\(int8) q.npy --evaluate q.npy nothing.npy", 66, "nothing.npy"),
    Case("mainspring inspect nothing.h5", 66, "nothing.h5", "no such file"),
    Case("mainspring inspect nothing.tflite", 66, "nothing.tflite"),
    Case("mainspring inspect .", 66, "directory"),
    Case("mainspring run gesture.h5 nothing.npy", 66, "nothing.npy"),
    Case("mainspring run gesture.h5 .", 66, "directory"),
    Case(
      "mainspring run m.weights.h5 windows.npy -a nothing.json", 66, "nothing.json"),
    // Bad data.
    Case("mainspring inspect empty.h5", 65, "empty.h5", "empty"),
    Case("mainspring inspect empty.tflite", 65, "empty.tflite", "0 bytes"),
    Case("mainspring inspect text.h5", 65, "text.h5", "expected an HDF5 file"),
    Case("mainspring inspect half.h5", 65, "half.h5"),
    Case("mainspring inspect half.keras", 65, "half.keras"),
    Case("mainspring inspect half.tflite", 65, "half.tflite", "byte"),
    Case("mainspring inspect bomb.h5", 65, "bomb.h5", "expected", "found"),
    Case("mainspring inspect m.weights.h5", 65, "m.weights.h5", "architecture"),
    Case("mainspring inspect m.weights.h5 -a other.keras", 65, "expected", "found"),
    Case("mainspring inspect m.weights.h5 -a text.h5", 65, "text.h5"),
    Case("mainspring inspect saved", 65, "SavedModel"),
    Case("mainspring convert flex.tflite -o a.tflite", 65, "flex.tflite", "Flex"),
    Case("mainspring run gesture.h5 rank.npy", 65, "rank.npy", "[windows, 50, 6]", "[300]"),
    Case("mainspring run gesture.h5 shape.npy", 65, "shape.npy", "[windows, 50, 6]", "[4, 50, 7]"),
    Case("mainspring run gesture.h5 fortran.npy", 65, "fortran.npy", "Fortran"),
    Case("mainspring run gesture.h5 integers.npy", 65, "integers.npy", "int64"),
    Case("mainspring run gesture.h5 half.npy", 65, "half.npy"),
    Case("mainspring run gesture.h5 text.h5", 65, "text.h5"),
    Case("mainspring run gesture.h5 windows.npy --labels windows.npy", 65, "windows.npy"),
    Case("mainspring run gesture.h5 windows.npy --labels labels.npy", 65, "[128]", "[64, 2]"),
    Case("mainspring run sequence.h5 sequence.npy --labels labels.npy", 65, "for each class"),
    Case("mainspring inspect evil.h5", 65, "M\\u{1b}[3m\\u{a}L"),
    // Bad windows to calibrate on or to measure with.
    Case("\(int8) shape.npy", 65, "shape.npy", "[windows, 50, 6]", "[4, 50, 7]"),
    Case("\(int8) nan.npy", 65, "nan.npy: window 2 at [1, 3]: expected a finite", "found nan"),
    Case("\(int8) inf.npy", 65, "inf.npy: window 2 at [1, 3]: expected a finite", "found -inf"),
    Case("\(int8) q.npy nan.npy", 65, "nan.npy: window 2 at [1, 3]"),
    Case("\(int8) q.npy --evaluate nan.npy", 65, "nan.npy: window 2 at [1, 3]"),
    Case("\(int8) flat.npy", 65, "flat.npy: window 0: expected a signal, found 0.0"),
    Case("\(int8) flat.npy --skip-bad-windows", 65, "flat.npy", "none that is usable (4 refused)"),
    Case("\(int8) none.npy", 65, "none.npy", "at least one window"),
    Case("\(int8) q.npy --evaluate q.npy labels.npy", 65, "labels.npy", "[120]", "[64, 2]"),
    Case("\(int8) huge.npy --calibration min-max", 65, "s.keras: 'lstm'", "expected", "found"),
    Case("\(int8) text.csv", 65, "text.csv: line 3, column 'ay'", "a number", "'high'"),
    Case("\(int8) short.csv", 65, "short.csv: line 3: expected 6 fields", "found 5"),
    Case("\(int8) back.csv --rate 50", 65, "back.csv: line 3, column 't_ms'", "not before"),
    Case("\(int8) five.csv", 65, "five.csv", "expected 6 channels", "found 5"),
    Case("\(int8) six.csv", 65, "six.csv", "at least 50 steps", "the longest of 2"),
    Case("\(int8) six.csv --rate 50", 65, "six.csv: line 1: expected a time column"),
    Case("\(int8) back.csv --time clock", 65, "back.csv", "a time column 'clock'"),
    Case("\(int8) six.csv --channels ax,ay,az,gx,gy,g", 65, "six.csv", "a column 'g'"),
    Case("\(int8) events.csv", 65, "events.csv", "'--rate'"),
    Case("\(int8) empty.csv", 65, "empty.csv: line 1: expected the names of columns"),
    Case(
      "mainspring convert int8.tflite -o a --precision int8 --calibrate q.npy", 65, "float model"),
    Case(
      "mainspring convert sequence.h5 -o a --calibrate sequence.npy --min-agreement 9%", 65, "class"
    ),
    // Our side: the disk and the installation.
    Case("mainspring convert s.keras -o nowhere/out --precision f32,f16", 70, "nowhere/out"),
    Case("mainspring convert s.keras -o text.h5 --precision f32,f16", 70, "text.h5", "directory"),
    Case("mainspring convert gesture.h5 -o nowhere/a.tflite", 70, "nowhere/a.tflite", "No such"),
    Case("mainspring convert gesture.h5 -o saved", 70, "saved", "directory"),
    Case("mainspring convert gesture.h5 -o /dev/full", 70, "/dev/full", "No space"),
    Case("mainspring run gesture.h5 windows.npy -o /dev/full", 70, "/dev/full", "No space"),
    Case("mainspring run gesture.h5 windows.npy -o nowhere/a.npy", 70, "nowhere/a.npy"),
    Case("mainspring run func.h5 func.npy -o a.npy -o /dev/full", 70, "/dev/full", "No space"),
    Case("mainspring run func.h5 func.npy -o a.npy -o ./a.npy", 64, "take the place of the output"),
    Case("mainspring inspect gesture.h5 > /dev/full", 70, "standard output", "No space"),
    Case("mainspring inspect gesture.h5 --reader /nowhere", 70, "/nowhere"),
  ]

  private func prepared() throws -> Shell {
    let shell = try Shell()
    for (fixture, name) in [
      ("geotec/gesture.h5", "gesture.h5"), ("geotec/windows.npy", "windows.npy"),
      ("conformance/models/k3_m1s.weights.h5", "m.weights.h5"),
      ("conformance/models/k3_cnn.keras", "other.keras"),
      ("conformance/tflite/tf_k3_mlp_fp32.tflite", "gesture.tflite"),
      ("conformance/special/flex_ops_must_be_rejected.tflite.bin", "flex.tflite"),
      ("storage/shape_bomb.h5", "bomb.h5"), ("conformance/layers/k3_LSTM.h5", "sequence.h5"),
      ("conformance/models/k2_func.h5", "func.h5"),
      ("conformance/models/k2_func.in0.npy", "func.npy"),
      ("conformance/models/k3_m1s.keras", "s.keras"), ("quantized/windows.npy", "q.npy"),
      ("conformance/models/k3_shared.keras", "two.keras"),
      ("quantized/gesture-int8.tflite", "int8.tflite"),
    ] {
      try shell.take(fixture, as: name)
    }
    func half(_ fixture: String, _ name: String) throws {
      let bytes = try readFile(Location.fixture(fixture))
      try writeFile(shell.folder.file(name), Array(bytes.prefix(bytes.count / 2)))
    }
    try half("geotec/gesture.h5", "half.h5")
    try half("conformance/models/k3_cnn.keras", "half.keras")
    try half("conformance/tflite/tf_k3_mlp_fp32.tflite", "half.tflite")
    try half("geotec/windows.npy", "half.npy")
    try writeFile(shell.folder.file("empty.h5"), [])
    try writeFile(shell.folder.file("empty.tflite"), [])
    try writeFile(shell.folder.file("text.h5"), Array("This is not a model.\n".utf8))
    let zeros = { (shape: [Int]) in
      NumPyArray(shape: shape, floats: [Float](repeating: 0, count: shape.reduce(1, *)))
        .serialized()
    }
    try writeFile(shell.folder.file("rank.npy"), zeros([300]))
    try writeFile(shell.folder.file("shape.npy"), zeros([4, 50, 7]))
    for (name, old, new) in [
      ("fortran.npy", "'fortran_order': False", "'fortran_order': True "),
      ("integers.npy", "'<f4'", "'<i8'"),
    ] {
      var text = zeros([name == "integers.npy" ? 2 : 1, 50, 6])
      if name == "integers.npy" { text = zeros([4, 50, 6]) }
      text.replace(Array(old.utf8), with: Array(new.utf8), maxReplacements: 1)
      try writeFile(shell.folder.file(name), text)
    }
    let sequence = try NPZ(path: Location.fixture("conformance/layers/k3_LSTM.npz")).floats("x")
    try writeFile(shell.folder.file("sequence.npy"), sequence.serialized())
    var labels = zeros([64, 2])
    labels.replace(Array("'<f4'".utf8), with: Array("'<i4'".utf8), maxReplacements: 1)
    try writeFile(shell.folder.file("labels.npy"), labels)
    // The text of an architecture is a string in the file: another of the same length fits.
    var evil = try readFile(Location.fixture("conformance/layers/k3_Dense.h5"))
    evil.replace(
      Array(#""class_name": "Dense", "config": {"name": "dense""#.utf8),
      with: Array(#""class_name":"M\u001b[3m\nL","config":{"name":"d""#.utf8))
    try writeFile(shell.folder.file("evil.h5"), evil)
    try writeBadWindows(shell)
    _ = try shell.run("mkdir saved && touch saved/saved_model.pb")
    return shell
  }

  private func writeBadWindows(_ shell: Shell) throws {
    let windows = try NumPyArray(path: Location.fixture("quantized/windows.npy"))
    let good = Array(windows.floats.prefix(4 * 300))
    for (name, value) in [("nan", .nan), ("inf", -.infinity), ("huge", 3e38)] as [(String, Float)] {
      var floats = good
      floats[2 * 300 + 9] = value
      try writeFile(
        shell.folder.file("\(name).npy"),
        NumPyArray(shape: [4, 50, 6], floats: floats).serialized())
    }
    for (name, count) in [("flat", 4), ("none", 0)] {
      let floats = [Float](repeating: 0, count: count * 300)
      try writeFile(
        shell.folder.file("\(name).npy"),
        NumPyArray(shape: [count, 50, 6], floats: floats).serialized())
    }
    let names = "ax,ay,az,gx,gy,gz"
    for (name, text) in [
      ("six", "\(names)\n1,2,3,4,5,6\n2,3,4,5,6,7\n"),
      ("text", "\(names)\n1,2,3,4,5,6\n1,high,3,4,5,6\n"),
      ("short", "\(names)\n1,2,3,4,5,6\n1,2,3,4,5\n"),
      ("back", "t_ms,\(names)\n9,1,2,3,4,5,6\n8,1,2,3,4,5,6\n"),
      ("five", "ax,ay,az,gx,gy\n1,2,3,4,5\n"), ("empty", ""),
      ("events", "t_ms,sensor,x,y,z\n1,a,1,2,3\n"),
    ] {
      try writeFile(shell.folder.file("\(name).csv"), Array(text.utf8))
    }
  }

  @Test(arguments: cases) func isRefusedInOneLine(test: Case) throws {
    let shell = try prepared()
    let before = try listFolder(shell.folder.path).sorted()
    let outcome = try shell.run(test.line)
    #expect(outcome.status == test.status, "\(outcome.errors)")
    #expect(outcome.output == "", "\(outcome.output)")
    let lines = outcome.errors.split(separator: "\n", omittingEmptySubsequences: false)
    // A usage error has a second line that says where to read more.
    #expect(lines.count == (test.status == 64 && lines.count == 3 ? 3 : 2), "\(outcome.errors)")
    #expect(outcome.errors.hasPrefix("error: "))
    for part in test.says { #expect(outcome.errors.contains(part), "\(outcome.errors)") }
    #expect(try listFolder(shell.folder.path).sorted() == before)
  }

  /// A file that was there stays as it was when writing its successor fails.
  @Test func aFullDiskLeavesTheOldFile() throws {
    let shell = try prepared()
    try writeFile(shell.folder.file("old.tflite"), Array("old".utf8))
    // A limit on file sizes is the disk a test can fill.
    let outcome = try shell.run(
      "trap '' XFSZ; ulimit -f 8; mainspring convert gesture.h5 -o old.tflite")
    #expect(outcome.status == 70, "\(outcome.errors)")
    #expect(outcome.errors.contains("old.tflite"))
    #expect(try readFile(shell.folder.file("old.tflite")) == Array("old".utf8))
    #expect(!(try listFolder(shell.folder.path)).contains { $0.contains("mainspring-") })
  }
}
