// SPDX-License-Identifier: Apache-2.0

import MainspringConvert
import MainspringGraph
import MainspringTFLite
import Testing
import _MainspringTestSupport

@Suite struct EncodingTests {
  private func model(_ name: String, _ options: EncodingOptions = EncodingOptions()) throws
    -> TFLiteModel
  {
    let test = try #require(InteropCase.all.first { $0.name == name })
    return try TFLiteModel(encoding: test.graph(), options: options)
  }

  /// `CODE version`, in order of first use over all subgraphs.
  private func codes(_ model: TFLiteModel) -> [String] {
    var seen: [String] = []
    for record in model.subgraphs.flatMap({ $0.operators }) {
      let code = "\(record.code) \(record.version)"
      if !seen.contains(code) { seen.append(code) }
    }
    return seen
  }

  private func minimumRuntime(_ model: TFLiteModel) throws -> String {
    let entry = try #require(model.metadata.first { $0.name == "min_runtime_version" })
    let bytes = model.buffers[entry.buffer]
    #expect(bytes.count == 16)
    return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }

  static let lowest: [(String, [String], String)] = [
    ("dense", ["FULLY_CONNECTED 1"], "1.5.0"),
    ("dense_sequence", ["FULLY_CONNECTED 5"], "2.0.0"),
    ("convolution", ["CONV_2D 1"], "1.5.0"),
    ("grouped_convolution", ["CONV_2D 6"], "2.9.0"),
    (
      "depthwise_convolution", ["DEPTHWISE_CONV_2D 1", "DEPTHWISE_CONV_2D 2"], "1.12.0"
    ),
    (
      "transposed_convolution", ["TRANSPOSE_CONV 3", "TRANSPOSE_CONV 1", "TRANSPOSE_CONV 4"],
      "2.13.0"
    ),
    ("scale_shift", ["MUL 1", "ADD 1"], "1.5.0"),
    (
      "binary_five_axes", ["ADD 1", "SUB 3", "MUL 1", "DIV 2", "MAXIMUM 3", "MINIMUM 3"], "2.3.0"
    ),
    ("transpose", ["TRANSPOSE 1", "TRANSPOSE 4", "TRANSPOSE 6"], "2.12.0"),
    ("slice", ["SLICE 1", "STRIDED_SLICE 1", "SLICE 5", "STRIDED_SLICE 4"], "2.5.0"),
    ("pad", ["PAD 1", "PADV2 1", "PAD 4", "PADV2 4"], "2.6.0"),
    ("lstm_last", ["FILL 1", "UNIDIRECTIONAL_SEQUENCE_LSTM 1", "STRIDED_SLICE 1"], "1.13.1"),
  ]

  @Test(arguments: lowest)
  func writesTheLowestTrueVersions(name: String, expected: [String], runtime: String) throws {
    let model = try model(name)
    #expect(codes(model) == expected)
    #expect(try minimumRuntime(model) == runtime)
  }

  @Test func writesLoopsForRuntimesThatKnowThem() throws {
    #expect(try minimumRuntime(try model("gru_after")) == "2.9.0")
    #expect(
      try minimumRuntime(try model("gru_after", EncodingOptions(recurrent: .unrolled))) == "1.14.0")
    let last = try model("lstm_last", EncodingOptions(recurrent: .while))
    #expect(last.subgraphs.map { $0.name } == ["main", "lstm_condition", "lstm_step"])
    // Without a sequence there is nothing to update.
    #expect(try minimumRuntime(last) == "1.15.0")
  }

  @Test(
    arguments: InteropCase.all,
    [
      EncodingOptions.Recurrent.fused, .while, .unrolled,
    ])
  func givesBuffersToConstantsOnly(test: InteropCase, recurrent: EncodingOptions.Recurrent) throws {
    let model = try TFLiteModel(
      encoding: test.graph(), options: EncodingOptions(recurrent: recurrent))
    #expect(model.buffers[0].isEmpty)
    #expect(model.buffers.dropFirst().allSatisfy { !$0.isEmpty })
    #expect(Set(model.buffers).count == model.buffers.count)
    for subgraph in model.subgraphs {
      let written = Set(subgraph.operators.flatMap { $0.outputs } + subgraph.inputs)
      for (index, tensor) in subgraph.tensors.enumerated() {
        // A state that nobody resets is neither written nor constant; there is none here.
        #expect((tensor.buffer == 0) == written.contains(Int32(index)), "\(tensor.name)")
      }
    }
  }

  @Test func widensHalvesFirst() throws {
    let model = try model("gesture", EncodingOptions(precision: .float16))
    let records = model.subgraphs[0].operators
    let widenings = records.prefix { $0.code == .dequantize }
    #expect(widenings.allSatisfy { $0.version == 3 })
    #expect(!records.dropFirst(widenings.count).contains { $0.code == .dequantize })
    let halves = model.subgraphs[0].tensors.indices.filter {
      model.subgraphs[0].tensors[$0].type == .float16
    }
    #expect(widenings.map { Int($0.inputs[0]) }.sorted() == halves)
    #expect(model.metadata.map { $0.name } == ["min_runtime_version", "reduced_precision_support"])
    // One convolution, two LSTMs of two times four gates, two Dense; vectors stay floats, and so
    // does the small convolution that sees the sensor's units.
    #expect(widenings.count == 1 + 2 * 8 + 2)
  }

  @Test func sharesConstantsOfUnrolledSteps() throws {
    let looped = try model("gru_after", EncodingOptions(recurrent: .while)).buffers
    let unrolled = try model("gru_after", EncodingOptions(recurrent: .unrolled)).buffers
    let weights = looped.filter { $0.count >= 4 * 15 * 3 }
    #expect(weights.count >= 4)
    for bytes in weights { #expect(unrolled.filter { $0 == bytes }.count == 1) }
  }

  @Test func resetsTheStateOfAStatelessLSTM() throws {
    let records = try model("lstm_sequence").subgraphs[0].operators
    #expect(records.map { $0.code } == [.fill, .fill, .unidirectionalSequenceLstm])
    let lstm = records[2]
    #expect(lstm.inputs.count == 24)
    #expect(records.dropLast().map { $0.outputs[0] } == Array(lstm.inputs[18...19]))
    #expect(
      lstm.inputs.indices.filter { lstm.inputs[$0] < 0 } == [9, 10, 11, 16, 17, 20, 21, 22, 23])
    #expect(lstm.options.byte(0) == 4)
    #expect(lstm.options.float(1) == 0)
    #expect(try model("lstm_clipped").subgraphs[0].operators[2].options.float(1) == 0.25)
  }

  @Test func leavesTheStateOfAStatefulLSTMAlone() throws {
    var maker = ModelMaker(seed: 1)
    let x = try maker.input([1, 4, 2])
    let lstm = LSTM(
      inputWeights: try maker.weights([12, 2]), recurrentWeights: try maker.weights([12, 3]),
      bias: try maker.weights([12]), isStateful: true)
    let y = try maker.add(.lstm(lstm), x)
    let graph = try maker.finish(y)
    let main = try TFLiteModel(encoding: graph).subgraphs[0]
    #expect(main.operators.map { $0.code } == [.unidirectionalSequenceLstm])
    for index in main.operators[0].inputs[18...19] {
      #expect(main.tensors[Int(index)].isVariable)
      #expect(main.tensors[Int(index)].buffer == 0)
    }
  }

  @Test func namesWhatPeopleSee() throws {
    var maker = ModelMaker(seed: 1)
    let a = try maker.input([1, 2], name: "sensor")
    let b = try maker.input([1, 2], name: "sensor")
    let c = try maker.input([1, 2], name: "")
    let sum = try maker.binary(.add, a, try maker.binary(.add, b, c))
    maker.graph.rename(sum, to: "gesture")
    let graph = try maker.finish(sum, sum)
    let model = try TFLiteModel(encoding: graph, options: EncodingOptions(writer: "Test 1"))
    #expect(model.description == "Test 1")
    #expect(model.subgraphs[0].name == "main")
    #expect(model.subgraphs[0].tensors[0].name == "sensor")
    let signature = try #require(model.signatures.first)
    #expect(signature.key == "serving_default")
    #expect(signature.inputs.map { $0.name } == ["sensor", "sensor_1", "input_2"])
    #expect(signature.inputs.map { $0.tensor } == [0, 1, 2])
    #expect(signature.outputs.map { $0.name } == ["gesture", "gesture_1"])
    #expect(EncodingOptions().writer == "Mainspring \(converterVersion)")
  }

  @Test func numbersEqualNamesPastThoseTaken() throws {
    var maker = ModelMaker(seed: 1)
    let x = try maker.input([1, 2], name: "x")
    for name in ["gesture", "gesture_1", "gesture", "gesture", "gesture_1"] {
      let output = try maker.binary(.add, x, x)
      maker.graph.rename(output, to: name)
      try maker.graph.addOutput(output)
    }
    let graph = try maker.finish()
    let signature = try #require(try TFLiteModel(encoding: graph).signatures.first)
    #expect(
      signature.outputs.map { $0.name }
        == ["gesture", "gesture_1", "gesture_2", "gesture_3", "gesture_1_1"])
  }

  @Test func refusesWhatStockRuntimesCannotRun() throws {
    var maker = ModelMaker(seed: 1)
    let x = try maker.input([1, 1, 2, 1, 2, 1, 2])
    let turned = try maker.add(.transpose(Transpose(permutation: [6, 5, 4, 3, 2, 1, 0])), x)
    let graph = try maker.finish(turned)
    let error = #expect(throws: ConvertError.self) { try convert(graph) }
    #expect(
      error?.description
        == "'transpose_1': Transpose of [1, 1, 2, 1, 2, 1, 2] has more than 6 axes")

    var empty = ModelMaker(seed: 1)
    let nothing = try empty.finish(try empty.unary(.relu, try empty.input([1, 0, 3])))
    #expect(throws: ConvertError.empty(name: "x", shape: try Shape([1, 0, 3]))) {
      try convert(nothing)
    }
    var weightless = ModelMaker(seed: 1)
    let y = try weightless.input([1, 3])
    let none = weightless.constant(try weightless.weights([0, 3]))
    let stack = try weightless.finish(
      try weightless.add(.concatenate(Concatenate(axis: 0)), y, none))
    #expect(throws: ConvertError.empty(name: "constant_1", shape: try Shape([0, 3]))) {
      try convert(stack)
    }
  }

  @Test func refusesToUnrollWithoutEnd() throws {
    var maker = ModelMaker(seed: 1)
    let x = try maker.input([1, 50_000, 1])
    let y = try maker.simpleRNN(1, x, activation: .tanh, returnsSequence: false)
    let graph = try maker.finish(y)
    #expect(try convert(graph).count < 10_000)
    let error = #expect(throws: ConvertError.self) {
      try convert(graph, options: EncodingOptions(recurrent: .unrolled))
    }
    #expect(
      error?.description
        == "'simplernn_1': SimpleRNN over 50000 steps is too long to unroll: 4 operators a step, "
        + "at most 100000 in all")
  }

  @Test(.enabled(if: Location.hasShared, "needs ../shared"))
  func keepsTheGestureModelSmall() throws {
    let bytes = try readFile(Location.shared("models/geotec/tfk_float32.tflite"))
    var graph = try Graph(tflite: bytes.span.bytes).optimized()
    // TensorFlow's names are longer than whole operators; ours are those of Keras layers.
    for id in graph.values.indices { graph.rename(id, to: "batch_normalization_\(id)") }
    #expect(try convert(graph).count <= 372_000)
    #expect(try convert(graph, options: EncodingOptions(precision: .float16)).count <= 192_000)
  }
}
