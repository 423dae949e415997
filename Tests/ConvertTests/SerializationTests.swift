// SPDX-License-Identifier: Apache-2.0

import MainspringConvert
import MainspringTFLite
import Testing
import _MainspringTestSupport

@Suite struct SerializationTests {
  /// A model that uses every field the writer knows.
  private static var model: TFLiteModel {
    var model = TFLiteModel()
    model.description = "two subgraphs"
    model.buffers = [
      [], Array(1...40), [250, 251, 252, 253], Array("1.5.0".utf8), Array(100...109),
    ]
    model.metadata = [TFLiteModel.Metadata(name: "min_runtime_version", buffer: 3)]
    var x = TFLiteModel.TensorRecord(name: "x", shape: [1, 5], type: .float32)
    x.shapeSignature = [-1, 5]
    var weights = TFLiteModel.TensorRecord(name: "w", shape: [5, 2], type: .int8)
    weights.buffer = 4
    weights.quantization = .init(scales: [0.5, 0.25], zeroPoints: [0, -3], axis: 1)
    var bias = TFLiteModel.TensorRecord(name: "", shape: [], type: .float32)
    bias.buffer = 2
    var state = TFLiteModel.TensorRecord(name: "state", shape: [1, 2], type: .float32)
    state.isVariable = true
    let y = TFLiteModel.TensorRecord(name: "y", shape: [1, 2], type: .float32)
    var main = TFLiteModel.Subgraph()
    main.name = "main"
    main.tensors = [x, weights, bias, state, y]
    main.inputs = [0]
    main.outputs = [4]
    main.operators = [
      .init(
        code: .fullyConnected, version: 5, inputs: [0, 1, -1], outputs: [4],
        options: OptionsRecord(
          table: 8, fields: [.init(0, .byte(3)), .init(2, .bool(true))])),
      .init(
        code: .squeeze, inputs: [0], outputs: [3],
        options: OptionsRecord(table: 30, fields: [.init(0, .ints([0, -1]))])),
      .init(
        code: .softmax, inputs: [4], outputs: [3],
        options: OptionsRecord(table: 9, fields: [.init(0, .float(0.5))])),
      .init(code: .gelu, version: 2, inputs: [4], outputs: [3]),
      .init(code: .fullyConnected, version: 5, inputs: [0, 1, 2], outputs: [4]),
    ]
    main.operators[3].intermediates = [3, 2]
    var custom = TFLiteModel.OperatorRecord(code: .custom, inputs: [], outputs: [0])
    custom.customCode = "Mine"
    var other = TFLiteModel.Subgraph()
    other.tensors = [y]
    other.outputs = [0]
    other.operators = [custom]
    model.subgraphs = [main, other]
    model.signatures = [
      .init(
        key: "serving_default", inputs: [.init(name: "in", tensor: 0)],
        outputs: [.init(name: "out", tensor: 4)])
    ]
    return model
  }

  private static func parsed(_ bytes: [UInt8]) throws -> TFLiteModel {
    try TFLiteModel(parsing: bytes.span.bytes)
  }

  @Test func readsBackEveryField() throws {
    #expect(try Self.parsed(Self.model.serialized()) == Self.model)
  }

  @Test func startsWithTheIdentifier() throws {
    let bytes = try Self.model.serialized()
    #expect(Array(bytes[4..<8]) == Array("TFL3".utf8))
    #expect(bytes.count % 16 == 0)
  }

  @Test func alignsEveryConstant() throws {
    let bytes = try Self.model.serialized()
    for buffer in Self.model.buffers where !buffer.isEmpty {
      let place = bytes.indices.first { bytes[$0...].starts(with: buffer) }
      #expect(try #require(place) % 16 == 0)
    }
  }

  @Test func listsEachCodeOncePerVersion() throws {
    var model = Self.model
    let count = try model.serialized().count
    model.subgraphs[0].operators[4].version = 4
    // One more table of codes, a version in it, a reference to it.
    #expect(try model.serialized().count > count)
    #expect(try Self.parsed(model.serialized()) == model)
  }

  @Test func writesTheSameBytesEveryTime() throws {
    #expect(try Self.model.serialized() == Self.model.serialized())
    for test in InteropCase.all {
      #expect(try convert(test.graph()) == convert(test.graph()), "\(test.name)")
    }
  }

  @Test func writesAnEmptyModel() throws {
    let model = TFLiteModel()
    #expect(Array(try model.serialized()[4..<8]) == Array("TFL3".utf8))
  }
}
