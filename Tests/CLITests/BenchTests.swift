// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringNumPy
import Testing
import _MainspringTestSupport

@testable import MainspringCLI

/// `mainspring bench` from the outside: what it prints and refuses. How long anything takes is not
/// tested.
struct BenchTests {
  private func prepared() throws -> Shell {
    let shell = try Shell()
    try shell.take("geotec/gesture.h5", as: "gesture.h5")
    try shell.take("geotec/windows.npy", as: "windows.npy")
    return shell
  }

  @Test func printsPercentilesAndMemory() throws {
    let shell = try prepared()
    let outcome = try shell.run("mainspring bench gesture.h5 -i windows.npy -n 20 --cpu scalar")
    #expect(outcome.status == 0, "\(outcome.errors)")
    for part in [
      "gesture.h5  f32, scalar, 20 windows\n", "  p50 ", "  p90 ", "  p99 ", "  min ", "  max ",
      " windows a second, ", " bytes of arena, ", " bytes of packed weights\n",
      "  first result after ", ": reading ", ", planning ", ", packing ",
    ] {
      #expect(outcome.output.contains(part), "\(part)")
    }
  }

  @Test(.enabled(if: Location.python != nil, "there is no Python to read the JSON"))
  func printsOneObjectForEachModel() throws {
    let shell = try prepared()
    let python = try #require(Location.python)
    let outcome = try shell.run(
      """
      set -e -o pipefail
      mainspring convert gesture.h5 -o a.tflite > /dev/null
      mainspring convert gesture.h5 -o b.tflite --precision f16 > /dev/null
      mainspring bench a.tflite b.tflite -i windows.npy -n 30 --json --profile | '\(python)' -c '
      import json, sys
      lines = [json.loads(line) for line in sys.stdin]
      assert [line["model"] for line in lines] == ["a.tflite", "b.tflite"]
      assert [line["precision"] for line in lines] == ["f32", "f16"]
      for line in lines:
          times = [line[name] for name in ("min_us", "p50_us", "p90_us", "p99_us", "max_us")]
          assert times == sorted(times) and times[0] > 0
          assert line["iterations"] == 30 and line["noisy"] in (False, True)
          assert set(line["load_us"]) == {"map", "read", "check", "plan", "pack"}
          assert line["first_result_us"] >= sum(line["load_us"].values())
          assert line["self_test_us"] > 0
          assert line["arena_bytes"] > 0 and line["weight_bytes"] > 0
          steps = line["steps"]
          assert sum(s["multiply_accumulates"] for s in steps) == line["multiply_accumulates"]
          assert steps[0]["kind"] == "Convolution + ScaleShift + MaxPool"
      assert lines[0]["weight_bytes"] > 1.5 * lines[1]["weight_bytes"]
      '
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  /// What a model needs is known to the byte: more is a loss to look into, less is news to write down.
  @Test func needsAreWhatTheyWere() throws {
    let shell = try prepared()
    let outcome = try shell.run("mainspring bench gesture.h5 -n 1 --json --profile --cpu scalar")
    #expect(
      outcome.output.contains(#""arena_bytes":47936,"weight_bytes":361344,"#), "\(outcome.output)")
    #expect(outcome.output.split(separator: #""kind":"#).count == 1 + 7)
  }

  @Test func profilesEachStep() throws {
    let shell = try prepared()
    let outcome = try shell.run("mainspring bench gesture.h5 -n 10 --profile")
    #expect(outcome.status == 0, "\(outcome.errors)")
    for part in ["step ", "share", "GMAC/s", "Convolution", "LSTM", "614,400", "lstm_1"] {
      #expect(outcome.output.contains(part), "\(part)")
    }
  }

  @Test func waitsAndEvictsWhenAsked() throws {
    let shell = try prepared()
    for options in ["--rate 500 -n 5", "--cold -n 3", "--rate 500 --cold -n 2"] {
      let outcome = try shell.run("mainspring bench gesture.h5 \(options)")
      #expect(outcome.status == 0, "\(options): \(outcome.errors)")
    }
  }

  @Test func measuresManyWindowsAtOnce() throws {
    let shell = try prepared()
    let outcome = try shell.run("mainspring bench gesture.h5 -i windows.npy -n 2 --batch 7")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("7 windows at once: "))
    let json = try shell.run("mainspring bench gesture.h5 -n 2 --batch 3 --json")
    #expect(json.output.contains(#""batch":{"windows":3,"us_each":"#), "\(json.output)")
  }

  @Test func comparesSeveralModels() throws {
    let shell = try prepared()
    let outcome = try shell.run(
      """
      mainspring convert gesture.h5 -o b.tflite --precision f16 > /dev/null &&
      mainspring bench gesture.h5 b.tflite -n 5
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("model       precision  p50 µs"))
    #expect(outcome.output.contains("  1.00  "))
  }

  @Test func drawsTheDistributions() throws {
    let shell = try prepared()
    let outcome = try shell.run(
      "cp gesture.h5 'a<&b.h5' && mainspring bench gesture.h5 'a<&b.h5' -n 20 --plot l.svg")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let picture = String(decoding: try readFile(shell.folder.file("l.svg")), as: UTF8.self)
    #expect(picture.hasPrefix("<svg ") && picture.hasSuffix("</svg>\n"))
    #expect(picture.contains("a&lt;&amp;b.h5, f32") && picture.contains(">p50 "))
    #expect(picture.split(separator: "<path ").count == 3)
    for outside in ["url(", "src=", "href=", "<script", "@import"] {
      #expect(!picture.contains(outside), "\(outside)")
    }
    let piped = try shell.run("mainspring bench gesture.h5 -n 5 --plot /dev/stdout")
    #expect(piped.output.hasPrefix("<svg ") && piped.output.hasSuffix("</svg>\n"))
  }

  @Test(arguments: [
    ("mainspring bench", 64, "missing argument '<model>'"),
    ("mainspring bench gesture.h5 -n 0", 64, "'0' is invalid"),
    ("mainspring bench gesture.h5 --batch 0", 64, "'0' is invalid"),
    ("mainspring bench gesture.h5 --cpu fast", 64, "'fast' is invalid"),
    ("mainspring bench gesture.h5 --rate nan", 64, "'nan' is invalid"),
    ("mainspring bench gesture.h5 -i windows.npy -i windows.npy", 64, "expected 1"),
    ("mainspring bench gesture.h5 --plot gesture.h5", 64, "take the place of the input"),
    ("mainspring bench gesture.h5 --plot /dev/stdout --json", 64, "'--json'"),
    ("mainspring bench gesture.h5 nothing.h5 -n 3", 66, "nothing.h5"),
    ("mainspring bench gesture.h5 -i nothing.npy", 66, "nothing.npy"),
    ("mainspring bench gesture.h5 -i gesture.h5", 65, "gesture.h5"),
    ("mainspring bench gesture.h5 -i none.npy", 65, "none.npy: expected at least one window"),
    ("mainspring inspect", 64, "missing argument '<model>'"),
    ("mainspring inspect gesture.h5 --cpu", 64, "takes no model"),
    ("MAINSPRING_CPU=fast mainspring inspect --cpu", 64, "'fast'"),
  ])
  func refuses(line: String, status: Int32, says: String) throws {
    let shell = try prepared()
    let none = NumPyArray(shape: [0, 50, 6], floats: [])
    try writeFile(shell.folder.file("none.npy"), none.serialized())
    let outcome = try shell.run(line)
    #expect(outcome.status == status && outcome.errors.hasPrefix("error: "), "\(outcome)")
    #expect(outcome.errors.contains(says), "\(outcome.errors)")
  }

  @Test func inspectionShowsInstructionSets() throws {
    let shell = try Shell()
    let text = try shell.run("MAINSPRING_CPU=scalar mainspring inspect --cpu")
    #expect(text.status == 0)
    #expect(text.output.contains("scalar        used  plain C"))
    #expect(text.output.split(separator: "\n").count == InstructionSet.allCases.count + 2)
    let json = try shell.run("MAINSPRING_CPU=scalar mainspring inspect --cpu --json")
    #expect(json.output.hasPrefix(#"{"used":"scalar","available":["scalar""#))
  }

  @Test func percentilesAreTimesThatWereMeasured() {
    let m = measurement((1...200).map { Int64($0) })
    #expect(m.percentile(0.5) == 100 && m.percentile(0.9) == 180 && m.percentile(0.99) == 198)
    #expect(m.percentile(0) == 1 && m.percentile(1) == 200)
    let single = measurement([7])
    #expect(single.percentile(0.5) == 7 && single.percentile(0.99) == 7)
  }

  @Test func noiseIsTold() {
    let calm = [Int64](repeating: 100, count: 1000)
    #expect(measurement(calm).noise == nil)
    #expect(measurement(calm + [Int64](repeating: 900, count: 9)).noise == nil)
    let noisy = calm + [Int64](repeating: 900, count: 20)
    #expect(measurement(noisy).noise?.contains("9.0 times p50") == true)
    // Cold caches and pauses are not noise.
    #expect(measurement(noisy, isSteady: false).noise == nil)
  }

  private func measurement(_ times: [Int64], isSteady: Bool = true) -> BenchMeasurement {
    BenchMeasurement(
      model: "m", precision: "f32", instructionSet: .scalar, multiplyAccumulates: 1,
      arenaByteCount: 0, weightByteCount: 0,
      load: BenchMeasurement.Load(mapped: nil, read: 0, check: 0, plan: 0, pack: 0, selfTest: nil),
      firstResult: 0,
      times: times,
      isSteady: isSteady, parts: [])
  }
}
