// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringNumPy
import MainspringTFLite
import Testing
import _MainspringTestSupport

/// Files that other programs wrote, against what LiteRT answers.
@Suite(.enabled(if: Location.hasShared, "needs ../shared"))
struct ConformanceTests {
  /// Float files with recorded answers beside them.
  static let floatFiles: [String] = {
    var result: [String] = []
    for folder in ["tflite", "tflite/layer_ops", "special"] {
      for name in files(in: "conformance/\(folder)") where name.hasSuffix(".tflite") {
        let isFloat = ["_fp32.", "_fp16.", "_f32", "external_buffers"].contains(
          where: name.contains)
        if isFloat && name != "Embedding_f32.tflite" {
          result.append("conformance/\(folder)/\(name)")
        }
      }
    }
    return result
  }()

  private static func files(in folder: String) -> [String] {
    guard Location.hasShared else { return [] }
    do {
      return try listFolder(Location.shared(folder))
    } catch {
      return []
    }
  }

  @Test func findsTheFiles() { #expect(Self.floatFiles.count >= 90) }

  @Test(arguments: floatFiles) func computesWhatLiteRTDoes(file: String) throws {
    let path = Location.shared(file)
    let bytes = try readFile(path)
    let graph = try Graph(tflite: bytes.span.bytes)
    #expect(try graph.normalized() == graph)
    let recorded = try NPZ(path: path.replacingSuffix(".tflite", with: ".npz"))
    let inputs = try (0..<graph.inputs.count).map { try recorded.floats("in\($0)") }
    let samples = 3
    for sample in 0..<samples {
      let operands = zip(graph.inputs, inputs).map { id, array in
        let count = graph.shape(of: id).elementCount
        return array.floats[(sample * count)..<((sample + 1) * count)].map { Double($0) }
      }
      let results = try Interpreter.run(graph, operands)
      for (index, result) in results.enumerated() {
        let name = ["ref_out", "opt_out"].map { "\($0)\(index)" }.first(where: recorded.contains)
        let expected = try recorded.floats(name ?? "xnn_out\(index)").floats
        let part = Array(expected[(sample * result.count)..<((sample + 1) * result.count)])
        #expect(largestGap(result.map { Float($0) }, part) < 1e-5)
      }
    }
  }

  @Test func quantizedFilesParseAndAreRefusedByName() throws {
    var count = 0
    for folder in ["conformance/tflite", "conformance/tflite/layer_ops", "models/geotec"] {
      for name in Self.files(in: folder) where name.hasSuffix(".tflite") {
        guard ["int8", "int16", "dyn"].contains(where: name.contains) else { continue }
        if name.hasPrefix("tf_k3_cnnB_dynbatch_fp32") { continue }
        let bytes = try readFile(Location.shared("\(folder)/\(name)"))
        let model = try TFLiteModel(parsing: bytes.span.bytes)
        // A layer that does nothing leaves a model without operators.
        if model.subgraphs[0].operators.isEmpty { continue }
        count += 1
        let error = #expect(throws: TFLiteError.self) { try Graph(model) }
        #expect(error?.description.contains("only float models are supported") == true)
      }
    }
    #expect(count >= 80)
  }

  @Test(arguments: [
    ("flex_ops_must_be_rejected", "FlexTensorListReserve"),
    ("read_variable_not_frozen", "not frozen"),
  ]) func unusableFilesAreRefusedByName(file: String, words: String) throws {
    let bytes = try readFile(Location.shared("conformance/special/\(file).tflite.bin"))
    let error = #expect(throws: TFLiteError.self) { try Graph(tflite: bytes.span.bytes) }
    #expect(error?.description.contains(words) == true)
  }

  @Test func embeddingsAreRefusedByName() throws {
    let path = Location.shared("conformance/tflite/layer_ops/Embedding_f32.tflite")
    let bytes = try readFile(path)
    let error = #expect(throws: TFLiteError.self) { try Graph(tflite: bytes.span.bytes) }
    #expect(error?.description.contains("CAST") == true)
  }

  @Test(arguments: ["gru_while_f32", "gru_while_resetbefore_last_f32"])
  func loopsOverAStepBecomeALayer(file: String) throws {
    let bytes = try readFile(Location.shared("conformance/special/\(file).tflite"))
    let graph = try Graph(tflite: bytes.span.bytes)
    #expect(graph.nodes.map { $0.operation.name } == ["GRU"])
  }

  @Test func halvesStayHalves() throws {
    let bytes = try readFile(Location.shared("models/geotec/tfk_fp16.tflite"))
    let graph = try Graph(tflite: bytes.span.bytes)
    let weights = graph.nodes.flatMap { $0.operation.weights }
    #expect(weights.count == 18)
    #expect(weights.allSatisfy { $0.elementType == .float16 })
  }

  @Test func precisionsOfOneModelHaveTheSameOperators() throws {
    let graphs = try ["tfk_float32", "tfk_fp16"].map { name in
      let bytes = try readFile(Location.shared("models/geotec/\(name).tflite"))
      return try Graph(tflite: bytes.span.bytes)
    }
    let names = graphs.map { graph in graph.nodes.map { $0.operation.name } }
    #expect(names[0] == names[1])
    #expect(names[0].count == 12)
  }
}

extension String {
  fileprivate func replacingSuffix(_ suffix: String, with other: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) + other : self
  }
}
