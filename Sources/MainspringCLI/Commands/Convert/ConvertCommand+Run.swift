// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments
import MainspringConvert

extension ConvertCommand {
  static func run(_ arguments: ParsedArguments) throws(Failure) {
    let settings = try ConvertSettings(arguments)
    let files = try ModelFiles(
      arguments, settings.precisions,
      inputs: ModelOptions.inputs(arguments) + settings.calibration + settings.evaluation
        + ContractOptions.files(arguments))
    let model = try OpenedModel(arguments)
    var graph = try independent(try model.optimizedGraph(), model, arguments)
    let contract = try ContractOptions.contract(graph, arguments)
    do throws(ContractError) {
      try graph.setContract(contract)
    } catch {
      throw Failure(.badData, "\(model.path): \(error)")
    }
    var summary = ConversionSummary(model.path, settings, graph)
    var converter = try converter(graph, model, settings, &summary, arguments)
    let failures = try convert(&converter, model, settings, &summary)
    summary.judgedWindowCount = converter.judgedWindowCount
    for warning in converter.warnings { Console.note("warning: \(model.path): \(warning)") }
    if failures.isEmpty, settings.checks {
      let check = try ConvertCheck(
        graph, model, summary.conversions, files.outputs.paths, summary.calibration)
      check?.warn()
      summary.check = check
    }
    let fault = summary.check?.fault
    if failures.isEmpty, fault == nil {
      try files.write(summary.conversions.map(\.bytes))
      summary.paths = files.outputs.paths
    }
    if settings.isJSON {
      try Console.print(ConversionJSON.text(summary) + "\n")
    } else if !files.outputs.usesStandardOutput {
      try Console.print(ConversionText.text(summary))
    }
    if let failure = failures.first {
      throw Failure(
        .checkFailed, "\(model.path): \(failure) on \(summary.judgedWindows); nothing was written")
    }
    if let fault {
      throw Failure(.checkFailed, "\(fault); nothing was written (--no-check writes it)")
    }
  }

  /// Converts to every precision; what the budget refuses is kept to be shown.
  private static func convert(
    _ converter: inout ModelConverter, _ model: OpenedModel, _ settings: ConvertSettings,
    _ summary: inout ConversionSummary
  ) throws(Failure) -> [BudgetFailure] {
    let meter = ConversionMeter()
    defer { meter.finish() }
    var failures: [BudgetFailure] = []
    for precision in settings.precisions {
      do throws(ConversionError) {
        summary.conversions.append(
          try converter.convert(to: precision, settings.options) { meter.update($0) })
      } catch {
        guard case .budget(let failure) = error else { throw Failure(error, model.path) }
        summary.conversions.append(failure.conversion)
        if let best = failure.best { summary.bestMixture = best }
        failures.append(failure)
      }
    }
    return failures
  }

  private static func converter(
    _ graph: Graph, _ model: OpenedModel, _ settings: ConvertSettings,
    _ summary: inout ConversionSummary, _ arguments: ParsedArguments
  ) throws(Failure) -> ModelConverter {
    var calibration: WindowSet?
    var evaluation: Evaluation?
    if !settings.calibration.isEmpty || !settings.evaluation.isEmpty {
      let plan = try model.plan(graph)
      let scaling = try InputScaling([plan], arguments)
      summary.isClassifier = plan.outputs.first?.classes != nil
      if settings.budget != nil, !summary.isClassifier {
        throw Failure(
          .badData,
          """
          \(model.path): expected an output with a value for each class to hold a budget, found \
          \(plan.outputs[0].shape)
          """)
      }
      if !settings.calibration.isEmpty {
        var loader = WindowLoader(graph, plan, settings, scaling, arguments)
        try loader.load(settings.calibration, "calibrate")
        calibration = loader.windows
        summary.calibration = loader.windows
      }
      if !settings.evaluation.isEmpty {
        evaluation = try self.evaluation(graph, plan, settings, scaling, arguments)
        summary.isEvaluated = true
      }
    }
    do throws(ConversionError) {
      return try ModelConverter(graph, calibration: calibration, evaluation: evaluation)
    } catch {
      throw Failure(error, model.path)
    }
  }

  /// A file for each input and, behind them, one with the right classes.
  private static func evaluation(
    _ graph: Graph, _ plan: Plan, _ settings: ConvertSettings, _ scaling: InputScaling,
    _ arguments: ParsedArguments
  ) throws(Failure) -> Evaluation {
    let inputCount = plan.inputs.count
    let paths = settings.evaluation
    guard paths.count == inputCount || paths.count == inputCount + 1 else {
      throw Failure(
        usage: """
          '--evaluate' takes \(inputCount) file(s) of windows and one of classes, found \
          \(paths.count)
          """, arguments)
    }
    if settings.budget?.maximumDrop != nil, paths.count == inputCount {
      throw Failure(
        usage: "'--max-drop' needs the right classes: '--evaluate X.npy y.npy'", arguments)
    }
    var loader = WindowLoader(graph, plan, settings, scaling, arguments)
    try loader.load(Array(paths.prefix(inputCount)), "evaluate")
    guard paths.count > inputCount else { return Evaluation(loader.windows) }
    let labels = try Labels(paths[inputCount], plan, count: loader.isKept.count)
    let kept = zip(labels.values, loader.isKept).compactMap { $1 ? $0 : nil }
    return Evaluation(loader.windows, labels: kept)
  }

  /// TensorFlow's converter drops what Keras says about state: every LSTM in its files keeps it.
  private static func independent(
    _ graph: Graph, _ model: OpenedModel, _ arguments: ParsedArguments
  ) throws(Failure) -> Graph {
    guard case .tflite = model.origin, let name = graph.statefulNames.first,
      !arguments.flag("keep-state")
    else { return graph }
    Console.note(
      """
      note: \(model.path): '\(name)' keeps its state between windows; the new file starts each \
      window from zero (--keep-state leaves it as it is)
      """)
    do throws(GraphError) {
      return try graph.resettingState()
    } catch {
      throw Failure(.badData, "\(model.path): \(error)")
    }
  }
}

extension Failure {
  /// - Parameter path: the model's.
  fileprivate init(_ error: ConversionError, _ path: String) {
    switch error {
    case .reading: self.init(.software, "\(path): the file written cannot be read: \(error)")
    case .graph, .encoding, .calibration, .quantization, .contract, .windowsNeeded, .budget:
      self.init(.badData, "\(path): \(error)")
    }
  }
}
