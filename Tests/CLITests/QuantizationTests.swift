// SPDX-License-Identifier: Apache-2.0

import MainspringNumPy
import Testing
import _MainspringTestSupport

/// `convert` to integers, on a small model with weights drawn at random.
struct QuantizationTests {
  private func prepared() throws -> Shell {
    let shell = try Shell()
    try shell.take("conformance/models/k3_m1s.keras", as: "m.keras")
    try shell.take("quantized/windows.npy", as: "windows.npy")
    return shell
  }

  @Test func theCommittedModelGivesWhatLiteRTGives() throws {
    let shell = try Shell()
    let outcome = try shell.run(
      """
      mainspring run '\(Location.fixture("quantized/gesture-int8.tflite"))' \
        '\(Location.fixture("quantized/windows.npy"))' -o found.npy
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let found = try NumPyArray(path: shell.folder.file("found.npy"))
    #expect(try found == NumPyArray(path: Location.fixture("quantized/expected.npy")))
  }

  @Test func everyPrecisionGivesAFileThatRuns() throws {
    let shell = try prepared()
    let outcome = try shell.run(
      """
      mainspring convert m.keras -o out/ --calibrate windows.npy \
        --precision f32,f16,dynamic-int8,int8,int16x8
      """)
    #expect(outcome.status == 0 && outcome.errors == "", "\(outcome.errors)")
    let sizes = try ["f32", "f16", "dynamic-int8", "int8", "int16x8"].map { precision in
      try readFile(shell.folder.file("out/m-\(precision).tflite")).count
    }
    #expect(try listFolder(shell.folder.file("out")).count == 5)
    #expect(sizes[0] > sizes[1] && sizes[1] > sizes[2] && sizes[2] > sizes[3])
    let lines = outcome.output.split(separator: "\n").map(String.init)
    #expect(lines[0].hasPrefix("out/m-f32.tflite: \(sizes[0] / 1000),"))
    #expect(lines[5] == "against the float model on 60 windows held back from calibration:")
    #expect(lines[6].hasPrefix("precision      bytes  same class  largest difference"))
    for (line, name) in zip(lines[7...], ["f32", "f16", "dynamic-int8", "int8", "int16x8"]) {
      #expect(line.hasPrefix(name + " ") && line.contains(" %"), "\(line)")
    }
    #expect(outcome.output.contains("int16x8: 'lstm' (LSTM) stays "))
    // Each does what the table says it does.
    let run = try shell.run(
      """
      set -e
      mainspring run m.keras windows.npy -o float.npy
      for p in f32 f16 dynamic-int8 int8 int16x8; do
        mainspring run out/m-$p.tflite windows.npy -o $p.npy
      done
      """)
    #expect(run.status == 0, "\(run.errors)")
    let float = try NumPyArray(path: shell.folder.file("float.npy")).floats
    for (name, tolerance) in [
      ("f32", 0), ("f16", 1e-3), ("dynamic-int8", 2e-3), ("int8", 1e-2), ("int16x8", 5e-3),
    ] as [(String, Float)] {
      let found = try NumPyArray(path: shell.folder.file("\(name).npy")).floats
      #expect(difference(found, float, within: .close(tolerance)) == nil, "\(name)")
      #expect(name == "f32" || found != float)
    }
  }

  @Test func conversionIsReproducible() throws {
    let outcome = try prepared().run(
      """
      for p in dynamic-int8 int8 int16x8; do
        mainspring convert m.keras -o a.tflite --precision $p --calibrate windows.npy &&
        mainspring convert m.keras -o b.tflite --precision $p --calibrate windows.npy &&
        cmp a.tflite b.tflite || exit 1
      done
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test(arguments: ["auto", "min-max", "percentile", "percentile:99.9", "mse", "entropy"])
  func everyMethodIsTakenAtItsWord(method: String) throws {
    let outcome = try prepared().run(
      """
      mainspring convert m.keras -o a.tflite --precision int8 --calibrate windows.npy \
        --calibration \(method)
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let named = [
      "auto": "ranges by ", "min-max": "ranges by min-max", "percentile": "percentile 99.99",
      "percentile:99.9": "percentile 99.9,", "mse": "mean-squared-error", "entropy": "entropy",
    ]
    #expect(outcome.output.contains(named[method] ?? "?"), "\(outcome.output)")
  }

  @Test func portsAreIntegersOrFloats() throws {
    let shell = try prepared()
    let convert = "mainspring convert m.keras -o a.tflite --precision int8 --calibrate windows.npy"
    let native = try shell.run("\(convert) > /dev/null && mainspring inspect a.tflite")
    #expect(!native.output.contains("DEQUANTIZE"))
    for (option, isFloat) in [("int8", false), ("float32", true)] {
      let outcome = try shell.run(
        "\(convert) --io \(option) > /dev/null && mainspring inspect a.tflite")
      #expect(outcome.output.contains("DEQUANTIZE") == isFloat, "\(outcome.output)")
    }
  }

  @Test func evaluationWithClassesGivesAccuracies() throws {
    let shell = try prepared()
    try writeFile(shell.folder.file("labels.npy"), labels(count: 120) { $0 % 5 })
    let outcome = try shell.run(
      """
      mainspring convert m.keras -o a.tflite --precision int8 --calibrate windows.npy \
        --evaluate windows.npy labels.npy --max-drop 90%
      mainspring run m.keras windows.npy --labels labels.npy | tail -n 1
      mainspring run a.tflite windows.npy --labels labels.npy | tail -n 1
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n").map(String.init)
    // `run` counts the same.
    func share(_ line: String) -> Double? {
      line.split(separator: " ").dropFirst().first.flatMap { Double($0) }.map { $0 * 100 }
    }
    let float = try #require(share(lines[lines.count - 2]))
    let integer = try #require(share(lines[lines.count - 1]))
    let head = try #require(lines.first { $0.hasPrefix("against") })
    #expect(head.hasPrefix("against the float model on 120 windows of --evaluate, its accuracy "))
    let stated = try #require(Double(head.split(separator: " ").dropLast().last ?? ""))
    #expect(abs(stated - float) < 0.006)
    let row = try #require(lines.first { $0.hasPrefix("int8 ") })
    let found = try #require(Double(row.split(separator: " ").dropLast().last ?? ""))
    #expect(abs(found - integer) < 0.006)
  }

  @Test func aBudgetRaisesLayersAndSaysWhatItCost() throws {
    let shell = try prepared()
    let convert = """
      mainspring convert m.keras --precision int8 --calibrate windows.npy --evaluate windows.npy
      """
    let pure = try shell.run("\(convert) -o pure.tflite")
    #expect(pure.status == 0 && !pure.output.contains("100.00 %"), "\(pure.output)")
    let mixed = try shell.run("\(convert) -o mixed.tflite --min-agreement 100%")
    #expect(mixed.status == 0, "\(mixed.errors)")
    #expect(mixed.output.contains("int8, mixed") && mixed.output.contains("100.00 %"))
    let sizes = try ["pure", "mixed"].map { name in
      try readFile(shell.folder.file("\(name).tflite")).count
    }
    #expect(mixed.output.contains(" bytes more than the \(grouped(sizes[0])) of int8 alone"))
    #expect(
      mixed.output.contains(" in int16x8, weights ") || mixed.output.contains("float32, weights"))
    let json = try shell.run("\(convert) -o json.tflite --min-agreement 100% --json")
    // What programs take from the file is not what they took from the pure one.
    #expect(json.output.contains("\"inputs\":[\"int8\"],\"outputs\":[\"int16\"]"))
    #expect(
      mixed.output.contains("output 'dense_1' is int16, no longer int8")
        && !mixed.output.contains("input '"))
    #expect(json.output.contains("\"bytes\":\(sizes[1]),") && sizes[1] > sizes[0])
    #expect(json.output.contains("\"bytes_without_changes\":\(sizes[0]),\"changes\":[{\"layer\""))
    let run = try shell.run(
      """
      mainspring run m.keras windows.npy -o a.npy && mainspring run mixed.tflite windows.npy -o b.npy
      """)
    #expect(run.status == 0)
    let a = try NumPyArray(path: shell.folder.file("a.npy")).floats
    let b = try NumPyArray(path: shell.folder.file("b.npy")).floats
    for window in 0..<120 { #expect(best(a, window) == best(b, window), "window \(window)") }
  }

  /// Nothing that computes on halves has the float model's every class here.
  @Test func aBudgetOutOfReachEndsWithOneAndTheTable() throws {
    let shell = try prepared()
    // Two classes a hair apart in every window: any rounding turns some of them around.
    try writeFile(shell.folder.file("labels.npy"), labels(count: 120) { _ in 4 })
    for (line, row) in [
      ("--precision dynamic-int8,f16 --min-agreement 100%", "dynamic-int8"),
      ("--precision f32,dynamic-int8 --min-agreement 100% --json", "\"written\":false"),
    ] {
      let outcome = try shell.run(
        "mainspring convert m.keras -o out --evaluate windows.npy \(line)")
      #expect(outcome.status == 1, "\(outcome.errors)")
      #expect(outcome.output.contains(row))
      #expect(
        outcome.errors.hasPrefix(
          "error: m.keras: dynamic-int8: expected an agreement of at least 100.0 %, found "),
        "\(outcome.errors)")
      #expect(outcome.errors.hasSuffix("on 120 windows of --evaluate; nothing was written\n"))
      #expect(!(try listFolder(shell.folder.path)).contains("out"))
    }
  }

  @Test func theReportShowsEveryLayer() throws {
    let shell = try prepared()
    let outcome = try shell.run(
      """
      mainspring convert m.keras -o a.tflite --precision int8 --calibrate windows.npy --report
      """)
    #expect(outcome.output.contains("int8, by layer:\nlayer "), "\(outcome.output)")
    let rows = outcome.output.split(separator: "\n").filter { $0.hasSuffix(" dB") }
    #expect(rows.count == 11)
    for row in rows {
      let ratio = Double(row.split(separator: " ").dropLast().last ?? "") ?? 0
      #expect(ratio > 15 && ratio < 80, "\(row)")
    }
    let json = try shell.run(
      """
      mainspring convert m.keras -o a.tflite --precision int8 --calibrate windows.npy --report --json
      """)
    #expect(json.output.contains(#""layers":[{"layer":"#))
    #expect(json.output.contains(#""signal_to_noise_db":"#))
    #expect(json.output.contains(#""windows":60,"windows_from":"calibration""#))
    #expect(json.output.contains(#""same_class":0.9"#) || json.output.contains(#""same_class":1"#))
  }

  @Test(.enabled(if: Location.python != nil, "there is no Python to read the JSON"))
  func jsonIsValid() throws {
    let python = try #require(Location.python)
    let outcome = try prepared().run(
      """
      set -e -o pipefail
      mainspring convert m.keras -o out --precision f32,int8 --calibrate windows.npy \
        --evaluate windows.npy --min-agreement 99.9% --report --json | '\(python)' -m json.tool > /dev/null
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test func fewWindowsAreWarnedOf() throws {
    let shell = try prepared()
    let all = try NumPyArray(path: shell.folder.file("windows.npy"))
    for count in [99, 100] {
      let array = NumPyArray(
        shape: [count, 50, 6], floats: Array(all.floats.prefix(count * 300)))
      try writeFile(shell.folder.file("few.npy"), array.serialized())
      let outcome = try shell.run(
        """
        mainspring convert m.keras -o a.tflite --precision int8 --calibrate few.npy \
          --calibration min-max
        """)
      #expect(outcome.status == 0)
      #expect(
        outcome.errors.contains("expected at least 100 windows, found 99") == (count == 99),
        "\(outcome.errors)")
    }
  }

  @Test func badWindowsAreSkippedWhereThatIsAskedFor() throws {
    let shell = try prepared()
    let all = try NumPyArray(path: shell.folder.file("windows.npy"))
    var floats = all.floats
    floats[7 * 300 + 3] = .nan
    for index in 0..<300 { floats[9 * 300 + index] = 2 }
    try writeFile(
      shell.folder.file("bad.npy"), NumPyArray(shape: all.shape, floats: floats).serialized())
    let kept = (0..<120).filter { $0 != 7 && $0 != 9 }
    try writeFile(
      shell.folder.file("good.npy"),
      NumPyArray(
        shape: [118, 50, 6], floats: kept.flatMap { floats[$0 * 300..<($0 + 1) * 300] }
      ).serialized())
    try writeFile(shell.folder.file("all.npy"), labels(count: 120) { $0 % 5 })
    try writeFile(shell.folder.file("some.npy"), labels(count: 118) { kept[$0] % 5 })
    let convert = "mainspring convert m.keras --precision int8 -o"
    let skipped = try shell.run(
      "\(convert) a.tflite --calibrate bad.npy --evaluate bad.npy all.npy --skip-bad-windows")
    #expect(skipped.status == 0)
    let note =
      "note: 2 of 120 windows skipped, the first: bad.npy: window 7 at [0, 3]: expected a finite "
      + "number, found nan\n"
    #expect(skipped.errors == note + note, "\(skipped.errors)")
    // Labels of the windows left out are left out with them.
    let clean = try shell.run(
      "\(convert) b.tflite --calibrate good.npy --evaluate good.npy some.npy && cmp a.tflite b.tflite"
    )
    #expect(clean.status == 0, "\(clean.errors)")
    #expect(
      clean.output.split(separator: "\n").dropFirst()
        == skipped.output.split(separator: "\n").dropFirst())
  }

  @Test func modelsWithSeveralInputsTakeAFileForEach() throws {
    let shell = try Shell()
    try shell.take("conformance/models/k3_shared.keras", as: "shared.keras")
    var random = SplitMix64(seed: 31)
    for name in ["a0", "a1", "b0", "b1"] {
      let array = NumPyArray(shape: [60, 6, 3], floats: random.floats(60 * 18))
      try writeFile(shell.folder.file("\(name).npy"), array.serialized())
    }
    let outcome = try shell.run(
      """
      mainspring convert shared.keras -o a.tflite --precision int8 \
        --calibrate a0.npy a1.npy --calibrate b0.npy b1.npy --evaluate a0.npy a1.npy
      """)
    #expect(outcome.status == 0 && outcome.errors == "", "\(outcome.errors)")
    #expect(outcome.output.contains("on 60 windows of --evaluate"))
  }

  @Test func whatCannotBeIntegersIsSaid() throws {
    let shell = try Shell()
    try shell.take("conformance/models/k2_lstm_hard.keras", as: "hard.keras")
    try shell.take("conformance/models/k3_gru.keras", as: "gru.keras")
    var random = SplitMix64(seed: 32)
    let array = NumPyArray(shape: [100, 20, 4], floats: random.floats(100 * 80))
    try writeFile(shell.folder.file("x.npy"), array.serialized())
    let outcome = try shell.run(
      """
      mainspring convert hard.keras -o a.tflite --precision int8 --calibrate x.npy
      mainspring convert gru.keras -o b.tflite --precision int8 --calibrate x.npy > gru.txt &&
        ! grep stays gru.txt
      """)
    #expect(outcome.status == 0 && outcome.errors == "", "\(outcome.errors)")
    #expect(outcome.output.contains("int8: 'lstm_3' (LSTM) stays float32 instead of int8\n"))
  }

  @Test func aTFLiteFileIsQuantizedAsAKerasFileIs() throws {
    let outcome = try prepared().run(
      """
      set -e
      mainspring convert m.keras -o f.tflite
      mainspring convert f.tflite -o a.tflite --precision int8 --calibrate windows.npy
      mainspring run a.tflite windows.npy -o a.npy
      """)
    #expect(outcome.status == 0 && outcome.errors == "", "\(outcome.errors)")
  }

  @Test func noInputIsReplaced() throws {
    let shell = try prepared()
    let outcome = try shell.run(
      """
      mkdir out && cp m.keras out/m-f16.tflite &&
      mainspring convert m.keras -o out --precision f32,f16 -a out/m-f16.tflite
      """)
    #expect(outcome.status == 64, "\(outcome.errors)")
    #expect(outcome.errors.contains("would take the place of the input 'out/m-f16.tflite'"))
  }

  /// Held-back windows are too like the others: there it takes more than agreement.
  @Test func withoutEvaluationABudgetIsCautious() throws {
    let shell = try prepared()
    let convert = "mainspring convert m.keras -o a.tflite --precision dynamic-int8 --min-agreement"
    let outcome = try shell.run("\(convert) 100% --calibrate windows.npy")
    let evaluated = try shell.run("\(convert) 0.1% --evaluate windows.npy --json")
    #expect(evaluated.status == 0 && evaluated.output.contains("same_class_with_twice_the_error"))
    #expect(outcome.status == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains("an agreement of at least 100.0 % with twice the error, found"))
    #expect(outcome.errors.contains(" with twice the error on 60 windows held back"))
  }

  @Test func aFolderThatIsThereIsUsedAndOthersAreRefused() throws {
    let shell = try prepared()
    let outcome = try shell.run(
      """
      mkdir out && touch out/other && mainspring convert m.keras -o out --precision f32,f16
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(
      try listFolder(shell.folder.file("out")) == ["m-f16.tflite", "m-f32.tflite", "other"])
  }

  /// The second file does not fit: the first must not stay, nor the folder.
  @Test func allFilesAppearOrNone() throws {
    let shell = try prepared()
    let outcome = try shell.run(
      "trap '' XFSZ; ulimit -f 20; mainspring convert m.keras -o out --precision int8,f32 "
        + "--calibrate windows.npy --calibration min-max")
    #expect(outcome.status == 70, "\(outcome.errors)")
    #expect(outcome.errors.contains("out/m-f32.tflite"))
    #expect(!(try listFolder(shell.folder.path)).contains("out"))
  }

  private func labels(count: Int, _ label: (Int) -> Int) -> [UInt8] {
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, 0, 0]
    bytes += Array("{'descr': '|u1', 'fortran_order': False, 'shape': (\(count),)}".utf8)
    bytes[8] = UInt8(bytes.count - 10)
    return bytes + (0..<count).map { UInt8(label($0)) }
  }

  private func grouped(_ number: Int) -> String {
    "\(number / 1000)," + String("\(1000 + number % 1000)".dropFirst())
  }

  private func best(_ values: [Float], _ window: Int) -> Int {
    (0..<5).max { values[window * 5 + $0] < values[window * 5 + $1] } ?? 0
  }
}
