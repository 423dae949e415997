// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph
import MainspringTFLite

/// Converts one model to any number of precisions, and measures each against the float model.
///
/// ```swift
/// var converter = try ModelConverter(graph, calibration: windows)
/// let conversion = try converter.convert(to: .int8)
/// print(conversion.bytes.count, conversion.agreement)
/// ```
///
/// Half of the windows are held back from calibration. On them ways to quantize are compared and,
/// unless there are windows for that, the outcome is measured.
public struct ModelConverter {
  let graph: Graph
  let calibrationWindows: WindowSet?
  /// Fitted to the calibration windows; nil for models that do not classify windows.
  let rules: ModelContract.Rules?
  /// What decides between ways to quantize.
  let selection: ModelComparison?
  /// What budgets and figures are about.
  let judgement: ModelComparison?
  private let judgementWindows: WindowSet?
  var calibration: Calibration?
  var tuned: Tuned?
  var measuredCount = 0
  /// The float model's answers that files are tested by; made when first wanted.
  private var selfTest: SelfTestMaker??

  /// The best way to quantize, and what it was asked for with.
  struct Tuned {
    let method: CalibrationMethod?
    let ports: QuantizationPlan.Ports
    let outcome: Autotuner.Outcome
  }

  /// What a person should know about the windows, once they were used; empty when there is nothing.
  public internal(set) var warnings: [String] = []

  /// - Parameters:
  ///   - graph: an optimised float graph.
  ///   - calibration: windows to calibrate on; half of them are held back.
  ///   - evaluation: windows to judge by instead of those held back.
  /// - Throws: ``ConversionError`` when the graph cannot be run or labels are missing.
  /// - Complexity: one run of the float model for each window held back or of the evaluation.
  public init(_ graph: Graph, calibration: WindowSet? = nil, evaluation: Evaluation? = nil)
    throws(ConversionError)
  {
    self.graph = graph
    if let calibration, calibration.count == 0 {
      throw .calibration(.noWindows(refused: calibration.refusals.count))
    }
    let parts = calibration?.split()
    calibrationWindows = parts?.calibration
    rules = parts.flatMap { RulesMaker.rules(graph, $0.calibration) }
    if let calibration, calibration.count < Calibration.recommendedWindowCount {
      warnings.append(
        """
        calibration: expected at least \(Calibration.recommendedWindowCount) windows, found \
        \(calibration.count); ranges may be too narrow for what the model meets in use
        """)
    }
    let selection = try parts.map { (parts) throws(ConversionError) in
      try ModelConverter.comparison(graph, Evaluation(parts.heldBack))
    }
    judgement =
      try evaluation.map { (evaluation) throws(ConversionError) in
        try ModelConverter.comparison(graph, evaluation)
      } ?? selection
    self.selection = selection
    judgementWindows = evaluation?.windows ?? parts?.heldBack
  }

  private static func comparison(_ graph: Graph, _ evaluation: Evaluation)
    throws(ConversionError) -> ModelComparison
  {
    try wrapping(ConversionError.quantization) { () throws(QuantizationError) in
      try ModelComparison(graph, evaluation.windows, labels: evaluation.labels)
    }
  }

  /// Windows the figures are about.
  public var judgedWindowCount: Int { judgementWindows?.count ?? 0 }

  /// The model in one precision.
  ///
  /// The same model, windows and options always give the same bytes.
  ///
  /// - Throws: ``ConversionError``, ``ConversionError/budget(_:)`` with what was measured when the
  ///   budget does not hold.
  /// - Complexity: one run for each window and, with ``ConversionOptions/method`` left open, some
  ///   ten runs for each window held back; with a budget that does not hold at once, up to four
  ///   runs of its windows for each operator.
  public mutating func convert(
    to precision: ModelPrecision, _ options: ConversionOptions = ConversionOptions(),
    progress: @escaping (ConversionProgress) -> Void = { _ in }
  ) throws(ConversionError) -> Conversion {
    if precision.needsWindows, calibrationWindows == nil { throw .windowsNeeded(precision) }
    if options.budget != nil, judgement == nil { throw .windowsNeeded(precision) }
    if precision.hasIntegers {
      try wrapping(ConversionError.quantization) { () throws(QuantizationError) in
        try graph.requireFiniteWeights()
      }
    }
    if options.storesSelfTest, selfTest == nil {
      selfTest = .some(SelfTestMaker(try completed(graph, nil)))
    }
    let conversion: Conversion
    switch precision {
    case .float32, .float16: conversion = try written(graph, precision, options)
    case .dynamicInt8: conversion = try dynamicRange(options)
    case .int8: return try integers(options, progress)
    case .int16x8: conversion = try sixteenBits(options, progress)
    }
    if let budget = options.budget, let agreement = conversion.agreement,
      !budget.holds(agreement)
    {
      throw .budget(BudgetFailure(budget: budget, conversion: conversion, best: nil))
    }
    return conversion
  }

  /// The graph as a file, with what the file does when it is read again.
  ///
  /// - Parameter recipe: how the graph was quantized.
  func written(
    _ graph: Graph, _ precision: ModelPrecision, _ options: ConversionOptions,
    _ recipe: QuantizationRecipe? = nil
  ) throws(ConversionError) -> Conversion {
    var graph = try completed(graph, recipe)
    var bytes = try encoded(graph, precision, options)
    var ready: Graph?
    if options.storesSelfTest, let selfTest = selfTest ?? nil {
      let read = try read(bytes)
      ready = read
      if let golden = selfTest.vectors(for: read) {
        var contract = graph.contract ?? ModelContract()
        contract.golden = golden
        graph = try settingContract(contract, of: graph)
        bytes = try encoded(graph, precision, options)
      }
    }
    var conversion = Conversion(precision, bytes, graph)
    conversion.recipe = recipe
    guard let judgement else { return conversion }
    let measured: Graph
    if let ready { measured = ready } else { measured = try read(bytes) }
    conversion.agreement = try wrapping(ConversionError.quantization) {
      () throws(QuantizationError) in try judgement.agreement(of: measured)
    }
    return conversion
  }

  private func read(_ bytes: [UInt8]) throws(ConversionError) -> Graph {
    let read = try wrapping(ConversionError.reading) { () throws(TFLiteError) in
      unsafe try Graph(tflite: bytes.span.bytes)
    }
    return try wrapping(ConversionError.graph) { () throws(GraphError) in
      try read.optimized()
    }
  }

  func encoded(_ graph: Graph, _ precision: ModelPrecision, _ options: ConversionOptions)
    throws(ConversionError) -> [UInt8]
  {
    let encoding = EncodingOptions(
      precision: precision == .float16 ? .float16 : .float32, recurrent: options.recurrent)
    return try wrapping(ConversionError.encoding) { () throws(ConvertError) in
      try MainspringConvert.convert(graph, options: encoding)
    }
  }

  /// The windows layers are measured on: those of the judgement, or none.
  func layerWindows(_ options: ConversionOptions) -> WindowSet {
    guard options.measuresLayers, let judgementWindows else { return WindowSet(for: graph) }
    return judgementWindows
  }
}
