// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringTFLite
import Testing
import _MainspringTestSupport

@Suite struct IntegerDecodingTests {
  private func types(_ graph: Graph) -> [ValueType] { graph.values.map { $0.type } }

  @Test func aDenseLayerKeepsItsScales() throws {
    let graph = try Graph(IntegerSketch.dense().model)
    #expect(
      types(graph) == [.int8(scale: 0.5, zeroPoint: 3), .int8(scale: 0.25, zeroPoint: -128)])
    guard case .dense(let dense) = graph.nodes[0].operation else {
      Issue.record("no dense layer")
      return
    }
    #expect(
      dense.weights
        == Tensor(
          shape: try Shape([2, 3]), elements: .int8([1, 2, 3, 4, 5, -127]),
          quantization: Quantization(scales: [0.1, 0.2], zeroPoints: [0, 0])))
    #expect(
      dense.bias
        == Tensor(
          shape: try Shape([2]), elements: .int32([100, -100]),
          quantization: Quantization(scales: [0.05, 0.1], zeroPoints: [0, 0])))
    #expect(dense.activation == .relu)
    #expect(!dense.asymmetricInputs)
  }

  @Test(arguments: [false, true]) func int8WeightsOnFloatsSayHowOperandsAreQuantized(
    isAsymmetric: Bool
  ) throws {
    let graph = try Graph(IntegerSketch.hybrid(isAsymmetric: isAsymmetric).model)
    #expect(types(graph) == [.float32, .float32])
    guard case .dense(let dense) = graph.nodes[0].operation else {
      Issue.record("no dense layer")
      return
    }
    #expect(dense.asymmetricInputs == isAsymmetric)
    #expect(dense.weights.quantization == Quantization(scale: 0.1, zeroPoint: 0))
    #expect(dense.bias == (try Tensor(vector: [1, 2])))
  }

  @Test func scalesOfADepthwiseFilterMoveWithItsChannels() throws {
    var sketch = ModelSketch()
    let x = sketch.asInput(sketch.int8("x", [1, 1, 4, 2]))
    let w = sketch.integers(
      "w", [1, 1, 3, 2], [1, 10, 2, 20, 3, 30] as [Int8], [0.1, 0.2], axis: 3)
    let y = sketch.int8("y", [1, 1, 2, 2])
    sketch.add(
      .depthwiseConv2d, [x, w], to: [y], 2, .init(0, .byte(1)), .init(1, .int(1)),
      .init(2, .int(1)), .init(3, .int(1)))
    sketch.output(y)
    guard case .convolution(let convolution) = try Graph(sketch.model).nodes[0].operation else {
      Issue.record("no convolution")
      return
    }
    #expect(
      convolution.weights
        == Tensor(
          shape: try Shape([2, 1, 3, 1]), elements: .int8([1, 2, 3, 10, 20, 30]),
          quantization: Quantization(scales: [0.1, 0.2], zeroPoints: [0, 0])))
  }

  @Test(arguments: [false, true]) func anLSTMTakesTheScalesOfItsStateAlong(isCleared: Bool) throws {
    let graph = try Graph(IntegerSketch.lstm(isCleared: isCleared).model)
    guard case .lstm(let lstm) = graph.nodes[0].operation else {
      Issue.record("no LSTM")
      return
    }
    #expect(graph.nodes.count == 1)
    #expect(lstm.isStateful == !isCleared)
    #expect(
      lstm.integerState
        == IntegerLSTMState(
          state: Quantization(scale: 0.0078125, zeroPoint: 5),
          hidden: Quantization(scale: 0.015625, zeroPoint: 4), cellScale: 0x1p-13))
    #expect(lstm.inputWeights.elements == .int8([0, 1, 2, 3, 4, 5, 6, 7]))
    #expect(lstm.inputWeights.quantization?.scales == [0.01, 0.02, 0.03, 0.04])
    #expect(lstm.recurrentWeights.quantization?.zeroPoints == [0, 0, 0, 0])
    #expect(lstm.bias.elements == .int32([0, 7, 1, 7, 2, 7, 0, 0]))
    #expect(lstm.cellClip == 10)
    #expect(types(graph).last == .int8(scale: 0.0078125, zeroPoint: 5))
  }

  @Test func aStateIsClearedByWhatStandsForZero() {
    // 4 stands for something else where 5 is zero.
    #expect(IntegerSketch.lstm(isCleared: true, zero: 4).refusal.contains("a constant zero"))
  }

  @Test func halvesAndIntegersBehindDequantizeAreConstants() throws {
    var sketch = ModelSketch()
    let x = sketch.input("x", [1, 3])
    let w = sketch.integers("w", [2, 3], [1, 2, 3, 4, 5, 6] as [Int8], [0.5, 2])
    let wide = sketch.add(.dequantize, [w], [2, 3], name: "wide")
    sketch.output(sketch.add(.fullyConnected, [x, wide, -1], [1, 2], .float32, 8))
    let graph = try Graph(sketch.model)
    #expect(
      graph.nodes[0].operation
        == .dense(
          Dense(
            weights: Tensor(shape: try Shape([2, 3]), floats: [0.5, 1, 1.5, 8, 10, 12]), bias: nil))
    )
  }

  /// As `inference_input_type=tf.uint8` makes them, around a model of int8.
  @Test func bytesWithoutASignAreReadAsInt8() throws {
    var sketch = ModelSketch()
    let x = sketch.input("pixels", [4], .uint8)
    sketch.quantize(x, [0.5], [131])
    let a = sketch.int8("a", [4])
    sketch.add(.quantize, [x], to: [a])
    let y = sketch.tensor("y", [4], .uint8)
    sketch.quantize(y, [0.25], [0])
    sketch.add(.quantize, [a], to: [y])
    sketch.output(y)
    let graph = try Graph(sketch.model)
    #expect(
      types(graph) == [
        .int8(scale: 0.5, zeroPoint: 3), .int8(scale: 0.25, zeroPoint: -128),
      ])
    // The first one changes nothing any more.
    #expect(graph.nodes.map { $0.operation } == [.quantize(Quantize())])
  }

  @Test func quantizeAndDequantizeStandAtTheBorder() throws {
    var sketch = ModelSketch()
    let x = sketch.input("x", [4])
    let a = sketch.int8("a", [4])
    sketch.add(.quantize, [x], to: [a])
    let b = sketch.int16("b", [4])
    sketch.add(.quantize, [a], to: [b])
    sketch.output(sketch.add(.dequantize, [b], [4]))
    let graph = try Graph(sketch.model)
    #expect(
      graph.nodes.map { $0.operation }
        == [.quantize(Quantize()), .quantize(Quantize()), .dequantize(Dequantize())])
    #expect(
      types(graph) == [
        .float32, .int8(scale: 0.5, zeroPoint: 3), .int16(scale: 0.25), .float32,
      ])
  }

  @Test func aCopyToAnotherScaleStaysACopy() throws {
    var sketch = ModelSketch()
    let x = sketch.asInput(sketch.int8("x", [1, 2, 3], 0.5, 3))
    let shape = sketch.ints([6])
    let y = sketch.int8("y", [6], 0.25, 0)
    sketch.add(.reshape, [x, shape], to: [y])
    sketch.output(y)
    let graph = try Graph(sketch.model)
    #expect(
      types(graph) == [.int8(scale: 0.5, zeroPoint: 3), .int8(scale: 0.25, zeroPoint: 0)])
    // Not even a reshape to the same shape is dropped when it changes what integers stand for.
    sketch.model.subgraphs[0].tensors[Int(y)].shape = [1, 2, 3]
    sketch.model.buffers[1] = [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0]
    sketch.model.subgraphs[0].tensors[Int(shape)].shape = [3]
    let same = try Graph(sketch.model)
    #expect(same.nodes.map { $0.operation } == [.reshape(Reshape(to: try Shape([1, 2, 3])))])
    #expect(types(same)[1] == .int8(scale: 0.25, zeroPoint: 0))
  }

  @Test func constantsOfIntegersAreOperands() throws {
    var sketch = ModelSketch()
    let x = sketch.asInput(sketch.int8("x", [2, 2]))
    let a = sketch.integers("a", [2], [1, -1] as [Int8], [0.1], zeroPoints: [-7])
    let product = sketch.int8("product", [2, 2], 1, 0)
    sketch.add(.mul, [x, a], to: [product], 21)
    let sum = sketch.int8("sum", [2, 2], 2, 1)
    sketch.add(.add, [product, a], to: [sum], 11, .init(0, .byte(3)))
    sketch.output(sum)
    let graph = try Graph(sketch.model)
    // No scale-and-shift: it would round once instead of twice.
    #expect(
      graph.nodes.map { $0.operation } == [
        .binary(Binary(.multiply)), .binary(Binary(.add, activation: .relu6)),
      ])
    let constant = graph.values[graph.nodes[0].inputs[1]]
    #expect(constant.constant?.elements == .int8([1, -1]))
    #expect(constant.type == .int8(scale: 0.1, zeroPoint: -7))
    #expect(graph.nodes[1].inputs[1] == graph.nodes[0].inputs[1])
  }

  @Test func aBorderOfIntegersIsTheNumberItStandsFor() throws {
    var sketch = ModelSketch()
    let x = sketch.asInput(sketch.int8("x", [1, 2], 0.5, 3))
    let borders = sketch.ints([0, 0, 1, 0], shape: [2, 2])
    let value = sketch.integers("value", [1], [-5] as [Int8], [0.5], zeroPoints: [3])
    let y = sketch.int8("y", [1, 3], 0.5, 3)
    sketch.add(.padv2, [x, borders, value], to: [y])
    sketch.output(y)
    #expect(
      try Graph(sketch.model).nodes.map { $0.operation }
        == [.pad(Pad(before: [0, 1], after: [0, 0], value: -4))])
  }

  @Test func loopsOverIntegersAreUnrolled() throws {
    // sum = ADD(sum, x) three times, sums collected in rows: all int8.
    var sketch = ModelSketch.loop(times: 3, rows: 3)
    for index in sketch.model.subgraphs.indices {
      for number in sketch.model.subgraphs[index].tensors.indices
      where sketch.model.subgraphs[index].tensors[number].type == .float32 {
        sketch.model.subgraphs[index].tensors[number].type = .int8
        sketch.model.subgraphs[index].tensors[number].quantization =
          TFLiteModel.QuantizationRecord(scales: [0.5], zeroPoints: [2])
      }
    }
    // The constants of the main graph: zeros as int8.
    for (index, bytes) in sketch.model.buffers.enumerated() where bytes.count > 4 {
      sketch.model.buffers[index] = [UInt8](repeating: 2, count: bytes.count / 4)
    }
    let graph = try Graph(sketch.model)
    #expect(graph.nodes.filter { $0.operation.name == "Add" }.count == 3)
    #expect(graph.nodes.last?.operation.name == "Concatenate")
    for value in graph.values { #expect(value.type == .int8(scale: 0.5, zeroPoint: 2)) }
  }

  // MARK: Normal form

  @Test func aBiasOfZerosIsNoneUnlessItsWidthMatters() throws {
    func bias(_ type: ValueType, _ elements: Tensor.Elements) throws -> Tensor? {
      var graph = Graph()
      let x = graph.addInput(
        name: "x", shape: try Shape([1, 2]), elementType: type.elementType,
        quantization: type.quantization)
      let dense = Dense(
        weights: Tensor(
          shape: try Shape([1, 2]), elements: .int8([1, 2]),
          quantization: Quantization(scale: 1, zeroPoint: 0)),
        bias: Tensor(
          shape: try Shape([1]), elements: elements,
          quantization: Quantization(scale: 1, zeroPoint: 0)), asymmetricInputs: true)
      try graph.addOutput(try graph.add(.dense(dense), to: x, name: "y", type: type))
      guard case .dense(let result) = try graph.normalized().nodes[0].operation else { return nil }
      // It says nothing about integers.
      #expect(!result.asymmetricInputs)
      return result.bias
    }
    let int8 = ValueType.int8(scale: 1, zeroPoint: 0)
    #expect(try bias(int8, .int32([0])) == nil)
    #expect(try bias(int8, .int32([1])) != nil)
    #expect(try bias(.int16(scale: 1), .int64([0])) == nil)
    // With 32 bits kernels round in another way than without a bias.
    #expect(try bias(.int16(scale: 1), .int32([0])) != nil)
  }

  @Test func scalingIsNoIdentity() throws {
    var graph = Graph()
    let type = ValueType.int8(scale: 0.5, zeroPoint: 0)
    let x = graph.addInput(
      name: "x", shape: try Shape([1, 1, 2, 1]), elementType: .int8, quantization: type.quantization
    )
    let other = ValueType.int8(scale: 0.25, zeroPoint: 1)
    let same = try graph.add(.quantize(Quantize()), to: x, name: "same", type: type)
    let scaled = try graph.add(.quantize(Quantize()), to: same, name: "scaled", type: other)
    let pool = Pool(kind: .average, size: .one, stride: .one, padding: .valid)
    let pooled = try graph.add(.pool(pool), to: scaled, name: "pooled", type: other)
    let mean = Reduce(kind: .mean, axes: [3], keepsAxes: true)
    try graph.addOutput(try graph.add(.reduce(mean), to: pooled, name: "mean", type: type))
    let normal = try graph.normalized()
    #expect(normal.nodes.map { $0.operation } == [.quantize(Quantize()), .reduce(mean)])
    #expect(types(normal) == [type, other, type])
    #expect(try normal.normalized() == normal)
  }

  @Test func clampsOfIntegersAreNotFused() throws {
    var graph = Graph()
    let x = graph.addInput(
      name: "x", shape: try Shape([2]), elementType: .int8,
      quantization: Quantization(scale: 0.5, zeroPoint: 0))
    let sum = try graph.add(
      .binary(Binary(.add)), to: [x, x], name: "sum", type: .int8(scale: 1, zeroPoint: 0))
    try graph.addOutput(
      try graph.add(
        .unary(Unary(.relu)), to: sum, name: "y", type: .int8(scale: 0.5, zeroPoint: -128)))
    // The sum is rounded to its own scale first.
    #expect(try graph.normalized() == graph)
  }
}
