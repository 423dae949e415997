// SPDX-License-Identifier: Apache-2.0

import MainspringConvert
import MainspringGraph
import MainspringRuntime
import MainspringTFLite
import Testing
import _MainspringTestSupport

/// GRUs and simple recurrent layers on integers: loops whose every value has a scale.
@Suite struct SteppedLayerTests {
  private func quantized(_ graph: Graph, _ precision: NodePrecision, _ windows: WindowSet) throws
    -> QuantizedModel
  {
    let ranges = try Calibrator(graph).calibrate(windows, moments: true).ranges(.minMax)
    return try Quantizer(graph, ranges, QuantizationPlan(precision, for: graph)).model()
  }

  @Test(arguments: 0..<60, [NodePrecision.int8, .int16])
  func areReadBackAndGiveTheSameBitsEverywhere(seed: Int, precision: NodePrecision) throws {
    let graph = try RandomIntegerModel.makeStepped(seed: seed)
    var random = SplitMix64(seed: UInt64(seed))
    let windows = try random.windows(graph, count: 24)
    let model = try quantized(graph, precision, windows)
    for (node, found) in zip(graph.nodes, model.precisions)
    where RecurrentCell(node.operation) != nil {
      #expect(found == precision, "seed \(seed)")
    }
    let bytes = try convert(model.graph)
    let read = try Graph(tflite: bytes.span.bytes)
    #expect(try read == model.graph.normalized(), "seed \(seed)")
    #expect(read.nodes.count == model.graph.nodes.count, "seed \(seed)")
    // Written step by step there is no layer to be found, and the same arithmetic.
    let unrolled = try convert(model.graph, options: EncodingOptions(recurrent: .unrolled))
    let plain = try Graph(tflite: unrolled.span.bytes)
    #expect(plain.nodes.allSatisfy { RecurrentCell($0.operation) == nil })
    let comparison = try ModelComparison(model.graph, windows)
    #expect(try comparison.agreement(of: read).largestDifference == 0, "seed \(seed)")
    #expect(try comparison.agreement(of: plain).largestDifference == 0, "seed \(seed)")
    // And they stay what they were.
    let agreement = try ModelComparison(graph, windows).agreement(of: model.graph)
    let scale = Double(
      try Calibrator(graph).calibrate(windows).ranges(.minMax).seen[graph.outputs[0]]?.magnitude
        ?? 1)
    let bound = precision == .int8 ? 0.1 : 0.01
    #expect(agreement.meanDifference <= bound * scale, "seed \(seed): \(agreement)")
  }

  /// A GRU of one unit whose step is written down once more.
  @Test(arguments: [true, false])
  func rangesOfAStepAreThoseOfItsFormula(resetAfter: Bool) throws {
    var random = SplitMix64(seed: 31)
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 6, 2]))
    let gru = try random.gru(2, 3, resetAfter: resetAfter, sequence: false)
    let y = try graph.add(.gru(gru), to: x, name: "gru")
    try graph.addOutput(y)
    let windows = try random.windows(graph, count: 4)
    let ranges = try Calibrator(graph).calibrate(windows).ranges(.minMax)
    let found = try #require(ranges.steps[y]).seen
    let step = try RecurrentCell.gru(gru).stepGraph()
    var watched = step
    for value in step.scaledStepValues { try watched.addOutput(value) }
    var session = Session(try Plan(watched))
    var least = [Float](repeating: .infinity, count: found.count)
    var most = least.map { -$0 }
    let (w, b) = (gru.inputWeights.floats ?? [], gru.inputBias.floats ?? [])
    for window in 0..<4 {
      let elements = Array(windows.elements(of: 0, window: window))
      var h: [Float] = [0, 0, 0]
      for t in 0..<6 {
        let (first, second) = (elements[2 * t], elements[2 * t + 1])
        let a = (0..<9).map { (row: Int) -> Float in
          w[2 * row] * first + w[2 * row + 1] * second + b[row]
        }
        try session.setInput(0, a.span)
        try session.setInput(1, h.span)
        session.run()
        for index in 0..<found.count {
          var values = a
          if index > 0 {
            let count = session.plan.outputs[index].shape.elementCount
            values = [Float](repeating: 0, count: count)
            var span = values.mutableSpan
            try session.copyOutput(index, into: &span)
          }
          least[index] = min(least[index], values.min() ?? 0)
          most[index] = max(most[index], values.max() ?? 0)
        }
        var span = h.mutableSpan
        try session.copyOutput(0, into: &span)
      }
    }
    #expect(found.count == (resetAfter ? 8 : 9))
    for (index, bounds) in found.enumerated() {
      #expect(abs(bounds.lower - least[index]) < 1e-5, "\(index)")
      #expect(abs(bounds.upper - most[index]) < 1e-5, "\(index)")
    }
  }

  @Test func bothDirectionsShareTheScaleTheyAreJoinedWith() throws {
    var random = SplitMix64(seed: 32)
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 6, 2]))
    let forward = try graph.add(.gru(try random.gru(2, 3)), to: x, name: "forward")
    let reversed = try graph.add(.reverse(Reverse(axes: [1])), to: x, name: "reversed")
    let back = try graph.add(.gru(try random.gru(2, 3)), to: reversed, name: "back")
    let turned = try graph.add(.reverse(Reverse(axes: [1])), to: back, name: "turned")
    try graph.addOutput(
      try graph.add(.concatenate(Concatenate(axis: 2)), to: [forward, turned], name: "both"))
    let model = try quantized(graph, .int8, try random.windows(graph, count: 20))
    #expect(model.graph.nodes.count == graph.nodes.count)
    let types = ["forward", "back", "turned", "both"].map { model.graph.type($0) }
    #expect(Set(types).count == 1)
    for name in ["forward", "back"] {
      let node = try #require(model.graph.node(name))
      guard case .gru(let gru) = node.operation else {
        Issue.record("\(name): expected a GRU, found \(node.operation.name)")
        continue
      }
      let step = try #require(gru.integerStep)
      #expect(step.state == types[0] && step.state.elementType == .int8)
    }
  }

  @Test func otherFunctionsStayFloats() throws {
    var random = SplitMix64(seed: 33)
    var graph = Graph()
    var value = graph.addInput(name: "x", shape: try Shape([1, 6, 2]))
    var hard = try random.gru(2, 3)
    hard.recurrentActivation = .hardSigmoid
    var rectified = try random.simpleRNN(3, 3)
    rectified.activation = .relu
    value = try graph.add(.gru(hard), to: value, name: "hard")
    value = try graph.add(.simpleRNN(rectified), to: value, name: "rectified")
    value = try graph.add(
      .gru(try random.gru(3, 2, sequence: false)), to: value, name: "usual")
    try graph.addOutput(value)
    let windows = try random.windows(graph, count: 20)
    let plan = QuantizationPlan(.int8, for: graph)
    let model = try quantized(graph, .int8, windows)
    #expect(model.precisions == [.float32, .float32, .int8])
    let report = try QuantizationReport(graph, model, plan, windows)
    #expect(report.layers.map(\.wanted) == [.int8, .int8, nil])
    let bytes = try convert(model.graph)
    #expect(try Graph(tflite: bytes.span.bytes) == model.graph.normalized())
  }

  /// Float activations with int8 weights, inside of the loop as well.
  @Test(arguments: 0..<30, [true, false])
  func ofInt8WeightsAreReadBack(seed: Int, scalesUnits: Bool) throws {
    let graph = try RandomIntegerModel.makeStepped(seed: seed)
    var random = SplitMix64(seed: UInt64(seed))
    let windows = try random.windows(graph, count: 12)
    let plan = QuantizationPlan(
      .dynamic, for: graph, scalesDenseUnits: scalesUnits, smallestDynamicWeight: 2)
    let unknown = [Bounds?](repeating: nil, count: graph.values.count)
    let model = try Quantizer(graph, Ranges(chosen: unknown, seen: unknown), plan).model()
    let cells = model.graph.nodes.compactMap { RecurrentCell($0.operation) }
    #expect(!cells.isEmpty)
    let bytes = try convert(model.graph)
    let read = try Graph(tflite: bytes.span.bytes)
    #expect(try read == model.graph.normalized(), "seed \(seed)")
    let agreement = try ModelComparison(graph, windows).agreement(of: read)
    let scale = Double(
      try Calibrator(graph).calibrate(windows).ranges(.minMax).seen[graph.outputs[0]]?.magnitude
        ?? 1)
    #expect(agreement.meanDifference <= 0.05 * scale, "seed \(seed): \(agreement)")
  }

  /// A budget raises a loop as it raises other layers: to 16 bits, then to floats.
  @Test func aBudgetRaisesThem() throws {
    var random = SplitMix64(seed: 34)
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 12, 4]))
    let gru = try graph.add(.gru(try random.gru(4, 8, sequence: false)), to: x, name: "gru")
    let scores = try graph.add(try random.dense(8, 12), to: gru, name: "scores")
    try graph.addOutput(try graph.add(.softmax(Softmax()), to: scores, name: "classes"))
    let windows = try random.windows(graph, count: 400)
    let comparison = try ModelComparison(graph, windows)
    let ranges = try Calibrator(graph).calibrate(windows).ranges(.minMax)
    let plan = QuantizationPlan(.int8, for: graph)
    let budget = AccuracyBudget(minimumAgreement: 0.985, isCautious: true)
    let pure = try Quantizer(graph, ranges, plan).quantized()
    #expect(try !budget.holds(comparison.agreement(of: pure)))
    let found = try PrecisionSearch(graph, ranges, plan, budget) {
      (model) throws(QuantizationError) in try comparison.agreement(of: model)
    }.run()
    #expect(found.model.precisions[0] != .int8 && budget.holds(found.agreement))
  }
}
