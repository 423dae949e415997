// SPDX-License-Identifier: Apache-2.0

import MainspringConvert
import MainspringGraph
import MainspringNumPy
import Testing
import _MainspringTestSupport

/// Models that give numbers and no classes.
struct MeasureCommandTests {
  /// 6 channels over 50 rows to some numbers, far above a half.
  private func model(_ units: Int, factor: Float = 1) throws -> [UInt8] {
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 50, 6]))
    let row = try graph.add(.reshape(Reshape(to: try Shape([1, 300]))), to: x, name: "row")
    let weights = (0..<units * 300).map { factor * Float($0 * 37 % 19 - 9) / 90 }
    let dense = Dense(
      weights: Tensor(shape: try Shape([units, 300]), floats: weights),
      bias: try Tensor(vector: [Float](repeating: 70, count: units)))
    try graph.addOutput(try graph.add(.dense(dense), to: row, name: "rate"))
    return try convert(graph)
  }

  private func prepared() throws -> Shell {
    let shell = try Shell()
    for file in ["gesture.npy", "gesture-classes.npy"] { try shell.take("check/\(file)", as: file) }
    return shell
  }

  @Test func aNumberHasNoClasses() throws {
    let shell = try prepared()
    try writeFile(shell.folder.file("rate.tflite"), try model(1))
    let check = try shell.run("mainspring check rate.tflite --inputs gesture.npy --count 50 --json")
    #expect(check.status == 0 && check.output.contains(#""classes":null"#), "\(check.errors)")
    let text = try shell.run("mainspring check rate.tflite --count 50")
    #expect(text.status == 0 && text.output.contains("no classifier: outputs are numbers"))
    let evaluate = try shell.run("mainspring evaluate rate.tflite gesture.npy gesture-classes.npy")
    #expect(evaluate.status == 65)
    #expect(
      evaluate.errors
        == "error: rate.tflite: expected a classifier, with a score for each class or one sigmoid, "
        + "found numbers of shape [1, 1]\n")
  }

  @Test func aVectorMayBeOfScores() throws {
    let shell = try prepared()
    try writeFile(shell.folder.file("scores.tflite"), try model(197))
    let lenient = "--min-accuracy 0 --min-recall 0 --max-excess 1"
    let outcome = try shell.run(
      "mainspring evaluate scores.tflite gesture.npy gesture-classes.npy \(lenient)")
    #expect(outcome.status == 0 && outcome.output.contains("accuracy"), "\(outcome.errors)")
  }

  @Test func aConstantNumberIsStaticAndSaysWhatToGive() throws {
    let shell = try prepared()
    try writeFile(shell.folder.file("rate.tflite"), try model(1, factor: 0))
    let check = try shell.run("mainspring check rate.tflite --count 50")
    #expect(check.status == 1 && check.errors.contains("static"))
    #expect(check.output.contains("--inputs with windows, or --low and --high, tell more"))
    let known = try shell.run("mainspring check rate.tflite --count 50 --low -1 --high 1")
    #expect(known.status == 1 && !known.output.contains("made up"))
  }
}
