// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments
import MainspringCheck

/// `mainspring check`: does a model still respond to its input?
enum CheckCommand: Subcommand {
  static let name = "check"

  static let command: Command = Command(
    name, summary: "Tells whether models respond to their input.",
    discussion: """
      Models are asked the same seeded inputs of four families: noise, values over the whole \
      range, structured signals, and windows where some are given. The verdict is responsive, or \
      one of: static (outputs do not depend on the input), collapsed (one class dominates \
      everywhere), degraded (a format parts from its reference). It names the first stage that \
      fails and, where it can, the layer. The exit status is 0 for responsive and 1 otherwise.

      Noise is nothing a sensor sends: what a model says to it warns and fails none.
      """,
    arguments: [
      Argument(
        "models", arity: .repeated,
        help: "Keras or TFLite files of one model, from training to the device.")
    ],
    options: [
      .text(
        "reference", valueName: "file",
        help: """
          The model that the others are compared with; unless given the one nearest to training, \
          from Keras over f32, f16 and dynamic-int8 to int8, and of equals the first.
          """),
      .texts(
        "inputs", valueName: "file",
        help: """
          Windows: .npy files, one for each input of the reference in its order, or CSV recordings.
          """),
      .integer(
        "count", in: 10...1_000_000, default: 1000, help: "Inputs of each family."),
      .integer("seed", in: 0...Int.max, default: 1, help: "What inputs are made from."),
      .number(
        "low", in: -1e30...1e30, default: nil,
        help: "The least value of an input, with --high; by default as a model says, as the "
          + "windows say, or -3 and 3."),
      .number("high", in: -1e30...1e30, default: nil, help: "The largest value of an input."),
      .flag("allow-state", help: "Layers keep their state between windows on purpose."),
      .flag("json", help: "Print the figures as JSON."),
      ReportFile.option,
      ScalerOptions.alreadyScaled,
    ] + ScalerOptions.options + RecordingSettings.options + ModelOptions.options,
    examples: [
      .init(
        "All formats of a model",
        "mainspring check model.h5 model-f32.tflite model-int8.tflite"),
      .init(
        "With windows, for a pipeline",
        "mainspring check m-int8.tflite --reference m.h5 --inputs windows.npy --json"),
    ])

  static func run(_ arguments: ParsedArguments) throws(Failure) {
    var settings = try CheckSettings(arguments)
    let page = try ReportFile.given(
      arguments, inputs: settings.inputs + ModelOptions.architectures(arguments))
    let opened = try settings.open(arguments)
    let scaling = try settings.scaling(opened, arguments)
    let source = try settings.source(opened, scaling, arguments)
    let report: CheckReport
    do throws(CheckError) {
      let checker = try Checker(
        opened.map(\.subject), source, count: settings.count, reference: settings.reference,
        isScaled: scaling.isScaled, allowsState: arguments.flag("allow-state"))
      var progress = Progress("inputs", total: checker.inputCount)
      report = try checker.check { progress.update($0) }
      progress.finish()
    } catch {
      throw Failure(error)
    }
    if let page {
      try page.write(
        CheckPage.text(report, settings, layers: try layers(opened, source, settings)))
    }
    if arguments.flag("json") {
      try Console.print(CheckJSON.text(report, settings) + "\n")
    } else if page?.isStandardOutput != true {
      try Console.print(CheckText.text(report, settings))
    }
    if report.verdict != .responsive {
      throw Failure(.checkFailed, CheckText.summary(report))
    }
  }

  /// How the layers of each model differ from the reference's, on what is nearest to use.
  private static func layers(
    _ opened: [OpenedSubject], _ source: ProbeSource, _ settings: CheckSettings
  ) throws(Failure) -> [[LayerDifference]] {
    let family: ProbeFamily = settings.windows.isEmpty ? .structured : .windows
    let count = source.count(of: family, wanted: 64)
    var result: [[LayerDifference]] = []
    do throws(CheckError) {
      for (index, other) in opened.enumerated() {
        guard index != settings.reference else {
          result.append([])
          continue
        }
        var comparison = try LayerComparison(opened[settings.reference].subject, other.subject)
        for probe in 0..<count { try comparison.add(source.probe(family, probe, of: count)) }
        result.append(comparison.finished())
      }
    } catch {
      throw Failure(error)
    }
    return result
  }
}
