// SPDX-License-Identifier: Apache-2.0

import MainspringNumPy
import Testing
import _MainspringTestSupport

/// The commands doing their work.
struct CommandTests {
  private func prepared() throws -> Shell {
    let shell = try Shell()
    try shell.take("geotec/gesture.h5", as: "gesture.h5")
    try shell.take("geotec/windows.npy", as: "windows.npy")
    return shell
  }

  @Test func convertsAndRuns() throws {
    let shell = try prepared()
    let expected = try NumPyArray(path: Location.fixture("geotec/expected.npy"))
    let lines = [
      "mainspring convert gesture.h5 -o gesture.tflite",
      "mainspring run gesture.tflite windows.npy -o file.npy",
      "mainspring run gesture.h5 windows.npy -o keras.npy",
    ]
    for line in lines {
      let outcome = try shell.run(line)
      #expect(outcome.status == 0 && outcome.errors == "", "\(line): \(outcome.errors)")
    }
    let file = try NumPyArray(path: shell.folder.file("file.npy"))
    #expect(file.shape == [128, 5])
    #expect(difference(file.floats, expected.floats, within: .close(1e-5)) == nil)
    #expect(try NumPyArray(path: shell.folder.file("keras.npy")) == file)
    // Nothing but what was asked for is left in the folder.
    let left = try listFolder(shell.folder.path).sorted()
    #expect(
      left == [
        "file.npy", "gesture.h5", "gesture.tflite", "keras.npy", "line.sh", "stderr", "stdout",
        "windows.npy",
      ])
  }

  @Test func conversionIsReproducible() throws {
    let shell = try prepared()
    for options in ["", "--precision f16", "--recurrent while", "--recurrent unrolled"] {
      let outcome = try shell.run(
        """
        mainspring convert gesture.h5 -o a.tflite \(options) &&
        mainspring convert gesture.h5 -o b.tflite \(options) && cmp a.tflite b.tflite
        """)
      #expect(outcome.status == 0, "\(options): \(outcome.errors)")
    }
  }

  @Test func everyFormGivesTheSameClasses() throws {
    let shell = try prepared()
    let expected = try NumPyArray(path: Location.fixture("geotec/expected.npy"))
    for options in ["--recurrent while", "--recurrent unrolled", "--precision f16"] {
      let outcome = try shell.run(
        """
        mainspring convert gesture.h5 -o a.tflite \(options) &&
        mainspring run a.tflite windows.npy -o a.npy
        """)
      #expect(outcome.status == 0, "\(options): \(outcome.errors)")
      let found = try NumPyArray(path: shell.folder.file("a.npy"))
      let tolerance: Float = options.contains("f16") ? 6e-3 : 1e-5
      #expect(difference(found.floats, expected.floats, within: .close(tolerance)) == nil)
    }
  }

  @Test func printsJSONForPrograms() throws {
    let shell = try prepared()
    let run = try shell.run("mainspring run gesture.h5 windows.npy --json")
    #expect(run.status == 0)
    #expect(run.output.hasPrefix(#"{"model":"gesture.h5","windows":128,"outputs":[{"name":"#))
    #expect(run.output.split(separator: "\n").count == 130)
    #expect(run.output.hasSuffix(#""non_finite_inputs":[0],"non_finite_outputs":[0]}"# + "\n"))
    let convert = try shell.run("mainspring convert gesture.h5 -o a.tflite --json")
    #expect(convert.output.contains(#""files":[{"output":"a.tflite","precision":"f32","bytes":"#))
    let inspect = try shell.run("mainspring inspect gesture.h5 --json")
    #expect(inspect.output.contains(#""keras_version":"3.15.1""#))
    #expect(inspect.output.contains(#""runs":true"#))
  }

  @Test(.enabled(if: Location.python != nil, "there is no Python to read the JSON"))
  func jsonIsValid() throws {
    let shell = try prepared()
    let python = try #require(Location.python)
    let outcome = try shell.run(
      """
      set -e -o pipefail
      mainspring convert gesture.h5 -o a.tflite --json | '\(python)' -m json.tool > /dev/null
      for line in "inspect gesture.h5" "inspect a.tflite" "run gesture.h5 windows.npy"; do
        mainspring $line --json | '\(python)' -m json.tool > /dev/null
      done
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test func inspectionShowsLayersOperatorsAndMemory() throws {
    let shell = try prepared()
    let keras = try shell.run("mainspring inspect gesture.h5").output
    for part in [
      "written by  Keras 3.15.1 on tensorflow", "form        whole model in HDF5",
      "BatchNormalization",
      "lstm_1", "1,228,800", "bytes of arena", "90,309 parameters",
    ] {
      #expect(keras.contains(part), "\(part)")
    }
    let file = try shell.run(
      "mainspring convert gesture.h5 -o a.tflite && mainspring inspect a.tflite"
    ).output
    for part in [
      "written by  Mainspring", "needs       runtime 1.13.1", "UNIDIRECTIONAL_SEQUENCE_LSTM",
      "float32 state", "serving_default",
    ] {
      #expect(file.contains(part), "\(part)")
    }
  }

  @Test(.enabled(if: Location.hasShared)) func inspectionShowsQuantization() throws {
    let outcome = try Shell().run(
      "mainspring inspect '\(Location.shared("models/geotec/tfk_int8.tflite"))'")
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("· (q −"))
    #expect(outcome.output.contains("scales on axis 0"))
    #expect(outcome.output.contains("bytes of arena"))
  }

  @Test func stateOfTFLiteFilesIsResetUnlessKept() throws {
    let shell = try Shell()
    try shell.take("conformance/tflite/tf_k2_m1s_fp32.tflite", as: "tf.tflite")
    let reset = try shell.run(
      "mainspring convert tf.tflite -o a.tflite && mainspring inspect a.tflite")
    #expect(reset.errors.hasPrefix("note: tf.tflite: ") && reset.errors.contains("--keep-state"))
    #expect(reset.output.contains("FILL"))
    let kept = try shell.run(
      "mainspring convert tf.tflite -o a.tflite --keep-state && mainspring inspect a.tflite")
    #expect(kept.errors == "" && !kept.output.contains("FILL"))
  }

  @Test func weightsTakeTheirArchitectureFromAnotherFile() throws {
    let shell = try Shell()
    try shell.take("conformance/models/k3_m1s.weights.h5", as: "m.weights.h5")
    try shell.take("conformance/models/k3_m1s.keras", as: "m.keras")
    try shell.take("conformance/models/k3_m1s.in0.npy", as: "in.npy")
    let outcome = try shell.run(
      """
      mainspring run m.weights.h5 in.npy --architecture m.keras -o a.npy &&
      mainspring run m.keras in.npy -o b.npy && cmp a.npy b.npy
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test func severalInputsAndOutputsHaveAFileEach() throws {
    let shell = try Shell()
    try shell.take("conformance/models/k2_shared.h5", as: "shared.h5")
    try shell.take("conformance/models/k2_func.h5", as: "func.h5")
    for name in ["k2_shared.in0", "k2_shared.in1", "k2_func.in0"] {
      try shell.take("conformance/models/\(name).npy", as: "\(name).npy")
    }
    let outcome = try shell.run(
      """
      mainspring run shared.h5 k2_shared.in0.npy k2_shared.in1.npy -o shared.npy &&
      mainspring run func.h5 k2_func.in0.npy -o first.npy -o second.npy
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
    for (found, expected) in [
      ("shared", "k2_shared.out0"), ("first", "k2_func.out0"), ("second", "k2_func.out1"),
    ] {
      let a = try NumPyArray(path: shell.folder.file("\(found).npy"))
      let b = try NumPyArray(path: Location.fixture("conformance/models/\(expected).npy"))
      #expect(a.shape == b.shape)
      #expect(difference(a.floats, b.floats, within: .close(1e-5)) == nil)
    }
  }

  @Test func labelsGiveAnAccuracy() throws {
    let shell = try prepared()
    let answers = try NumPyArray(path: Location.fixture("geotec/expected.npy")).floats
    var labels = Array(
      "\u{93}NUMPY".unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } + [1, 0, 54, 0])
    labels += Array("{'descr': '|u1', 'fortran_order': False, 'shape': (128,)}".utf8)
    labels[8] = UInt8(labels.count - 10)
    for window in 0..<128 {
      let best = (0..<5).max { answers[window * 5 + $0] < answers[window * 5 + $1] } ?? 0
      // Every fourth label is wrong.
      labels.append(UInt8(window % 4 == 0 ? (best + 1) % 5 : best))
    }
    try writeFile(shell.folder.file("labels.npy"), labels)
    let outcome = try shell.run("mainspring run gesture.h5 windows.npy --labels labels.npy")
    #expect(outcome.output.hasSuffix("accuracy 0.7500 (96 of 128 windows)\n"), "\(outcome)")
  }

  @Test func standardOutputHoldsTheFileAlone() throws {
    let shell = try prepared()
    for name in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
      let outcome = try shell.run(
        """
        mainspring convert gesture.h5 -o a.tflite > /dev/null
        mainspring convert gesture.h5 -o \(name) > b.tflite && cmp a.tflite b.tflite &&
        mainspring convert gesture.h5 -o \(name) | cmp a.tflite -
        """)
      #expect(outcome.status == 0, "\(name): \(outcome.errors)\(outcome.output)")
    }
  }

  @Test func whatIsNotFiniteIsCountedAndReported() throws {
    let shell = try prepared()
    var array = try NumPyArray(path: Location.fixture("geotec/windows.npy"))
    var floats = array.floats
    floats[3 * 300 + 7] = .nan
    floats[9 * 300] = .infinity
    array = NumPyArray(shape: array.shape, floats: floats)
    try writeFile(shell.folder.file("windows.npy"), array.serialized())
    let outcome = try shell.run("mainspring run gesture.h5 windows.npy -o out.npy")
    #expect(outcome.status == 0)
    #expect(
      outcome.errors.hasPrefix(
        "warning: windows.npy: 2 of 128 windows hold NaN or infinity, first window 3 at [1, 1]\n"),
      "\(outcome.errors)")
  }
}
