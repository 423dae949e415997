// SPDX-License-Identifier: Apache-2.0

import MainspringCheck
import MainspringConvert
import MainspringGraph
import MainspringKeras
import MainspringNumPy
import MainspringRuntime
import MainspringTFLite
import Testing
import _MainspringTestSupport

/// Models trained on recordings of people, and what others measured on them.
@Suite(.enabled(if: Location.hasShared, "needs ../shared"))
struct GestureModelTests {
  private func path(_ name: String) -> String { Location.shared("models/geotec/\(name)") }

  private func windows() throws -> ProbeWindows {
    let array = try NumPyArray(path: path("X_test.npy"))
    let size = array.floats.count / array.shape[0]
    var windows = ProbeWindows(sizes: [size])
    for start in stride(from: 0, to: array.floats.count, by: size) {
      windows.append([Array(array.floats[start..<start + size])])
    }
    return windows
  }

  @Test func evaluationIsThatOfTheTraining() throws {
    let graph = try KerasModel.load(path("k3_watson_fine_tuned_model.h5")).graph.optimized()
    let windows = try windows()
    let labels = try NumPyIntegers(path: path("y_test.npy")).values
    var session = Session(try Plan(graph))
    var evaluation = ClassifierEvaluation(classCount: 5)
    var output = [Float](repeating: 0, count: 5)
    for index in 0..<windows.count {
      var span = output.mutableSpan
      let window = windows[index][0]
      try session.run(window.span, into: &span)
      evaluation.add(output, truth: labels[index])
    }
    // As in k3_result.json.
    #expect(evaluation.accuracy.share == 0.9074537268634317)
    #expect(
      evaluation.confusion == [
        [107, 6, 0, 0, 2], [13, 204, 18, 0, 0], [0, 16, 910, 47, 0], [0, 0, 36, 399, 10],
        [26, 0, 4, 7, 194],
      ])
    #expect(
      evaluation.classes.map(\.recall) == [
        0.9304347826086956, 0.8680851063829788, 0.935251798561151, 0.8966292134831461,
        0.8398268398268398,
      ])
    #expect(abs(evaluation.macroF1 - 0.8838260376059864) < 1e-12)
    #expect(evaluation.majorityBaseline == 0.4867433716858429)
    #expect(SuccessCriteria().misses(of: evaluation).isEmpty)
  }

  @Test(arguments: ["k3", "tfk", "k215"]) func respondInEveryFormat(keras: String) throws {
    let graph = try KerasModel.load(path("\(keras)_watson_fine_tuned_model.h5")).graph.optimized()
    let windows = try windows()
    var calibration = WindowSet(for: graph)
    for index in 0..<200 { try calibration.append(windows[index * 9]) }
    var converter = try ModelConverter(graph, calibration: calibration)
    var subjects = [Subject(name: keras, graph, stage: .keras)]
    for precision in [ModelPrecision.float32, .float16, .dynamicInt8, .int8] {
      let bytes = try converter.convert(
        to: precision, ConversionOptions(method: .percentile(99.99))
      ).bytes
      let file = try Graph(tflite: bytes.span.bytes).optimized()
      subjects.append(Subject(name: "\(precision)", file))
    }
    for seed in VerdictTests.seeds {
      let shapes = graph.inputs.map { graph.shape(of: $0) }
      let given = ProbeSource(inputs: shapes, windows: windows, seed: seed)
      let report = try Checker(subjects, given, count: 60).check()
      #expect(report.verdict == .responsive, "seed \(seed): \(report.models.map(\.findings))")
      let none = ProbeSource(inputs: shapes, seed: seed)
      let blind = try Checker(subjects, none, count: 60).check()
      #expect(blind.verdict == .responsive, "seed \(seed): \(blind.models.map(\.findings))")
    }
  }
}
