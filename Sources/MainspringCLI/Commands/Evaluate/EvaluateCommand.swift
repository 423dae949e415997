// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments
import MainspringCheck

/// `mainspring evaluate`: what models are worth on windows of known classes.
enum EvaluateCommand: Subcommand {
  static let name = "evaluate"

  static let command: Command = Command(
    name, summary: "Measures models on windows of known classes.",
    discussion: """
      Accuracy with its 95 % interval (Wilson), balanced accuracy, F1, calibration error, and for \
      each class precision, recall and F1; several models stand side by side. The exit status is 1 \
      when a model misses what is asked for.
      """,
    arguments: [
      Argument(
        "files", arity: .repeated,
        help: """
          The models, a .npy file of windows for each input of the first one, in its order (or CSV \
          recordings), and as the last one a .npy file with the right class of each window.
          """)
    ],
    options: [
      .text(
        "labels", valueName: "file",
        help: "The names of the classes, a line for each; those the model carries unless given."),
      .number(
        "min-accuracy", in: 0...1, default: 0.85, help: "Least share of windows to be right."),
      .number(
        "min-recall", in: 0...1, default: 0.7,
        help: "Least share to be right of the windows of any class."),
      .number(
        "max-excess", in: 0...1, default: 0.1,
        help: "How far any class' share of the predictions may be above its share of the windows."),
      .flag("json", help: "Print the figures as JSON."),
      TextFile.reportOption,
      ScalerOptions.alreadyScaled,
    ] + ScalerOptions.options + RecordingSettings.options + ModelOptions.options,
    examples: [
      .init(
        "A model and the int8 file made of it",
        "mainspring evaluate model.h5 model-int8.tflite X_test.npy y_test.npy")
    ])

  static func run(_ arguments: ParsedArguments) throws(Failure) {
    let settings = try EvaluateSettings(arguments)
    let page = try TextFile.given(
      "report", inputs: settings.inputs + ModelOptions.architectures(arguments), arguments)
    let opened = try OpenedSubject.open(settings.models, arguments)
    var results: [EvaluationResult] = []
    for subject in opened {
      results.append(try evaluate(subject, settings, opened, arguments))
    }
    if let page { try page.write(EvaluationPage.text(results, settings)) }
    if arguments.flag("json") {
      try Console.print(EvaluationJSON.text(results, settings) + "\n")
    } else if page?.isStandardOutput != true {
      try Console.print(EvaluationText.text(results, settings))
    }
    if let result = results.first(where: { !$0.misses.isEmpty }), let miss = result.misses.first {
      throw Failure(.checkFailed, "\(result.path): \(result.sentence(miss, settings))")
    }
  }

  private static func evaluate(
    _ opened: OpenedSubject, _ settings: EvaluateSettings, _ all: [OpenedSubject],
    _ arguments: ParsedArguments
  ) throws(Failure) -> EvaluationResult {
    let (plan, first) = (opened.plan, all[0])
    guard let classes = plan.outputs[0].classes else {
      throw Failure(
        .badData,
        """
        \(opened.model.path): expected a classifier, with a score for each class or one sigmoid, \
        found numbers of shape \(plan.outputs[0].shape)
        """)
    }
    guard plan.inputs.map(\.shape) == first.plan.inputs.map(\.shape) else {
      throw Failure(
        .badData,
        """
        \(opened.model.path): expected the inputs of \(first.model.path), \
        \(first.plan.inputs.map(\.shape)), found \(plan.inputs.map(\.shape))
        """)
    }
    let plans = [plan] + all.map(\.plan)
    let names = try settings.names(classes.count, plans)
    // What the other models say is true of a file that carries nothing, too.
    let scaling = try InputScaling(plans, given: settings.scaler, arguments)
    if settings.scaler == nil, !scaling.isEmpty, !InputScaling.isCarried(by: plan) {
      Console.note(
        "note: \(opened.model.path): carries no scaler; its windows are scaled as those of the "
          + "other models")
    }
    let reader = WindowReader(plan, settings.recordings, scaling, arguments)
    let labels = try Labels(settings.classes, plan, count: try reader.count(settings.windows))
    var queue = WindowQueue(plan)
    var progress = Progress("windows", total: nil)
    var outputs: [[Float]] = []
    func take(_ window: Int, _ results: [[Float]]) throws(Failure) {
      outputs.append(results[0])
      progress.update(window + 1)
    }
    try reader.forEach(settings.windows) { (window) throws(Failure) in
      try queue.append(window, refusal: { Failure($0) }, take)
    }
    try queue.finish(take)
    progress.finish()
    try labels.require(outputs.count)
    var evaluation = ClassifierEvaluation(classCount: classes.count, form: classes.form)
    for (index, output) in outputs.enumerated() { evaluation.add(output, truth: labels[index]) }
    return EvaluationResult(
      path: opened.model.path, names: names, evaluation: evaluation,
      misses: settings.criteria.misses(of: evaluation))
  }
}
