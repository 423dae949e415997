// SPDX-License-Identifier: Apache-2.0

import MainspringConvert
import MainspringGraph
import MainspringTFLite
import Testing
import _MainspringTestSupport

@Suite struct IntegerTests {
  private func decoded(_ bytes: [UInt8]) throws -> Graph { try Graph(tflite: bytes.span.bytes) }

  @Test(arguments: IntegerCase.all) func readsBackTheGraph(test: IntegerCase) throws {
    let graph = try test.graph()
    let bytes = try convert(graph)
    #expect(try decoded(bytes) == graph.normalized())
    #expect(try convert(graph) == bytes)
    // The normal form is written and read back as well.
    let normal = try graph.normalized()
    #expect(try decoded(try convert(normal)) == normal)
  }

  @Test(arguments: IntegerCase.all) func writesTheLowestTrueVersions(test: IntegerCase) throws {
    let model = try TFLiteModel(encoding: test.graph())
    var codes: [String] = []
    for record in model.subgraphs.flatMap({ $0.operators }) {
      let code = "\(record.code) \(record.version)"
      if !codes.contains(code) { codes.append(code) }
    }
    #expect(codes == test.codes)
    let entry = try #require(model.metadata.first { $0.name == "min_runtime_version" })
    let version = model.buffers[entry.buffer].prefix { $0 != 0 }
    #expect(String(decoding: version, as: UTF8.self) == test.runtime)
  }

  @Test(arguments: IntegerCase.all) func givesEachIntegerTensorItsScales(test: IntegerCase) throws {
    let graph = try test.graph()
    let bytes = try convert(graph)
    let model = try TFLiteModel(parsing: bytes.span.bytes)
    #expect(model.buffers[0].isEmpty)
    for tensor in model.subgraphs[0].tensors {
      if tensor.type == .int8 || tensor.type == .int16 || tensor.type == .int64 {
        #expect(tensor.quantization != nil, "\(tensor.name)")
      }
      #expect(tensor.type != .float32 || tensor.quantization == nil)
    }
  }

  // MARK: LSTM

  @Test func clearsTheStateWithWhatStandsForZero() throws {
    let test = try #require(IntegerCase.recurrent.first { $0.name == "lstm_last" })
    let graph = try test.graph()
    guard case .lstm(let lstm) = graph.nodes[0].operation, let state = lstm.integerState else {
      Issue.record("no LSTM")
      return
    }
    let model = try TFLiteModel(encoding: graph)
    let main = model.subgraphs[0]
    let record = main.operators[2]
    #expect(record.inputs.count == 24)
    let (h, c) = (main.tensors[Int(record.inputs[18])], main.tensors[Int(record.inputs[19])])
    #expect(h.isVariable && h.type == .int8 && h.buffer == 0)
    #expect(c.isVariable && c.type == .int16 && c.buffer == 0)
    #expect(h.quantization?.scales == state.state.scales)
    #expect(c.quantization == .init(scales: [state.cellScale], zeroPoints: [0]))
    let resets = main.operators[..<2]
    #expect(resets.map { $0.outputs } == [[record.inputs[18]], [record.inputs[19]]])
    let values = resets.map { main.tensors[Int($0.inputs[0])] }
    #expect(values.map { $0.quantization } == [h.quantization, c.quantization])
    let zero = try #require(state.state.zeroPoint)
    #expect(model.buffers[values[0].buffer] == [UInt8(bitPattern: Int8(zero))])
    #expect(model.buffers[values[1].buffer] == [0, 0])
    let hidden = main.tensors[Int(record.intermediates[4])]
    #expect(record.intermediates.count == 5)
    #expect(hidden.type == .int8 && hidden.buffer == 0)
    #expect(hidden.quantization?.zeroPoints == state.hidden.zeroPoints)
  }

  @Test func putsScalesOfDepthwiseFiltersOnTheLastAxis() throws {
    let test = try #require(IntegerCase.products.first { $0.name == "depthwise" })
    let model = try TFLiteModel(encoding: test.graph())
    let kernels = model.subgraphs[0].operators.map {
      model.subgraphs[0].tensors[Int($0.inputs[1])].quantization
    }
    #expect(kernels.map { $0?.axis } == [3, 0])
    #expect(kernels.map { $0?.scales.count } == [6, 1])
  }

  @Test func addsInt16ByTheGeneralRule() throws {
    let test = try #require(IntegerCase.elementwise.first { $0.name == "binary_int16" })
    let bytes = try convert(try test.graph())
    let records = try TFLiteModel(parsing: bytes.span.bytes).subgraphs[0].operators
    for record in records where record.code == .add || record.code == .sub {
      #expect(!record.options.bool(1, default: true))
    }
  }

  // MARK: Files of others

  static let files: [String] = {
    guard Location.hasShared else { return [] }
    do {
      var result: [String] = []
      for folder in [
        "conformance/tflite", "conformance/tflite/layer_ops", "conformance/special",
        "models/geotec",
      ] {
        for name in try listFolder(Location.shared(folder)) where name.hasSuffix(".tflite") {
          let isInteger = ["int8", "int16", "dyn"].contains(where: name.contains)
          if isInteger, name != "Embedding_int8.tflite" { result.append("\(folder)/\(name)") }
        }
      }
      return result
    } catch {
      return []
    }
  }()

  @Test(.enabled(if: Location.hasShared, "needs ../shared")) func findsTheFiles() {
    #expect(Self.files.count >= 90)
  }

  @Test(.enabled(if: Location.hasShared, "needs ../shared"), arguments: files)
  func readsBackFilesOfOthers(file: String) throws {
    let bytes = try readFile(Location.shared(file))
    let graph = try decoded(bytes)
    let copy = try convert(graph)
    #expect(try decoded(copy) == graph)
    #expect(try convert(graph) == copy)
  }

  @Test(.enabled(if: Location.hasShared, "needs ../shared"))
  func keepsTheGestureModelSmall() throws {
    for (file, limit) in [("tfk_int8", 106_000), ("tfk_dynamic", 105_000)] {
      let bytes = try readFile(Location.shared("models/geotec/\(file).tflite"))
      var graph = try decoded(bytes)
      // TensorFlow's names are longer than whole operators; ours are those of Keras layers.
      for id in graph.values.indices { graph.rename(id, to: "batch_normalization_\(id)") }
      #expect(try convert(graph).count <= limit, "\(file)")
    }
  }
}
