// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import Testing
import _MainspringTestSupport

@testable import MainspringConvert

@Suite struct SearchTests {
  private struct Setting {
    let graph: Graph
    let ranges: Ranges
    let comparison: ModelComparison
    let windows: WindowSet
  }

  private func setting(_ seed: UInt64) throws -> Setting {
    var random = SplitMix64(seed: seed)
    let graph = try random.gestureModel().integerForm()
    let windows = try random.windows(graph, count: 40)
    let ranges = try Calibrator(graph).calibrate(windows).ranges(.minMax)
    return Setting(
      graph: graph, ranges: ranges, comparison: try ModelComparison(graph, windows),
      windows: windows)
  }

  private func search(
    _ setting: Setting, _ budget: AccuracyBudget,
    _ evaluate: @escaping (Graph) throws(QuantizationError) -> Agreement
  ) -> PrecisionSearch {
    PrecisionSearch(
      setting.graph, setting.ranges, QuantizationPlan(.int8, for: setting.graph), budget,
      evaluate: evaluate)
  }

  @Test func nothingIsRaisedWithinTheBudget() throws {
    let setting = try setting(1)
    let outcome = try search(setting, AccuracyBudget(minimumAgreement: 0)) {
      (graph: Graph) throws(QuantizationError) -> Agreement in
      try setting.comparison.agreement(of: graph)
    }.run()
    #expect(outcome.steps.isEmpty && outcome.sensitivities.isEmpty)
    #expect(outcome.plan == QuantizationPlan(.int8, for: setting.graph))
  }

  /// Only the second convolution counts: the evaluation looks at what it computes with.
  @Test func theSensitiveLayerIsRaisedAndNoOther() throws {
    let setting = try setting(2)
    let outcome = try search(setting, AccuracyBudget(minimumAgreement: 1)) {
      (graph: Graph) throws(QuantizationError) -> Agreement in
      var agreement = Agreement()
      agreement.windowCount = 10
      let type = graph.type("conv2")?.elementType
      agreement.sameClassCount = type == .int8 ? 9 : 10
      agreement.scoreError = type == .int8 ? 1 : 0.5
      return agreement
    }.run()
    let conv2 = try #require(
      setting.graph.nodes.firstIndex { node in
        setting.graph.values[node.output].name == "conv2"
      })
    #expect(outcome.plan.precisions[conv2] == .int16)
    #expect(outcome.steps.count == 1)
    #expect(outcome.steps[0].nodes.contains(conv2) && !outcome.steps[0].isFloat)
    #expect(outcome.agreement.share == 1)
    let raised = outcome.plan.precisions.indices.filter { outcome.plan.precisions[$0] != .int8 }
    #expect(Set(raised) == Set(outcome.steps[0].nodes))
  }

  @Test func floatsAreTheLastResort() throws {
    let setting = try setting(3)
    let outcome = try search(setting, AccuracyBudget(minimumAgreement: 1)) {
      (graph: Graph) throws(QuantizationError) -> Agreement in
      var agreement = Agreement()
      agreement.windowCount = 10
      let isFloat = graph.type("scores") == .float32
      agreement.sameClassCount = isFloat ? 10 : 9
      agreement.scoreError = isFloat ? 0.5 : 1
      return agreement
    }.run()
    #expect(outcome.steps.contains { $0.isFloat })
    #expect(outcome.model.graph.type("scores") == .float32)
  }

  @Test func aBudgetThatNothingHoldsIsAnErrorWithTheBest() throws {
    let setting = try setting(4)
    var agreement = Agreement()
    agreement.windowCount = 4
    agreement.sameClassCount = 3
    let constant = agreement
    #expect(throws: QuantizationError.budget(constant)) {
      try search(setting, AccuracyBudget(minimumAgreement: 0.9)) {
        (_: Graph) throws(QuantizationError) -> Agreement in constant
      }.run()
    }
  }

  @Test func budgetsCountWindows() {
    var agreement = Agreement()
    agreement.windowCount = 1000
    agreement.sameClassCount = 995
    #expect(AccuracyBudget(minimumAgreement: 0.995).holds(agreement))
    #expect(!AccuracyBudget(minimumAgreement: 0.9951).holds(agreement))
    // Without labels nobody knows the drop.
    #expect(!AccuracyBudget(maximumDrop: 1).holds(agreement))
    agreement.correctCount = 900
    agreement.floatCorrectCount = 905
    #expect(AccuracyBudget(maximumDrop: 0.005).holds(agreement))
    #expect(!AccuracyBudget(maximumDrop: 0.0049).holds(agreement))
    #expect(!AccuracyBudget(maximumDrop: 0.01, minimumAgreement: 0.999).holds(agreement))
  }

  @Test func cautiousBudgetsCountSteadyWindows() {
    var agreement = Agreement()
    agreement.windowCount = 1000
    agreement.sameClassCount = 1000
    agreement.steadyCount = 996
    #expect(AccuracyBudget(minimumAgreement: 0.997).holds(agreement))
    #expect(!AccuracyBudget(minimumAgreement: 0.997, isCautious: true).holds(agreement))
    #expect(AccuracyBudget(minimumAgreement: 0.996, isCautious: true).holds(agreement))
  }

  /// A window is steady when twice the error of its scores does not change the class.
  @Test(arguments: [(0.4, true, true), (0.6, true, false), (1.2, false, false)])
  func steadyWindowsBearTwiceTheError(error: Float, isSame: Bool, isSteady: Bool) throws {
    let graphs = try [Float(0), error].map { bias in
      var graph = Graph()
      let x = graph.addInput(name: "x", shape: try Shape([1, 2]))
      let weights = Tensor(shape: try Shape([2, 2]), floats: [1, 0, 0, 1])
      let dense = Dense(weights: weights, bias: try Tensor(vector: [0, bias]))
      let scores = try graph.add(.dense(dense), to: x, name: "scores")
      try graph.addOutput(try graph.add(.softmax(Softmax()), to: scores, name: "softmax"))
      return graph
    }
    var windows = WindowSet(for: graphs[0])
    try windows.append([[2, 1]])
    let agreement = try ModelComparison(graphs[0], windows).agreement(of: graphs[1])
    #expect(agreement.sameClassCount == (isSame ? 1 : 0))
    #expect(agreement.steadyCount == (isSteady ? 1 : 0))
  }

  @Test func theAutotunerKeepsTheLeastErrorItSaw() throws {
    let setting = try setting(5)
    let calibration = try Calibrator(setting.graph).calibrate(setting.windows, moments: true)
    let plan = QuantizationPlan(.int8, for: setting.graph)
    let tuner = Autotuner(calibration, plan) {
      (graph: Graph) throws(QuantizationError) -> Agreement in
      try setting.comparison.agreement(of: graph)
    }
    var errors: [Double] = []
    let best = try tuner.best { errors.append($0.agreement.scoreError) }
    #expect(errors.count >= CalibrationMethod.candidates.count + 2)
    // An input's own method must bring a twentieth to be kept.
    #expect(best.agreement.scoreError <= (errors.min() ?? 0) / 0.95)
    let plain = try tuner.outcome(QuantizationRecipe(.minMax))
    #expect(best.agreement.scoreError <= plain.agreement.scoreError)
    #expect(try tuner.outcome(best.recipe).model == best.model)
  }

  @Test func labelsMustBeAsManyAsWindows() throws {
    let setting = try setting(6)
    #expect(throws: QuantizationError.labels(expected: 40, found: 2)) {
      try ModelComparison(setting.graph, setting.windows, labels: [0, 1])
    }
    let comparison = try ModelComparison(
      setting.graph, setting.windows, labels: [Int](repeating: 2, count: 40))
    let same = try comparison.agreement(of: setting.graph)
    #expect(same.share == 1 && same.drop == 0 && same.scoreError == 0)
    #expect(same.correctCount == same.floatCorrectCount)
  }

  @Test func theReportTellsPrecisionAndNoise() throws {
    let setting = try setting(7)
    let plan = QuantizationPlan(.int8, for: setting.graph)
    let model = try Quantizer(setting.graph, setting.ranges, plan).model()
    let report = try QuantizationReport(setting.graph, model, plan, setting.windows)
    #expect(
      report.layers.map(\.name) == setting.graph.nodes.map { setting.graph.values[$0.output].name })
    for layer in report.layers {
      #expect((layer.signalToNoise ?? 0) > 15 && (layer.signalToNoise ?? 0) < 80, "\(layer.name)")
      #expect(layer.precision == .int8 && layer.wanted == nil)
    }
    // 8 × 3 × 4 weights and eight biases.
    #expect(report.layers[0].weightByteCount == 96 + 32)
    let itself = QuantizedModel(
      source: setting.graph, graph: setting.graph, precisions: plan.precisions,
      counterparts: setting.graph.values.indices.map { $0 })
    let exact = try QuantizationReport(setting.graph, itself, plan, setting.windows)
    #expect(exact.layers.allSatisfy { $0.signalToNoise == .infinity })
  }

  @Test func sixteenBitsChooseWhatAnLSTMComputesIn() throws {
    let setting = try setting(8)
    let outcome = try SixteenBitPlan(setting.graph, setting.ranges) {
      (graph: Graph) throws(QuantizationError) -> Agreement in
      try setting.comparison.agreement(of: graph)
    }.best()
    #expect(outcome.recurrent != nil)
    #expect(outcome.agreement.scoreError < 0.05)
  }
}
