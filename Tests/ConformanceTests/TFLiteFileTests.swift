// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringNumPy
import Testing
import _MainspringTestSupport

/// Float files TensorFlow's converter wrote, against LiteRT's answers.
struct TFLiteFileTests {
  /// Operators no Keras layer of this version needs.
  static let refused: [String: String] = ["Embedding_f32.tflite": "CAST"]

  static let folders: [(String, @Sendable (String) -> Bool)] = [
    ("tflite", { $0.hasSuffix("_fp32.tflite") || $0.hasSuffix("_fp16.tflite") }),
    ("tflite/layer_ops", { $0.hasSuffix("_f32.tflite") }),
    (
      "special",
      { $0.hasSuffix(".tflite") && !$0.contains("int8") }
    ),
  ]

  static let cases: [ModelCase] = folders.flatMap { folder, isFloat in
    Conformance.files(folder, ".tflite").filter(isFloat).map { file in
      let path = "\(Conformance.root)/\(folder)/\(file)"
      return ModelCase(name: file, path: path, inputs: [], outputs: [])
    }
  }

  @Test(arguments: cases.filter { refused[$0.name] == nil })
  func answersAsLiteRTDoes(test: ModelCase) throws {
    let bytes = try readFile(test.path)
    let graph = try Graph(tflite: bytes.span.bytes)
    let arrays = try NPZ(path: String(test.path.dropLast(6)) + "npz")
    for graph in [graph, try graph.optimized()] {
      let runner = try ModelRunner(graph)
      let inputs = try runner.plan.inputs.indices.map { try arrays.floats("in\($0)") }
      let results = try runner.run(inputs)
      for (index, result) in results.enumerated() {
        // The reference kernels lack ELU; the optimised ones then stand in.
        let reference = arrays.contains("ref_out\(index)") ? "ref_out" : "opt_out"
        let expected = try arrays.floats("\(reference)\(index)").floats
        #expect(
          difference(result, expected, within: .relative(1e-5, absolute: 1e-5)) == nil)
      }
    }
  }

  @Test(arguments: cases.filter { refused[$0.name] != nil })
  func refusesUnknownOperatorsByName(test: ModelCase) throws {
    let bytes = try readFile(test.path)
    do {
      _ = try Graph(tflite: bytes.span.bytes)
      Issue.record("\(test.name) was accepted")
    } catch {
      #expect("\(error)".contains(Self.refused[test.name] ?? "?"), "\(error)")
    }
  }

  /// Integer files against the reference kernels, bit for bit.
  static let integerCases: [ModelCase] = [
    ("tflite", "_int8.tflite"), ("tflite", "_int16x8.tflite"),
  ]
  .flatMap { folder, suffix in
    Conformance.files(folder, suffix).map { file in
      ModelCase(
        name: file, path: "\(Conformance.root)/\(folder)/\(file)", inputs: [], outputs: [])
    }
  }

  @Test(.enabled(if: !integerCases.isEmpty), arguments: integerCases)
  func integersAreThoseOfTheReferenceKernels(test: ModelCase) throws {
    let bytes = try readFile(test.path)
    let runner = try ModelRunner(try Graph(tflite: bytes.span.bytes).optimized())
    let arrays = try NPZ(path: String(test.path.dropLast(6)) + "npz")
    func floats(_ name: String, _ port: Port) throws -> NumPyArray {
      guard let scale = port.type.quantization?.scale, let zero = port.type.quantization?.zeroPoint
      else { return try arrays.floats(name) }
      let raw = try arrays.integers(name)
      return NumPyArray(
        shape: raw.shape, floats: raw.values.map { scale * Float($0 - Int(zero)) })
    }
    let input = try floats("in0", runner.plan.inputs[0])
    let expected = try floats("ref_out0", runner.plan.outputs[0])
    #expect(difference(try runner.run([input])[0], expected.floats, within: .exact) == nil)
  }

  @Test func windowsAreIndependent() throws {
    let path = "\(Conformance.root)/tflite/tf_k2_m1s_fp32"
    let bytes = try readFile("\(path).tflite")
    let runner = try ModelRunner(try Graph(tflite: bytes.span.bytes))
    let input = try NPZ(path: "\(path).npz").floats("in0")
    let once = try runner.run([input])
    #expect(try runner.run([input]) == once)
    let size = input.floats.count / input.shape[0]
    let last = NumPyArray(
      shape: [1] + input.shape.dropFirst(), floats: Array(input.floats.suffix(size)))
    let alone = try runner.run([last])[0]
    #expect(alone == Array(once[0].suffix(alone.count)))
  }
}
