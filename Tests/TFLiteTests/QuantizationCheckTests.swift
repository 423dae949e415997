// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringTFLite
import Testing
import _MainspringTestSupport

/// Scales, zero points and types no kernel could compute with are refused by name.
@Suite struct QuantizationCheckTests {
  /// The refusal of the dense model with another quantization of one of its tensors.
  private func dense(
    tensor: Int, _ scales: [Float], _ zeroPoints: [Int64], axis: Int32 = 0
  ) -> String {
    var sketch = IntegerSketch.dense()
    sketch.quantize(Int32(tensor), scales, zeroPoints, axis: axis)
    return sketch.refusal
  }

  @Test(arguments: [0, 3], [Float.nan, .infinity, 0, -0.5])
  func scalesAreFiniteAndPositive(tensor: Int, scale: Float) {
    #expect(dense(tensor: tensor, [scale], [0]).contains("expected scales above 0"))
  }

  @Test(arguments: [Float.nan, .infinity, 0, -0.5]) func soAreThoseOfWeights(scale: Float) {
    #expect(dense(tensor: 1, [0.1, scale], [0, 0]).contains("expected scales above 0"))
    #expect(dense(tensor: 2, [scale, 1], [0, 0]).contains("expected scales above 0"))
  }

  @Test func thereIsAZeroPointForEachScale() {
    #expect(dense(tensor: 0, [1], [0, 0]).contains("expected 1 zero points, found 2"))
    #expect(dense(tensor: 1, [1, 1], [0]).contains("expected 2 zero points, found 1"))
  }

  @Test func thereIsAScaleForEachChannel() {
    #expect(dense(tensor: 1, [1, 1, 1], [0, 0, 0]).contains("one for each index of axis 0"))
    #expect(dense(tensor: 1, [1, 1], [0, 0], axis: 2).contains("one for each index of axis 2"))
    #expect(
      dense(tensor: 1, [1, 1], [0, 0], axis: -1).contains("one for each index of axis -1"))
    #expect(
      dense(tensor: 1, [1, 1, 1], [0, 0, 0], axis: 1)
        .contains("weights with scales along axis 0, found axis 1"))
  }

  @Test(arguments: [-129, 128, Int64.max, Int64.min]) func zeroPointsAreInsideTheType(zero: Int64) {
    #expect(dense(tensor: 0, [1], [zero]).contains("expected zero points inside int8"))
    #expect(dense(tensor: 3, [1], [zero]).contains("expected zero points inside int8"))
  }

  @Test func weightsAndBiasesAreAroundZero() {
    #expect(dense(tensor: 1, [1], [1]).contains("weights that are not around zero"))
    #expect(dense(tensor: 1, [1, 1], [0, -1]).contains("weights that are not around zero"))
    #expect(dense(tensor: 2, [1], [1]).contains("expected a bias around zero"))
  }

  @Test func whatIsComputedHasOneScale() {
    #expect(dense(tensor: 3, [1, 1], [0, 0], axis: 1).contains("has several scales"))
    #expect(dense(tensor: 0, [1, 1, 1], [0, 0, 0], axis: 1).contains("has several scales"))
    var sketch = IntegerSketch.dense()
    sketch.model.subgraphs[0].tensors[0].quantization = nil
    #expect(sketch.refusal.contains("is int8 without a scale"))
    sketch = IntegerSketch.dense()
    sketch.model.subgraphs[0].tensors[1].quantization = nil
    #expect(sketch.refusal.contains("expected weights with scales, found none"))
  }

  @Test func int16IsAroundZero() {
    var sketch = ModelSketch()
    let x = sketch.asInput(sketch.int16("x", [2]))
    sketch.quantize(x, [1], [1])
    sketch.output(sketch.add(.dequantize, [x], [2]))
    #expect(sketch.refusal.contains("with zero point 0, as it is int16"))
  }

  /// Operators whose kernels know one result only.
  static let fixed: [(BuiltinOperator, Float, Int64, String)] = [
    (.softmax, 1 / 256, -128, "scale 0.00390625 and zero point -128"),
    (.logistic, 1 / 256, -128, "scale 0.00390625 and zero point -128"),
    (.tanh, 1 / 128, 0, "scale 0.0078125 and zero point 0"),
    (.logSoftmax, 1 / 16, 127, "scale 0.0625 and zero point 127"),
  ]

  @Test(arguments: fixed) func someResultsHaveAScaleOfTheirOwn(
    code: BuiltinOperator, scale: Float, zeroPoint: Int64, words: String
  ) throws {
    func sketch(_ scale: Float, _ zeroPoint: Int64) -> ModelSketch {
      var sketch = ModelSketch()
      let x = sketch.asInput(sketch.int8("x", [1, 4]))
      let y = sketch.int8("y", [1, 4], scale, zeroPoint)
      sketch.add(code, [x], to: [y])
      if code == .softmax {
        sketch.model.subgraphs[0].operators[0].options = OptionsRecord(
          table: 9, fields: [.init(0, .float(1))])
      }
      sketch.output(y)
      return sketch
    }
    let graph = try Graph(sketch(scale, zeroPoint).model)
    #expect(graph.values[1].type == .int8(scale: scale, zeroPoint: zeroPoint))
    #expect(sketch(scale, 0 - 1).refusal.contains("expected a result with \(words)"))
    #expect(sketch(scale * 1.01, zeroPoint).refusal.contains("expected a result with \(words)"))
    // LiteRT's tolerance, for a softmax alone.
    let close = sketch(scale * 1.0005, zeroPoint).refusal
    #expect(close.isEmpty == (code == .softmax))
  }

  @Test(arguments: [BuiltinOperator.softmax, .logistic, .tanh])
  func soHaveThoseOfInt16(code: BuiltinOperator) throws {
    func sketch(_ scale: Float) -> ModelSketch {
      var sketch = ModelSketch()
      let x = sketch.asInput(sketch.int16("x", [1, 4]))
      let y = sketch.int16("y", [1, 4], scale)
      sketch.add(code, [x], to: [y])
      if code == .softmax {
        sketch.model.subgraphs[0].operators[0].options = OptionsRecord(
          table: 9, fields: [.init(0, .float(1))])
      }
      sketch.output(y)
      return sketch
    }
    #expect(try Graph(sketch(1 / 32768).model).nodes.count == 1)
    #expect(sketch(1 / 16384).refusal.contains("expected a result with scale 3.0517578e-05"))
  }

  @Test func kernelsThatCopyNeedOneScale() {
    func sketch(_ code: BuiltinOperator, _ options: OptionsRecord) -> ModelSketch {
      var sketch = ModelSketch()
      let x = sketch.asInput(sketch.int8("x", [1, 1, 2, 2], 0.5, 3))
      let y = sketch.int8("y", [1, 1, 2, 2], 0.25, 3)
      sketch.add(code, [x], to: [y])
      sketch.model.subgraphs[0].operators[0].options = options
      sketch.output(y)
      return sketch
    }
    let pool = OptionsRecord(
      table: 5,
      fields: [.init(1, .int(1)), .init(2, .int(1)), .init(3, .int(1)), .init(4, .int(1))])
    for code in [BuiltinOperator.maxPool2d, .averagePool2d] {
      #expect(sketch(code, pool).refusal.contains("the operand's scale 0.5 and zero point 3"))
    }
    let joined = sketch(.concatenation, OptionsRecord(table: 10))
    #expect(joined.refusal.contains("the operand's scale 0.5 and zero point 3"))
  }

  // MARK: Types

  @Test func legacyTypesAreRefusedByName() {
    var sketch = ModelSketch()
    let x = sketch.input("pixels", [1, 2], .uint8)
    sketch.quantize(x, [1], [128])
    sketch.output(sketch.add(.tanh, [x], [1, 2], .uint8))
    #expect(
      sketch.refusal
        == "operator 0 (TANH): tensor 0 'pixels' is uint8, the quantization of TensorFlow 1; "
        + "convert the model to int8 instead")
    var bare = ModelSketch()
    let z = bare.input("z", [1, 2], .uint8)
    bare.output(bare.add(.dequantize, [z], [1, 2]))
    #expect(bare.refusal.contains("'z' is uint8 without a scale"))
    var inner = ModelSketch()
    let y = inner.input("y", [1, 2])
    let w = inner.integers("w", [1, 2], [1, 2] as [UInt8], [1], zeroPoints: [128])
    inner.output(inner.add(.fullyConnected, [y, w, -1], [1, 1], .float32, 8))
    #expect(inner.refusal.contains("tensor 1 'w' is uint8, the quantization of TensorFlow 1"))
    inner.model.subgraphs[0].tensors[1].type = TensorType(code: 17)
    inner.model.subgraphs[0].tensors[1].quantization = nil
    inner.model.buffers[1] = [0]
    #expect(
      inner.refusal.contains("tensor 1 'w' is int4; only floats, int8 and int16 are supported"))
  }

  @Test func typesThatDoNotGoTogetherAreRefused() {
    var mixed = ModelSketch()
    let x = mixed.asInput(mixed.int8("x", [2]))
    let y = mixed.input("y", [2])
    let sum = mixed.int8("sum", [2])
    mixed.add(.add, [x, y], to: [sum], 11)
    mixed.output(sum)
    #expect(mixed.refusal.contains("operands of types int8 and float32"))

    var wide = ModelSketch()
    let a = wide.asInput(wide.int8("a", [2]))
    let b = wide.int16("b", [2])
    wide.add(.add, [a, a], to: [b], 11)
    wide.output(b)
    #expect(wide.refusal.contains("operands of type int8 and a result of type int16"))

    var bias = IntegerSketch.dense()
    bias.model.subgraphs[0].tensors[2].type = .float32
    #expect(
      bias.refusal.contains("expected a bias that goes with operands of int8, found float32"))

    var weights = ModelSketch()
    let z = weights.asInput(weights.int8("z", [1, 2]))
    let w = weights.floats("w", [1, 2], [1, 2])
    let product = weights.int8("product", [1, 1])
    weights.add(.fullyConnected, [z, w, -1], to: [product], 8)
    weights.output(product)
    #expect(
      weights.refusal.contains("expected weights that go with operands of int8, found float32"))
  }

  @Test func aDepthwiseFilterOnFloatsHasAScaleForEachChannel() throws {
    func sketch(_ scales: [Float]) -> ModelSketch {
      var sketch = ModelSketch()
      let x = sketch.input("x", [1, 1, 2, 2])
      let w = sketch.integers("w", [1, 1, 1, 2], [1, 2] as [Int8], scales, axis: 3)
      let y = sketch.tensor("y", [1, 1, 2, 2])
      sketch.add(
        .depthwiseConv2d, [x, w], to: [y], 2, .init(1, .int(1)), .init(2, .int(1)))
      sketch.output(y)
      return sketch
    }
    #expect(try Graph(sketch([0.1, 0.2]).model).nodes.count == 1)
    #expect(sketch([0.1]).refusal.contains("floats with one scale for all int8 weights"))
  }

  @Test func whatWouldNeedFurtherScalesIsRefused() {
    var tanh = IntegerSketch.dense()
    tanh.model.subgraphs[0].operators[0].options.fields = [.init(0, .byte(4))]
    #expect(tanh.refusal.contains("a fused activation of this kind on int8"))

    var norm = ModelSketch()
    let x = norm.asInput(norm.int8("x", [1, 2]))
    let y = norm.int8("y", [1, 2], 1 / 128, 0)
    norm.add(.l2Normalization, [x], to: [y])
    norm.output(y)
    #expect(norm.refusal.contains("normalization on int8"))
  }

  @Test func theOlderRuleForInt16SumsIsRefused() throws {
    func sketch(_ scale: Float, _ fields: OptionsRecord.Field...) -> ModelSketch {
      var sketch = ModelSketch()
      let x = sketch.asInput(sketch.int16("x", [2], scale))
      let y = sketch.int16("y", [2], 0.5)
      sketch.add(.add, [x, x], to: [y], 11)
      sketch.model.subgraphs[0].operators[0].options.fields = fields
      sketch.output(y)
      return sketch
    }
    #expect(sketch(0.25).refusal.contains("pot_scale_int16"))
    #expect(try Graph(sketch(0.25, .init(1, .bool(false))).model).nodes.count == 1)
    #expect(try Graph(sketch(0.3).model).nodes.count == 1)
  }

  // MARK: LSTM

  private func lstm(_ change: (inout TFLiteModel.Subgraph) -> Void) -> String {
    var sketch = IntegerSketch.lstm(isCleared: false)
    change(&sketch.model.subgraphs[0])
    return sketch.refusal
  }

  private static func index(_ name: String, in subgraph: TFLiteModel.Subgraph) -> Int {
    subgraph.tensors.firstIndex { $0.name == name } ?? 0
  }

  @Test(arguments: [Float(0.0003), 0x1p-8, 0x1p-16]) func theCellHasAPowerOfTwo(scale: Float) {
    let words = lstm {
      $0.tensors[Self.index("c", in: $0)].quantization?.scales = [scale]
    }
    #expect(words.contains("a scale for c that is a power of two from 2⁻¹⁵ to 2⁻⁹"))
  }

  @Test func theStateHasItsTypes() {
    #expect(
      lstm { $0.tensors[Self.index("c", in: $0)].type = .int8 }
        .contains("expected int8 for h, int16 for c and int8 for intermediate 4"))
    #expect(
      lstm { $0.tensors[Self.index("h", in: $0)].quantization = nil }
        .contains("is int8 without a scale"))
  }

  @Test(arguments: [18, 19]) func theStateIsNotLeftOut(operand: Int) {
    #expect(
      lstm { $0.operators[0].inputs[operand] = -1 }
        .contains("expected a variable as operand \(operand), found none"))
  }

  @Test func thereAreFiveIntermediates() {
    #expect(lstm { $0.operators[0].intermediates = [] }.contains("expected 5 intermediates"))
    #expect(lstm { $0.operators[0].intermediates[4] = -1 }.contains("expected 5 intermediates"))
    #expect(lstm { $0.operators[0].intermediates[4] = 9999 }.contains("a tensor below"))
    #expect(
      lstm { $0.operators[0].intermediates[4] = $0.operators[0].intermediates[0] }
        .contains("expected int8 for h, int16 for c and int8 for intermediate 4, found int8"))
  }

  @Test func weightsOfAGateHaveOneScale() {
    let words = lstm {
      $0.tensors[Self.index("w1", in: $0)].quantization = .init(
        scales: [1, 2], zeroPoints: [0, 0])
    }
    #expect(words.contains("input weights with a scale for each channel"))
    let shifted = lstm {
      $0.tensors[Self.index("u2", in: $0)].quantization?.zeroPoints = [1]
    }
    #expect(shifted.contains("recurrent weights that are not around zero"))
  }

  @Test func int16LSTMsAreRefused() {
    let words = lstm {
      $0.tensors[Self.index("x", in: $0)].type = .int16
      $0.tensors[Self.index("x", in: $0)].quantization?.zeroPoints = [0]
    }
    #expect(words.contains("an operand of type int16"))
  }
}
