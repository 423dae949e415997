// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments
import MainspringConvert

/// `mainspring bench`: how long a window takes.
enum BenchCommand: Subcommand {
  static let name = "bench"

  enum CPU: String, CaseIterable { case scalar, avx2, avxvnni, avx512, avx512vnni, neon, neondot }

  static let command: Command = Command(
    name, summary: "Measures how long a model takes for a window.",
    discussion: """
      Runs each model on one window at a time, in one thread, and prints percentiles of the time \
      from floats in to floats out, with the memory it needs. Caches are warm unless told \
      otherwise. The result of every run is compared with that of a run before the measurement. \
      Nothing is pinned: put taskset before it to stay on one core.
      """,
    arguments: [
      Argument(
        "model", arity: .repeated,
        help: "TFLite files, or Keras files (.h5, .keras, .weights.h5), one after the other.")
    ],
    options: [
      .text(
        "input", short: "i", valueName: "file", arity: .repeated,
        help: """
          The .npy file of windows, [windows, …], for each input of the models, in their order; \
          by default 64 windows of random numbers, the same ones in every run.
          """),
      ScalerOptions.alreadyScaled,
      .integer(
        "iterations", short: "n", valueName: "count", in: 1...100_000_000, default: nil,
        help: "How many windows are measured; by default as many as take a second, up to 3000."),
      .choice(
        "cpu", of: CPU.self, default: nil,
        help: "The instructions to use instead of the best ones this machine has."),
      .number(
        "rate", valueName: "windows", in: 0.001...100_000, default: nil,
        help: """
          Windows a second: waits in between, as a program does that follows a sensor. Whatever \
          else runs has the caches in the meantime. By default 20 windows are measured then.
          """),
      .flag("cold", help: "Take the caches away before each window."),
      .integer(
        "batch", valueName: "count", in: 1...1_000_000, default: nil,
        help: """
          Also measure so many windows at once, which share each pass over the weights, beside the \
          same windows one after the other.
          """),
      .flag(
        "profile",
        help: "Also measure each step: its share of the time and multiply-accumulates a second."),
      .text(
        "plot", valueName: "file",
        help: "The .svg file to write: how often a window took how long, a row for each model."),
      .flag("json", help: "Print one JSON object for each model, on a line of its own."),
    ] + ModelOptions.options,
    examples: [
      .init("Measure a model", "mainspring bench model.tflite"),
      .init(
        "Compare two on real windows", "mainspring bench a.tflite b.tflite --input windows.npy"),
      .init("See where the time goes", "mainspring bench model.tflite --profile"),
      .init("As in daily use, two windows a second", "mainspring bench model.tflite --rate 2"),
    ])

  static func run(_ arguments: ParsedArguments) throws(Failure) {
    let paths = arguments.repeatedArgument("model")
    if arguments.flag("already-scaled"), arguments.repeatedText("input").isEmpty {
      throw Failure(usage: "'--already-scaled' needs '--input'", arguments)
    }
    let plot = try TextFile.given(
      "plot", inputs: paths + arguments.repeatedText("input"), arguments)
    let set = try instructionSet(arguments)
    var measurements: [BenchMeasurement] = []
    for path in paths {
      let measurement = try measure(path, set, arguments)
      if arguments.flag("json") {
        try Console.print(BenchReport.json(measurement) + "\n")
      } else if plot?.isStandardOutput != true {
        try Console.print((measurements.isEmpty ? "" : "\n") + BenchReport.text(measurement))
      }
      if let note = measurement.noise { Console.note("note: \(path): \(note)") }
      measurements.append(measurement)
    }
    if !arguments.flag("json"), plot?.isStandardOutput != true, measurements.count > 1 {
      try Console.print("\n" + BenchReport.comparison(measurements))
    }
    try plot?.write(BenchPlot.svg(measurements))
  }

  private static func measure(
    _ path: String, _ set: InstructionSet?, _ arguments: ParsedArguments
  ) throws(Failure) -> BenchMeasurement {
    let begin = Clock.now()
    let model = try OpenedModel(path, arguments)
    let opened = Clock.now()
    let graph = try model.optimizedGraph()
    let checked = Clock.now()
    let layout = try model.layout(graph, instructionSet: set)
    let planned = Clock.now()
    let plan = try model.packed(layout)
    let packed = Clock.now()
    let batch = arguments.optionalInteger("batch")
    if let batch { try BenchBatch.check(plan, count: batch, path, arguments) }
    let windows = try BenchWindows(arguments.repeatedText("input"), plan, arguments)
    var bench = BenchRun(plan, windows, evictsCaches: arguments.flag("cold"))
    let firstRun = try bench.first()
    let first = Clock.now()
    do throws(SelfTestError) {
      try plan.selfTest()
    } catch {
      Console.note("warning: \(path): \(error)")
    }
    let tested = Clock.now()
    let load = BenchMeasurement.Load(
      mapped: model.mapped.map { $0 - begin }, read: opened - (model.mapped ?? begin),
      check: checked - opened, plan: planned - checked, pack: packed - planned,
      selfTest: plan.contract?.golden == nil ? nil : tested - first)
    var measurement = try bench.measure(
      model, graph, load, firstRun: firstRun, rate: arguments.optionalNumber("rate"),
      iterations: arguments.optionalInteger("iterations"), profiles: arguments.flag("profile"))
    if let batch {
      measurement.batch = try BenchBatch(plan, windows, count: batch, path: path)
    }
    return measurement
  }

  private static func instructionSet(_ arguments: ParsedArguments) throws(Failure)
    -> InstructionSet?
  {
    guard let cpu = arguments.optionalChoice("cpu", of: CPU.self) else { return nil }
    do throws(InstructionSetError) {
      return try InstructionSet(requiring: cpu.rawValue)
    } catch {
      throw Failure(usage: "'--cpu': \(error)", arguments)
    }
  }
}
