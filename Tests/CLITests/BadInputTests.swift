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

  static let cases: [Case] = [
    // Usage.
    Case("mainspring", 64, "missing command"),
    Case("mainspring konvert", 64, "'konvert'", "did you mean 'convert'?"),
    Case("mainspring convert gesture.h5", 64, "missing option '--output <file>'"),
    Case(
      "mainspring convert gesture.h5 -o a.tflite --precision 9", 64, "'9' is invalid", "f32 or f16"),
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
    // Missing input.
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
    // Our side: the disk and the installation.
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
    _ = try shell.run("mkdir saved && touch saved/saved_model.pb")
    return shell
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
