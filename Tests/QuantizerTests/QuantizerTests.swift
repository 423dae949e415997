// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringRuntime
import Testing
import _MainspringTestSupport

@testable import MainspringConvert

@Suite struct QuantizerTests {
  @Test func aGestureModelIsIntegersThroughout() throws {
    var random = SplitMix64(seed: 1)
    let graph = try random.gestureModel().integerForm()
    let windows = try random.windows(graph, count: 40)
    let model = try quantize(graph, windows)
    for id in model.graph.inputs + model.graph.nodes.map(\.output) {
      #expect(model.graph.values[id].elementType == .int8)
    }
    #expect(model.precisions.allSatisfy { $0 == .int8 })
    #expect(!model.graph.nodes.contains { $0.operation.name == "ScaleShift" })
    let agreement = try ModelComparison(graph, windows).agreement(of: model.graph)
    #expect(agreement.meanDifference < 0.02)
  }

  @Test func operatorsThatMoveElementsShareAScale() throws {
    var random = SplitMix64(seed: 2)
    let graph = try random.gestureModel().integerForm()
    let quantized = try quantize(graph, try random.windows(graph, count: 20)).graph
    #expect(quantized.type("pool") == quantized.type("norm"))
    #expect(quantized.type("flat") == quantized.type("conv2"))
    #expect(quantized.type("softmax") == .int8(scale: 1 / 256, zeroPoint: -128))
    // Calibrated behind the rectifier: all of the range is above zero.
    #expect(quantized.type("conv")?.quantization?.zeroPoint == -128)
  }

  @Test func anLSTMKeepsItsStateInTheScaleOfItsOutput() throws {
    var random = SplitMix64(seed: 3)
    let graph = try random.gestureModel().integerForm()
    let model = try quantize(graph, try random.windows(graph, count: 20))
    let node = try #require(model.graph.node("lstm"))
    guard case .lstm(let cell) = node.operation else { return #expect(Bool(false)) }
    let state = try #require(cell.integerState)
    #expect(state.state == model.graph.values[node.output].quantization)
    #expect(state.hidden == state.state)
    #expect(state.cellScale.significand == 1)
    #expect(cell.inputWeights.quantization?.scales.count == 4)
    #expect(cell.recurrentWeights.quantization?.scales.count == 4)
    let scale = try #require(model.graph.values[node.inputs[0]].quantization?.scale)
    #expect(
      cell.bias.quantization?.scales == cell.inputWeights.quantization?.scales.map { $0 * scale })
    #expect(cell.bias.elementType == .int32)
  }

  @Test(arguments: [(0.9, 0), (1, 0), (1.01, 1), (16, 4), (17, 5), (64, 6)] as [(Float, Int)])
  func theCellsScaleIsTheNextPowerOfTwo(magnitude: Float, exponent: Int) throws {
    var ranges = Ranges(chosen: [nil], seen: [nil])
    ranges.cells[0] = magnitude
    #expect(ranges.cellScale(of: 0, clip: 0) == Float(1 << exponent) / 32768)
  }

  @Test func aCellBeyondItsIntegersStaysFloat() throws {
    var ranges = Ranges(chosen: [nil], seen: [nil])
    ranges.cells[0] = 64.1
    #expect(ranges.cellScale(of: 0, clip: 0) == nil)
    #expect(ranges.cellScale(of: 0, clip: 10) == 0x1p-11)
    ranges.cells = [:]
    #expect(ranges.cellScale(of: 0, clip: 0) == nil)
  }

  @Test func bothDirectionsOfABidirectionalLayerHaveOneScale() throws {
    var random = SplitMix64(seed: 4)
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 6, 3]))
    let forward = try graph.add(.lstm(try random.lstm(3, 4)), to: x, name: "forward")
    let reversed = try graph.add(.reverse(Reverse(axes: [1])), to: x, name: "reversed")
    let backward = try graph.add(.lstm(try random.lstm(3, 4)), to: reversed, name: "backward")
    let turned = try graph.add(.reverse(Reverse(axes: [1])), to: backward, name: "turned")
    let joined = try graph.add(
      .concatenate(Concatenate(axis: 2)), to: [forward, turned], name: "joined")
    try graph.addOutput(joined)
    let windows = try random.windows(graph, count: 30)
    let model = try quantize(graph, windows)
    let type = try #require(model.graph.type("joined"))
    #expect(model.graph.type("forward") == type)
    #expect(model.graph.type("backward") == type)
    #expect(!model.graph.nodes.contains { $0.operation.name == "Quantize" })
    for name in ["forward", "backward"] {
      guard case .lstm(let cell)? = model.graph.node(name)?.operation else { continue }
      #expect(cell.integerState?.state == type.quantization)
    }
    let agreement = try ModelComparison(graph, windows).agreement(of: model.graph)
    #expect(agreement.meanDifference < 0.01)
  }

  /// A wide neighbour would take the precision from a recurrence; it is converted instead.
  @Test func anLSTMBesideAWideValueIsConverted() throws {
    var random = SplitMix64(seed: 5)
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 6, 4]))
    let h = try graph.add(.lstm(try random.lstm(4, 4)), to: x, name: "h")
    let ten = graph.addConstant(name: "ten", Tensor(scalar: 10))
    let wide = try graph.add(.binary(Binary(.multiply)), to: [x, ten], name: "wide")
    let joined = try graph.add(
      .concatenate(Concatenate(axis: 2)), to: [h, wide], name: "joined")
    try graph.addOutput(joined)
    let quantized = try quantize(graph, try random.windows(graph, count: 30)).graph
    let scale = try #require(quantized.type("h")?.quantization?.scale)
    #expect(scale < 0.01)
    #expect(quantized.type("wide") == quantized.type("joined"))
    #expect(quantized.type("h/int8") == quantized.type("joined"))
  }

  @Test func aFixedScaleThatMeetsAnotherIsConverted() throws {
    var random = SplitMix64(seed: 6)
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 4]))
    let gate = try graph.add(.unary(Unary(.logistic)), to: x, name: "gate")
    let bent = try graph.add(.unary(Unary(.tanh)), to: x, name: "bent")
    let joined = try graph.add(
      .concatenate(Concatenate(axis: 1)), to: [gate, bent], name: "joined")
    try graph.addOutput(joined)
    let windows = try random.windows(graph, count: 30)
    let quantized = try quantize(graph, windows).graph
    #expect(quantized.type("gate") == .int8(scale: 1 / 256, zeroPoint: -128))
    #expect(quantized.type("bent") == .int8(scale: 1 / 128, zeroPoint: 0))
    #expect(quantized.nodes.filter { $0.operation.name == "Quantize" }.count == 2)
    let agreement = try ModelComparison(graph, windows).agreement(of: quantized)
    #expect(agreement.largestDifference < 0.03)
  }

  @Test func floatPortsAreConvertedInside() throws {
    var random = SplitMix64(seed: 7)
    let graph = try random.gestureModel().integerForm()
    let model = try quantize(graph, try random.windows(graph, count: 20), ports: .float32)
    let input = model.graph.values[model.graph.inputs[0]]
    let output = model.graph.values[model.graph.outputs[0]]
    #expect(input.type == .float32 && input.name == "x")
    #expect(output.type == .float32 && output.name == "softmax")
    #expect(model.graph.nodes.first?.operation == .quantize(Quantize()))
    #expect(model.graph.nodes.last?.operation == .dequantize(Dequantize()))
  }

  @Test func silentChannelsGetAScaleAndBiasesFit() throws {
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 2]))
    let weights = Tensor(shape: try Shape([4, 2]), floats: [0, 0, 0, 0, 1e-9, 0, 1, -1])
    let bias = try Tensor(vector: [0, 5, 1000, 1e-3])
    let y = try graph.add(.dense(Dense(weights: weights, bias: bias)), to: x, name: "y")
    try graph.addOutput(y)
    var windows = WindowSet(for: graph)
    for index in 0..<20 { try windows.append([[Float(index) / 10, 1.25]]) }
    let model = try quantize(graph, windows)
    guard case .dense(let dense)? = model.graph.node("y")?.operation else { return }
    let scales = try #require(dense.weights.quantization?.scales)
    #expect(scales.allSatisfy { $0 > 0 && $0.isFinite })
    guard case .int32(let integers)? = dense.bias?.elements else { return #expect(Bool(false)) }
    #expect(integers.allSatisfy { abs(Int($0)) <= 1 << 30 + 1 << 10 })
    let agreement = try ModelComparison(graph, windows).agreement(of: model.graph)
    #expect(agreement.largestDifference <= 1000 / 255)
  }

  @Test func whatHasNoGoodKernelStaysFloatWithItsNeighbours() throws {
    var random = SplitMix64(seed: 8)
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 5, 6]))
    let first = try graph.add(try random.dense(6, 6), to: x, name: "first")
    let mean = try graph.add(
      .reduce(Reduce(kind: .mean, axes: [2], keepsAxes: true)), to: first, name: "mean")
    let centered = try graph.add(.binary(Binary(.subtract)), to: [first, mean], name: "centered")
    let square = try graph.add(.unary(Unary(.square)), to: centered, name: "square")
    let variance = try graph.add(
      .reduce(Reduce(kind: .mean, axes: [2], keepsAxes: true)), to: square, name: "variance")
    let root = try graph.add(.unary(Unary(.reciprocalSquareRoot)), to: variance, name: "root")
    let normal = try graph.add(.binary(Binary(.multiply)), to: [centered, root], name: "normal")
    let gru = try graph.add(.gru(try random.gru(6, 3)), to: normal, name: "gru")
    try graph.addOutput(try graph.add(try random.dense(3, 2), to: gru, name: "last"))
    let windows = try random.windows(graph, count: 30)
    let model = try quantize(graph, windows)
    let byName = Dictionary(
      uniqueKeysWithValues: zip(graph.nodes.map { graph.values[$0.output].name }, model.precisions))
    for name in ["first", "gru", "last"] { #expect(byName[name] == .int8, "\(name)") }
    for name in ["mean", "centered", "square", "variance", "root", "normal"] {
      #expect(byName[name] == .float32, "\(name)")
    }
    // One way in, one way out.
    #expect(model.graph.nodes.filter { $0.operation.name == "Dequantize" }.count == 1)
    #expect(model.graph.nodes.filter { $0.operation.name == "Quantize" }.count == 1)
    let agreement = try ModelComparison(graph, windows).agreement(of: model.graph)
    #expect(agreement.meanDifference < 0.03)
  }

  @Test func sixteenBitsReachWhereThereAreKernels() throws {
    var random = SplitMix64(seed: 9)
    let graph = try random.gestureModel().integerForm()
    let windows = try random.windows(graph, count: 40)
    let model = try quantize(graph, windows, .int16)
    let input = model.graph.values[model.graph.inputs[0]]
    #expect(input.elementType == .int16 && input.quantization?.zeroPoint == 0)
    guard case .convolution(let first)? = model.graph.node("conv")?.operation else { return }
    #expect(first.weights.elementType == .int8 && first.bias?.elementType == .int64)
    let lstm = zip(graph.nodes, model.precisions).first { $0.0.operation.name == "LSTM" }
    #expect(lstm?.1 == .float32)
    let coarse = try quantize(graph, windows)
    let comparison = try ModelComparison(graph, windows)
    let fine = try comparison.agreement(of: model.graph)
    #expect(fine.scoreError < 0.5 * (try comparison.agreement(of: coarse.graph)).scoreError)
    #expect(model.graph.type("softmax") == .int16(scale: 1 / 32768))
  }

  @Test func refusesWhatDoesNotBelongTogether() throws {
    var random = SplitMix64(seed: 10)
    let graph = try random.gestureModel().integerForm()
    let count = graph.values.count
    let plan = QuantizationPlan(.int8, for: graph)
    let none = Ranges(chosen: [], seen: [])
    #expect(throws: QuantizationError.mismatch(what: "ranges", expected: count, found: 0)) {
      try Quantizer(graph, none, plan).quantized()
    }
    let unseen = [Bounds?](repeating: nil, count: count)
    #expect(throws: QuantizationError.noRange(value: "x")) {
      try Quantizer(graph, Ranges(chosen: unseen, seen: unseen), plan).quantized()
    }
    var short = plan
    short.precisions.removeLast()
    let ranges = try Calibrator(graph).calibrate(try random.windows(graph, count: 3)).ranges(
      .minMax)
    #expect(throws: QuantizationError.self) { try Quantizer(graph, ranges, short).quantized() }
    let quantized = try Quantizer(graph, ranges, plan).quantized()
    #expect(throws: QuantizationError.self) {
      let all = [Bounds?](repeating: nil, count: quantized.values.count)
      let again = QuantizationPlan(.int8, for: quantized)
      return try Quantizer(quantized, Ranges(chosen: all, seen: all), again).quantized()
    }
  }

  @Test(
    arguments: [NodePrecision.int8, .int16, .dynamic, .float32], [Float.nan, .infinity])
  func namesWeightsThatAreNotFinite(precision: NodePrecision, bad: Float) throws {
    let row = { (floats: [Float]) in Tensor(shape: try Shape([1, 2]), floats: floats) }
    let dense = try Operator.dense(Dense(weights: row([1, bad]), bias: nil))
    var random = SplitMix64(seed: 9)
    var gru = try random.gru(2, 3)
    gru.recurrentBias = try Tensor(vector: [0, 0, 0, 0, 0, bad, 0, 0, 0])
    for (operation, extents, role, element) in [
      (dense, [1, 2], "weights", 1), (.gru(gru), [1, 4, 2], "recurrent bias", 5),
    ] {
      var graph = Graph()
      let x = graph.addInput(name: "x", shape: try Shape(extents))
      try graph.addOutput(try graph.add(operation, to: x, name: "bad\u{1b}"))
      let bounds = [Bounds?](repeating: Bounds(lower: -1, upper: 1), count: 2)
      let error = QuantizationError.weights(node: "bad\u{1b}", role: role, element: element)
      #expect(throws: error) {
        let plan = QuantizationPlan(precision, for: graph)
        return try Quantizer(graph, Ranges(chosen: bounds, seen: bounds), plan).quantized()
      }
      #expect(
        error.description
          == "'bad\\u{1b}': expected finite floats as \(role), element \(element) is not")
      for name in [ModelPrecision.dynamicInt8, .int8, .int16x8] {
        let windows = try random.windows(graph, count: 4)
        var converter = try ModelConverter(graph, calibration: windows)
        #expect(throws: ConversionError.quantization(error)) { try converter.convert(to: name) }
      }
    }
  }

  @Test func aGraphThatOnlyMovesElementsNeedsNoRangesForFloats() throws {
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 4]))
    let y = try graph.add(.reshape(Reshape(to: try Shape([1, 2, 2]))), to: x, name: "y")
    try graph.addOutput(y)
    let model = try graph.dynamicRange(QuantizationPlan(.dynamic, for: graph))
    #expect(model.graph == graph)
  }
}
