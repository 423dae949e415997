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

  /// Files with integers, by TensorFlow and by hand.
  static let integerFiles: [String] = {
    var result: [String] = []
    for folder in [
      "conformance/tflite", "conformance/tflite/layer_ops", "conformance/special", "models/geotec",
    ] {
      for name in files(in: folder) where name.hasSuffix(".tflite") {
        let isInteger = ["int8", "int16", "dyn"].contains(where: name.contains)
        if isInteger && !name.contains("fp32") && name != "Embedding_int8.tflite" {
          result.append("\(folder)/\(name)")
        }
      }
    }
    return result
  }()

  @Test func findsTheFilesOfIntegers() { #expect(Self.integerFiles.count >= 90) }

  @Test(arguments: integerFiles) func quantizedFilesBecomeGraphsOfIntegers(file: String) throws {
    let bytes = try readFile(Location.shared(file))
    let model = try TFLiteModel(parsing: bytes.span.bytes)
    let graph = try Graph(model)
    #expect(try graph.normalized() == graph)
    let main = model.subgraphs[0]
    expectTypes(of: graph.inputs, in: graph, are: main.inputs.map { main.tensors[Int($0)] })
    expectTypes(of: graph.outputs, in: graph, are: main.outputs.map { main.tensors[Int($0)] })
    let isDynamic = file.contains("dyn") && !file.contains("int8")
    let integers = graph.values.filter { $0.elementType == .int8 || $0.elementType == .int16 }
    #expect(integers.allSatisfy { $0.quantization?.scale != nil })
    // Floats flow between operators whose weights alone are integers, and where there are none.
    #expect(integers.isEmpty == (isDynamic || graph.nodes.isEmpty))
    let weights = graph.nodes.flatMap { $0.operation.weights }
    #expect(!isDynamic || weights.contains { $0.elementType == .int8 })
  }

  private func expectTypes(
    of ids: [ValueID], in graph: Graph, are tensors: [TFLiteModel.TensorRecord]
  ) {
    #expect(ids.count == tensors.count)
    for (id, tensor) in zip(ids, tensors) {
      let value = graph.values[id]
      #expect(value.elementType.description == tensor.type.description)
      #expect(value.quantization?.scales == tensor.quantization?.scales)
      #expect(value.quantization?.zeroPoints == tensor.quantization?.zeroPoints)
    }
  }

  @Test func wrongScalesOfTensorFlowAreKept() throws {
    let path = Location.shared("conformance/special/tf_bidi_int8_wrong_scales.tflite")
    let bytes = try readFile(path)
    let graph = try Graph(tflite: bytes.span.bytes)
    var wrong: [String] = []
    for node in graph.nodes {
      if case .lstm(let lstm) = node.operation,
        let state = lstm.integerState?.state,
        state != graph.values[node.output].quantization
      {
        wrong.append(graph.values[node.output].name)
      }
    }
    #expect(!wrong.isEmpty)
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
