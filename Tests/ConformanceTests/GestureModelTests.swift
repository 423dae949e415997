// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringConvert
import MainspringKeras
import MainspringNumPy
import Testing
import _MainspringTestSupport

/// The trained gesture model: on synthetic windows in every clone, on real ones where present.
struct GestureModelTests {
  @Test func answersAsKerasDoesOnSyntheticWindows() throws {
    let inputs = try NumPyArray(path: Location.fixture("geotec/windows.npy"))
    let expected = try NumPyArray(path: Location.fixture("geotec/expected.npy")).floats
    let graph = try KerasModel.load(Location.fixture("geotec/gesture.h5")).graph.optimized()
    let found = try ModelRunner(graph).run([inputs])[0]
    #expect(difference(found, expected, within: .close(1e-5)) == nil)
    let file = try ModelRunner(try graph.throughFile()).run([inputs])[0]
    #expect(difference(file, found, within: .exact) == nil)
    let half = try ModelRunner(
      try graph.throughFile(EncodingOptions(precision: .float16))
    ).run([inputs])[0]
    #expect(difference(half, expected, within: .close(6e-3)) == nil)
  }

  @Test func filesAreSmall() throws {
    let graph = try KerasModel.load(Location.fixture("geotec/gesture.h5")).graph.optimized()
    #expect(try convert(graph).count <= 372_000)
    #expect(try convert(graph, options: EncodingOptions(precision: .float16)).count <= 192_000)
  }

  /// What a window costs besides time: memory, and kernels that are called.
  @Test(arguments: InstructionSet.available) func plansAreLean(set: InstructionSet) throws {
    let graph = try KerasModel.load(Location.fixture("geotec/gesture.h5")).graph.optimized()
    let half = try graph.throughFile(EncodingOptions(precision: .float16))
    let integers = try Graph(contentsOf: Location.fixture("quantized/gesture-int8.tflite"))
    let cases: [(graph: Graph, layers: Int, arena: Int, weights: Int)] = [
      (graph, 7, 47_936, 364_160), (half, 7, 47_936, 185_984),
      (try integers.optimized(), 9, 5_248, 8_320),
    ]
    for expected in cases {
      let plan = try Plan(expected.graph, instructionSet: set)
      #expect(plan.operations.filter { !$0.steps.isEmpty }.count == expected.layers)
      #expect(plan.arenaByteCount <= expected.arena)
      #expect(plan.weightByteCount <= expected.weights)
    }
  }

  /// Every storage form of each generation's model, and the bases they were tuned from, which have
  /// no answers of their own.
  static let cases: [ModelCase] = ["k3", "tfk", "k215"].flatMap { keras -> [ModelCase] in
    guard Location.hasShared else { return [] }
    let folder = Location.shared("models/geotec")
    let stem = "\(keras)_watson_fine_tuned_model"
    let forms = [".h5", ".keras", ".weights.h5"] + (keras == "tfk" ? ["_weights_only.h5"] : [])
    let whole = forms.map { form in
      ModelCase(
        name: stem + form, path: "\(folder)/\(stem)\(form)",
        architecture: form.contains("weights") ? "\(folder)/\(stem).arch.json" : nil,
        inputs: ["\(folder)/X_test.npy"], outputs: ["\(folder)/\(keras)_test_softmax.npy"])
    }
    let base = ModelCase(
      name: "\(keras)_cnn_only.h5", path: "\(folder)/\(keras)_cnn_only.h5",
      inputs: ["\(folder)/X_test.npy"], outputs: [])
    return whole + [base]
  }

  @Test(.enabled(if: Location.hasShared), arguments: cases.filter { !$0.outputs.isEmpty })
  func answersAsKerasDoesOnRealWindows(test: ModelCase) throws {
    let inputs = try test.arrays(test.inputs)
    let expected = try test.arrays(test.outputs)[0].floats
    let labels = try NumPyIntegers(path: Location.shared("models/geotec/y_test.npy")).values
    let graph = try KerasModel.load(test.path, architecture: test.architecture).graph.optimized()
    let found = try ModelRunner(graph).run(inputs)[0]
    #expect(difference(found, expected, within: .close(1e-5)) == nil)

    let half = try ModelRunner(
      try graph.throughFile(EncodingOptions(precision: .float16))
    ).run(inputs)[0]
    #expect(difference(half, expected, within: .close(6e-3)) == nil)
    let agreement = zip(classes(half), classes(expected)).count { $0 == $1 }
    #expect(agreement * 1000 >= labels.count * 999)
    if test.name.hasPrefix("k3") {
      let share = { (answers: [Float]) in
        Double(zip(classes(answers), labels).count { $0 == $1 }) / Double(labels.count)
      }
      #expect(abs(share(found) - 0.9075) < 0.0001)
      #expect(abs(share(half) - 0.9075) < 0.0001)
    }
  }

  @Test(.enabled(if: Location.hasShared), arguments: ["float32", "fp16"])
  func runsTensorFlowsFiles(form: String) throws {
    let folder = Location.shared("models/geotec")
    let bytes = try readFile("\(folder)/tfk_\(form).tflite")
    let inputs = try NumPyArray(path: "\(folder)/X_test.npy")
    let expected = try NumPyArray(path: "\(folder)/tfk_\(form)_litert_softmax.npy").floats
    let graph = try Graph(tflite: bytes.span.bytes)
    let found = try ModelRunner(try graph.optimized()).run([inputs])[0]
    #expect(difference(found, expected, within: .close(1e-5)) == nil)
  }

  /// The class of each window of five probabilities.
  private func classes(_ values: [Float]) -> [Int] {
    stride(from: 0, to: values.count, by: 5).map { start in
      (0..<5).max { values[start + $0] < values[start + $1] } ?? 0
    }
  }
}
