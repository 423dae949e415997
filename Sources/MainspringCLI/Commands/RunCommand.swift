// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments
import MainspringNumPy

/// `mainspring run`: windows through a model.
enum RunCommand: Subcommand {
  static let name = "run"

  static let command: Command = Command(
    name, summary: "Runs a model on windows from .npy files.",
    discussion: """
      Each input of the model takes one .npy file of floats, [windows, …] or a single window. \
      Windows are independent: recurrent layers start from zero at each. A model that carries \
      inputs and answers of its own is tested by them first. A summary is printed, or \
      with --json one object that is written while the windows run.
      """,
    arguments: [
      ModelOptions.argument,
      Argument(
        "windows", arity: .repeated,
        help: """
          The .npy file for each input of the model, in the model's order: that of the file's \
          signature, as inspect lists it.
          """),
    ],
    options: [
      .text(
        "output", short: "o", valueName: "file", arity: .repeated,
        help: "The .npy file to write; once for each output of the model, in the model's order."),
      .flag("json", help: "Print the results of every window as JSON."),
      .text(
        "labels", valueName: "file",
        help: "A .npy file of the right classes: prints the share that the model got right."),
      ScalerOptions.alreadyScaled, SelfTest.option,
    ] + ModelOptions.options,
    examples: [
      .init(
        "Write the probabilities of every window",
        "mainspring run model.tflite windows.npy -o probabilities.npy"),
      .init("Measure the accuracy", "mainspring run model.h5 X_test.npy --labels y_test.npy"),
    ])

  static func run(_ arguments: ParsedArguments) throws(Failure) {
    let path = arguments.argument("model")
    let plan = try plan(arguments)
    OpenedModel.returnMemory()
    let windows = try WindowFiles(
      arguments.repeatedArgument("windows"), plan, arguments,
      scaling: try InputScaling([plan], arguments))
    try SelfTest.run(plan, path, arguments)
    let labels = try arguments.optionalText("labels").map { (path) throws(Failure) in
      try Labels(path, plan, count: windows.count)
    }
    let paths = try OutputPaths(
      arguments.repeatedText("output"),
      inputs: ModelOptions.inputs(arguments) + windows.paths
        + (arguments.optionalText("labels").map { [$0] } ?? []),
      arguments)
    let outputs = try ResultFiles(paths, plan, count: windows.count, arguments)
    var tally = Tally(plan, labels: labels)
    let isJSON = arguments.flag("json")
    if isJSON { try Console.print(RunJSON.head(path, windows.count, plan)) }

    var session = BatchSession(plan, laneCount: max(min(windows.count, 4), 1))
    var progress = Progress("windows", total: windows.count)
    var results = plan.outputs.map { [Float](repeating: 0, count: $0.shape.elementCount) }
    for first in stride(from: 0, to: windows.count, by: session.laneCount) {
      let lanes = min(session.laneCount, windows.count - first)
      for lane in 0..<lanes { try windows.load(first + lane, into: &session, lane: lane, &tally) }
      session.run(lanes: lanes)
      for lane in 0..<lanes {
        for output in results.indices {
          var span = results[output].mutableSpan
          try checked { () throws(RunError) in
            try session.copyOutput(output, into: &span, lane: lane)
          }
        }
        tally.count(results, window: first + lane)
        try outputs.append(results)
        if isJSON { try Console.print(RunJSON.window(first + lane, results, plan)) }
      }
      progress.update(first + lanes)
    }
    progress.finish()
    try outputs.finish()
    for warning in tally.warnings(windows.paths) { Console.note("warning: \(warning)") }
    if isJSON {
      try Console.print(RunJSON.tail(tally))
    } else if !paths.usesStandardOutput {
      try Console.print(tally.text)
    }
  }

  private static func plan(_ arguments: ParsedArguments) throws(Failure) -> Plan {
    let model = try OpenedModel(arguments)
    return try model.plan(try model.optimizedGraph())
  }

  /// Sizes were taken from the plan: the engine has no reason to refuse them.
  static func checked(_ body: () throws(RunError) -> Void) throws(Failure) {
    do throws(RunError) { try body() } catch { throw Failure(.software, "\(error)") }
  }
}
