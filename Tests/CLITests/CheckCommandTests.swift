// SPDX-License-Identifier: Apache-2.0

import MainspringNumPy
import Testing
import _MainspringTestSupport

/// `check`, `compare` and `evaluate` as programs see them.
struct CheckCommandTests {
  private func prepared(_ files: String...) throws -> Shell {
    let shell = try Shell()
    for file in files { try shell.take("check/\(file)", as: file) }
    return shell
  }

  @Test func checkSaysTheVerdictAndExitsByIt() throws {
    let shell = try prepared("cnn_lstm.h5", "gates.tflite", "gesture.npy", "mean.npy", "std.npy")
    let good = try shell.run("mainspring check cnn_lstm.h5 --count 50")
    #expect(good.status == 0 && good.errors == "")
    #expect(good.output.hasPrefix("50 of noise, 50 of range, 50 of structured; the same"))
    #expect(good.output.hasSuffix("cnn_lstm.h5 (the Keras model): responsive\n"))
    let windows = "--inputs gesture.npy --mean mean.npy --std std.npy"
    let bad = try shell.run(
      "mainspring check gates.tflite --reference cnn_lstm.h5 \(windows) --count 50")
    #expect(bad.status == 1)
    #expect(
      bad.errors.hasPrefix(
        "error: gates.tflite: degraded, in INT8: layer 'lstm': on windows: expected the response"),
      "\(bad.errors)")
    #expect(bad.errors.split(separator: "\n").count == 1)
  }

  /// Whatever the order, the file is blamed and not what it is made of.
  @Test func theModelNearestToTrainingIsTheReference() throws {
    let shell = try prepared("cnn_lstm.h5", "gates.tflite", "gesture.npy", "mean.npy", "std.npy")
    let windows = "--inputs gesture.npy --mean mean.npy --std std.npy --count 30"
    for order in ["gates.tflite cnn_lstm.h5", "cnn_lstm.h5 gates.tflite"] {
      let outcome = try shell.run("mainspring check \(order) \(windows)")
      #expect(outcome.status == 1)
      #expect(
        outcome.errors.hasPrefix("error: gates.tflite: degraded, in INT8: layer 'lstm'"),
        "\(outcome.errors)")
    }
    let forced = try shell.run(
      "mainspring check gates.tflite cnn_lstm.h5 --reference gates.tflite \(windows) --json")
    #expect(forced.output.contains(#""reference":"gates.tflite""#))
  }

  @Test func checkIsReproducibleAndPrintsJSON() throws {
    let shell = try prepared("cnn_lstm.h5", "majority.h5", "leak.tflite")
    let line = "mainspring check majority.h5 --count 30 --seed 5 --json"
    let first = try shell.run(line)
    #expect(first.status == 1)
    #expect(first.output.contains(#""classes":197,"inputs_are_made_up":true,"#))
    #expect(
      first.output.hasPrefix(
        #"{"verdict":"collapsed","stage":"keras","model":"majority.h5","layer":"gesture","reason":"#
      ))
    #expect(try shell.run(line).output == first.output)
    #expect(try shell.run("mainspring check leak.tflite --count 30").status == 1)
    #expect(try shell.run("mainspring check leak.tflite --count 30 --allow-state").status == 0)
  }

  @Test func compareMarksTheFirstLayerBeyondTolerance() throws {
    let shell = try prepared("cnn_lstm.h5", "scale.tflite", "leak.tflite")
    let bad = try shell.run("mainspring compare cnn_lstm.h5 scale.tflite --layers")
    #expect(
      bad.status == 1 && bad.errors.hasPrefix("error: scale.tflite: layer 'conv': expected 6.0"))
    let marked = bad.output.split(separator: "\n").filter {
      $0.hasSuffix("<- first beyond tolerance")
    }
    #expect(marked.count == 1 && marked[0].hasPrefix("conv "))
    let good = try shell.run("mainspring compare cnn_lstm.h5 leak.tflite --json")
    #expect(good.status == 0 && !good.output.contains("first_diverging"))
    let strict = try shell.run("mainspring compare cnn_lstm.h5 leak.tflite --tolerance 200 --json")
    #expect(strict.status == (good.output.contains(#""exact":true"#) ? 0 : 1))
  }

  @Test func whatIsNotFiniteIsSaid() throws {
    let shell = try prepared("cnn_lstm.h5", "nan.h5")
    let table = try shell.run("mainspring compare cnn_lstm.h5 nan.h5 --layers")
    #expect(table.status == 1 && table.errors.contains(" not finite\n"), "\(table.errors)")
    #expect(!table.errors.contains("exact"))
    #expect(!table.output.contains("exact ") && table.output.contains(" not finite"))
    let json = try shell.run("mainspring compare cnn_lstm.h5 nan.h5 --layers --json")
    #expect(!json.output.contains(#""exact":true,"signal_to_noise_db":null,"non_finite":1"#))
    #expect(json.output.contains(#""exact":false,"non_finite":"#))
    for pair in ["cnn_lstm.h5 nan.h5", "nan.h5 cnn_lstm.h5"] {
      let check = try shell.run("mainspring check \(pair) --count 20 --report page.html")
      #expect(check.status == 1)
      #expect(!check.output.contains("exact") && check.output.contains("20 not finite"))
      let page = String(decoding: try readFile(shell.folder.file("page.html")), as: UTF8.self)
      #expect(page.contains("20 not finite"))
      #expect(page.occurrences("exact") == 0)
      let text = try shell.run("mainspring check \(pair) --count 20 --json").output
      #expect(!text.contains(#""exact":true"#))
      #expect(text.contains(#""differences_non_finite":20"#))
    }
  }

  @Test func evaluateMeasuresSeveralModels() throws {
    let shell = try prepared(
      "cnn_lstm.h5", "gates.tflite", "gesture.npy", "gesture-classes.npy", "mean.npy", "std.npy")
    let data = "gesture.npy gesture-classes.npy --mean mean.npy --std std.npy"
    let good = try shell.run("mainspring evaluate cnn_lstm.h5 \(data)")
    #expect(good.status == 0 && good.output.contains("accuracy"), "\(good.errors)")
    #expect(good.output.contains("absent from the test set, and in no mean: '"))
    let both = try shell.run("mainspring evaluate cnn_lstm.h5 gates.tflite \(data) --json")
    #expect(both.status == 1 && both.output.hasPrefix(#"{"passed":false,"windows":128,"#))
    #expect(both.errors.hasPrefix("error: gates.tflite: expected an accuracy of 85.00 %, found "))
    let lenient = "--min-accuracy 0 --min-recall 0 --max-excess 1"
    #expect(try shell.run("mainspring evaluate gates.tflite \(data) \(lenient)").status == 0)
  }

  @Test func conversionsAreCheckedLast() throws {
    let shell = try prepared("cnn_lstm.h5", "majority.h5", "features.npy", "mlp.h5")
    let good = try shell.run("mainspring convert cnn_lstm.h5 -o a.tflite --json")
    #expect(good.status == 0 && good.errors == "")
    #expect(good.output.contains(#""check":{"model":"responsive","files":["responsive"]}"#))
    // What was wrong before is said, and no fault of the conversion.
    let old = try shell.run("mainspring convert majority.h5 -o b.tflite")
    #expect(old.status == 0)
    #expect(
      old.errors.hasPrefix("warning: majority.h5: collapsed: layer 'gesture': expected several"))
    #expect(old.output.contains("check: f32 is collapsed\n"))
    let silent = try shell.run("mainspring convert majority.h5 -o b.tflite --no-check --json")
    #expect(silent.status == 0 && silent.errors == "" && !silent.output.contains("check"))
  }

  /// Half of all values saturate when ranges hold no more than the other half.
  @Test func conversionsThatBreakAModelWriteNothing() throws {
    let shell = try prepared("mlp.h5", "features.npy")
    let line = """
      mainspring convert mlp.h5 -o a.tflite --precision int8 --calibrate features.npy \
        --calibration percentile:
      """
    for (percentile, fault) in [("50", "static"), ("80", "degraded: layer 'dense_1': on windows")] {
      let outcome = try shell.run(line + percentile)
      #expect(outcome.status == 1)
      #expect(outcome.errors.hasPrefix("error: a.tflite: \(fault)"), "\(outcome.errors)")
      #expect(outcome.errors.hasSuffix("nothing was written (--no-check writes it)\n"))
      #expect(!Location.exists(shell.folder.file("a.tflite")))
    }
    let forced = try shell.run(line + "50 --no-check")
    #expect(forced.status == 0 && Location.exists(shell.folder.file("a.tflite")))
    #expect(try shell.run(line + "99.99").status == 0)
  }

  @Test func reportsAreOnePage() throws {
    let shell = try prepared(
      "cnn_lstm.h5", "gates.tflite", "gesture.npy", "gesture-classes.npy", "mean.npy", "std.npy")
    let scaler = "--mean mean.npy --std std.npy"
    let check = try shell.run(
      """
      mainspring check cnn_lstm.h5 gates.tflite --inputs gesture.npy \(scaler) --count 20 \
        --report check.html
      """)
    #expect(check.status == 1)
    let evaluate = try shell.run(
      """
      mainspring evaluate cnn_lstm.h5 gesture.npy gesture-classes.npy \(scaler) \
        --report evaluation.html
      """)
    #expect(evaluate.status == 0, "\(evaluate.errors)")
    for (name, figures) in [("check.html", 5), ("evaluation.html", 2)] {
      let text = String(decoding: try readFile(shell.folder.file(name)), as: UTF8.self)
      #expect(text.hasPrefix("<!DOCTYPE html>") && text.hasSuffix("</html>\n"))
      #expect(text.occurrences("<svg") == figures, "\(name)")
      for outside in ["http", "url(", "src=", "href=", "<script"] {
        #expect(text.occurrences(outside) == 0, "\(name): \(outside)")
      }
    }
    let taken = try shell.run("mainspring check cnn_lstm.h5 --report cnn_lstm.h5")
    #expect(taken.status == 64)
    #expect(taken.errors.contains("'--report cnn_lstm.h5' would take the place of the input"))
  }

  @Test(arguments: [
    "check cnn_lstm.h5 --inputs none.npy", "compare cnn_lstm.h5 cnn_lstm.h5 --inputs none.npy",
    "evaluate cnn_lstm.h5 none.npy classes.npy", "run cnn_lstm.h5 none.npy",
    "convert cnn_lstm.h5 -o a.tflite --precision int8 --calibrate none.npy",
    "bench cnn_lstm.h5 --input none.npy",
  ]) func noWindowsAreNoEvidence(line: String) throws {
    let shell = try prepared("cnn_lstm.h5")
    for (name, shape) in [("none", [0, 50, 6]), ("classes", [0])] {
      let array = NumPyArray(shape: shape, floats: [])
      try writeFile(shell.folder.file("\(name).npy"), array.serialized())
    }
    let outcome = try shell.run("mainspring \(line)")
    #expect(outcome.status == 65)
    #expect(
      outcome.errors == "error: none.npy: expected at least one window, found none\n",
      "\(outcome.errors)")
    #expect(outcome.output == "")
  }

  /// What is wrong with the right classes is said before a window is looked at.
  @Test func rightClassesAreReadFirst() throws {
    let shell = try prepared("cnn_lstm.h5", "gesture.npy", "mean.npy")
    var bytes = try readFile(shell.folder.file("gesture.npy"))
    bytes.replaceSubrange((bytes.count - 4)..., with: [0, 0, 0xc0, 0x7f])
    try writeFile(shell.folder.file("nan.npy"), bytes)
    let outcome = try shell.run("mainspring evaluate cnn_lstm.h5 nan.npy mean.npy")
    #expect(outcome.status == 65 && outcome.errors.hasPrefix("error: mean.npy: "))
  }

  /// The last of 128 windows is none of 10 spread evenly over them.
  @Test func checkReadsTheWindowsItUses() throws {
    let shell = try prepared("cnn_lstm.h5", "gesture.npy")
    var bytes = try readFile(shell.folder.file("gesture.npy"))
    bytes.replaceSubrange((bytes.count - 4)..., with: [0, 0, 0xc0, 0x7f])
    try writeFile(shell.folder.file("nan.npy"), bytes)
    let line = "mainspring check cnn_lstm.h5 --inputs nan.npy --count"
    let some = try shell.run("\(line) 10")
    #expect(some.output.hasPrefix("10 of noise, 10 of range, 10 of structured, 10 of windows;"))
    let all = try shell.run("\(line) 1000")
    #expect(all.status == 65 && all.errors.contains("nan.npy: window 127"))
  }

  @Test func mistakesAreNamed() throws {
    let shell = try prepared(
      "cnn_lstm.h5", "mlp.h5", "gesture.npy", "gesture-classes.npy", "features.npy", "mean.npy",
      "std.npy")
    try writeFile(shell.folder.file("labels.txt"), Array("a\nb\na\n".utf8))
    let cases: [(String, Int32, String)] = [
      ("check cnn_lstm.h5 mlp.h5", 65, "mlp.h5: inputs: expected [[1, 50, 6]] as in cnn_lstm.h5"),
      (
        "check cnn_lstm.h5 --inputs features.npy", 65,
        "features.npy: expected the shape [windows, 50, 6]"
      ),
      ("check cnn_lstm.h5 --low 1", 64, "'--low' needs '--high'"),
      ("check cnn_lstm.h5 --low 1 --high 1", 64, "'--high 1.0': expected more than"),
      ("check cnn_lstm.h5 --mean mean.npy", 64, "'--mean' needs '--std'"),
      ("check cnn_lstm.h5 --mean mean.npy --std std.npy", 64, "'--mean' needs '--inputs'"),
      (
        "check mlp.h5 --inputs features.npy --mean mean.npy --std std.npy", 64,
        "'--mean' holds 6 numbers, expected 64"
      ),
      ("check cnn_lstm.h5 --rate 50", 64, "'--rate' is for CSV recordings"),
      ("check none.h5", 66, "none.h5"),
      ("evaluate cnn_lstm.h5 gesture.npy", 64, "expected models, then files of windows"),
      (
        "evaluate gesture.npy gesture-classes.npy", 64, "expected a model in front of 'gesture.npy'"
      ),
      (
        "evaluate cnn_lstm.h5 gesture.npy gesture-classes.npy --labels labels.txt", 65,
        "labels.txt: line 3: expected a name of its own, found that of line 1"
      ),
      ("compare cnn_lstm.h5 mlp.h5", 65, "mlp.h5: inputs: expected"),
    ]
    for (line, status, text) in cases {
      let outcome = try shell.run("mainspring \(line)")
      #expect(outcome.status == status, "\(line): \(outcome.errors)")
      #expect(outcome.errors.contains(text), "\(line): \(outcome.errors)")
      #expect(outcome.output == "", "\(line)")
    }
  }
}

extension String {
  /// How often a text occurs.
  fileprivate func occurrences(_ text: String) -> Int {
    var count = 0
    var rest = self[...]
    while let range = rest.firstRange(of: text) {
      count += 1
      rest = rest[range.upperBound...]
    }
    return count
  }
}
