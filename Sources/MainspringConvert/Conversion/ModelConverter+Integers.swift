// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension ModelConverter {
  /// Full int8 and, with a budget, the mixture that holds it.
  mutating func integers(
    _ options: ConversionOptions, _ progress: @escaping (ConversionProgress) -> Void
  ) throws(ConversionError) -> Conversion {
    let outcome = try tune(options, progress)
    let plan = QuantizationPlan(.int8, for: outcome.graph, ports: options.ports)
    var pure = try written(outcome.model.graph, .int8, options, outcome.recipe)
    pure.layers = try layers(outcome.model, plan, options)
    guard let budget = options.budget, let judgement, let agreement = pure.agreement,
      !budget.holds(agreement)
    else { return pure }

    let search = PrecisionSearch(outcome.graph, outcome.ranges, plan, budget) {
      (graph: Graph) throws(QuantizationError) -> Agreement in try judgement.agreement(of: graph)
    }
    var count = measuredCount
    let found: PrecisionSearch.Outcome
    do throws(QuantizationError) {
      found = try search.run { _ in
        count += 1
        progress(.measuring(count))
      }
    } catch {
      guard case .budget(let best) = error else { throw .quantization(error) }
      throw .budget(BudgetFailure(budget: budget, conversion: pure, best: best))
    }
    measuredCount = count
    var mixed = try written(found.model.graph, .int8, options, outcome.recipe)
    mixed.layers = try layers(found.model, found.plan, options)
    // What only moves elements follows its operand and is no change of its own.
    mixed.changes = zip(outcome.graph.nodes, zip(pure.layers, mixed.layers)).compactMap {
      $0.operation.keepsScale ? nil : PrecisionChange(from: $1.0, to: $1.1)
    }
    mixed.unchangedByteCount = pure.bytes.count
    guard let measured = mixed.agreement, budget.holds(measured) else {
      throw .budget(BudgetFailure(budget: budget, conversion: pure, best: mixed.agreement))
    }
    return mixed
  }

  /// int16 activations, LSTMs in what measures best.
  mutating func sixteenBits(
    _ options: ConversionOptions, _ progress: @escaping (ConversionProgress) -> Void
  ) throws(ConversionError) -> Conversion {
    let outcome = try tune(options, progress)
    guard let selection else { throw .windowsNeeded(.int16x8) }
    let search = SixteenBitPlan(outcome.graph, outcome.ranges, ports: options.ports) {
      (graph: Graph) throws(QuantizationError) -> Agreement in try selection.agreement(of: graph)
    }
    let best = try wrapping(ConversionError.quantization) { () throws(QuantizationError) in
      try search.best()
    }
    var conversion = try written(best.model.graph, .int16x8, options, outcome.recipe)
    // The plan says what LSTMs compute in, the report what was wanted of them.
    let wanted = QuantizationPlan(.int16, for: outcome.graph, ports: options.ports)
    conversion.layers = try layers(best.model, wanted, options)
    return conversion
  }

  /// int8 weights, float activations.
  func dynamicRange(_ options: ConversionOptions) throws(ConversionError) -> Conversion {
    let plan = QuantizationPlan(.dynamic, for: graph)
    let model = try wrapping(ConversionError.quantization) { () throws(QuantizationError) in
      try graph.dynamicRange(plan)
    }
    var conversion = try written(model.graph, .dynamicInt8, options)
    conversion.layers = try layers(model, plan, options)
    return conversion
  }

  /// The best way to quantize, found once for all precisions that want it.
  private mutating func tune(
    _ options: ConversionOptions, _ progress: @escaping (ConversionProgress) -> Void
  ) throws(ConversionError) -> Autotuner.Outcome {
    if let tuned, tuned.method == options.method, tuned.ports == options.ports {
      return tuned.outcome
    }
    let calibration = try calibrate(progress)
    guard let selection else { throw .windowsNeeded(.int8) }
    let plan = QuantizationPlan(.int8, for: calibration.graph, ports: options.ports)
    let methods = options.method.map { [$0] } ?? CalibrationMethod.candidates
    let tuner = Autotuner(calibration, plan, methods: methods) {
      (graph: Graph) throws(QuantizationError) -> Agreement in try selection.agreement(of: graph)
    }
    var count = measuredCount
    let best = try wrapping(ConversionError.quantization) { () throws(QuantizationError) in
      try tuner.best { _ in
        count += 1
        progress(.measuring(count))
      }
    }
    measuredCount = count
    tuned = Tuned(method: options.method, ports: options.ports, outcome: best)
    return best
  }

  private mutating func calibrate(_ progress: (ConversionProgress) -> Void)
    throws(ConversionError) -> Calibration
  {
    if let calibration { return calibration }
    guard let windows = calibrationWindows else { throw .windowsNeeded(.int8) }
    let form = try wrapping(ConversionError.graph) { () throws(GraphError) in
      try graph.integerForm()
    }
    let result = try wrapping(ConversionError.calibration) { () throws(CalibrationError) in
      try Calibrator(form).calibrate(windows, moments: true) {
        progress(.calibrating(window: $0, count: windows.count))
      }
    }
    // The number of windows was judged before some were held back.
    let isShort = result.windowCount < Calibration.recommendedWindowCount
    warnings += result.warnings.dropFirst(isShort ? 1 : 0)
    calibration = result
    return result
  }

  private func layers(
    _ model: QuantizedModel, _ plan: QuantizationPlan, _ options: ConversionOptions
  ) throws(ConversionError) -> [QuantizationReport.Layer] {
    try wrapping(ConversionError.quantization) { () throws(QuantizationError) in
      try QuantizationReport(model.source, model, plan, layerWindows(options)).layers
    }
  }
}

extension PrecisionChange {
  /// Nil where nothing changed.
  fileprivate init?(from old: QuantizationReport.Layer, to new: QuantizationReport.Layer) {
    guard old.precision != new.precision else { return nil }
    self.init(
      name: new.name, operation: new.operation, from: old.precision, to: new.precision,
      extraByteCount: new.weightByteCount - old.weightByteCount)
  }
}
