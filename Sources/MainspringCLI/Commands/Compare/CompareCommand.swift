// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments
import MainspringCheck

/// `mainspring compare`: two models side by side.
enum CompareCommand: Subcommand {
  static let name = "compare"

  static let command: Command = Command(
    name, summary: "Compares two models, layer by layer.",
    discussion: """
      Both run the same windows, or seeded signals when none are given. Layers are matched \
      across Keras files, floats and integers, also where channels have another scale in one of \
      them; steps that only one of the models has are listed and not compared. The first layer \
      beyond the tolerance is marked, and the exit status is then 1.
      """,
    arguments: [
      Argument("reference", help: "The model to compare with: a Keras or a TFLite file."),
      Argument("other", help: "The model to compare."),
    ],
    options: [
      .texts(
        "inputs", valueName: "file",
        help: """
          Windows: .npy files, one for each input of the reference in its order, or CSV recordings.
          """),
      .flag("layers", help: "Show every layer; only the outputs unless given."),
      .number(
        "tolerance", valueName: "decibels", in: -100...300, default: nil,
        help: """
          Least signal over difference of a layer: unless given 60 for f32, 36 for f16, 12 for \
          dynamic-int8 and int16x8, 6 for int8.
          """),
      .integer(
        "count", in: 1...1_000_000, default: 100,
        help: "Seeded signals, where no windows are given."
      ),
      .integer("seed", in: 0...Int.max, default: 1, help: "What the signals are made from."),
      .flag("json", help: "Print the figures as JSON."),
      ScalerOptions.alreadyScaled,
    ] + ScalerOptions.options + RecordingSettings.options + ModelOptions.options,
    examples: [
      .init(
        "Where an int8 model parts from its original",
        "mainspring compare model.h5 model-int8.tflite --inputs windows.npy --layers")
    ])

  static func run(_ arguments: ParsedArguments) throws(Failure) {
    let paths = [arguments.argument("reference"), arguments.argument("other")]
    let windows = arguments.repeatedText("inputs")
    let scaler = try ScalerOptions.given(arguments)
    if windows.isEmpty, scaler != nil {
      throw Failure(usage: "'--\(ScalerOptions.option(arguments))' needs '--inputs'", arguments)
    }
    if windows.isEmpty, arguments.flag("already-scaled") {
      throw Failure(usage: "'--already-scaled' needs '--inputs'", arguments)
    }
    let recordings = try RecordingSettings(
      arguments, isUsed: windows.contains(where: RecordingSettings.isRecording))
    let opened = try OpenedSubject.open(paths, arguments)
    var comparison = try wrapped { () throws(CheckError) in
      try LayerComparison(
        opened[0].subject, opened[1].subject, tolerance: arguments.optionalNumber("tolerance"))
    }
    var count = 0
    if windows.isEmpty {
      count = arguments.integer("count")
      let source = ProbeSource(
        inputs: opened[0].plan.inputs.map(\.shape), seed: UInt64(arguments.integer("seed")))
      for index in 0..<count {
        try wrapped { () throws(CheckError) in
          try comparison.add(source.probe(.structured, index, of: count))
        }
      }
    } else {
      var progress = Progress("windows", total: nil)
      let scaling = try InputScaling(opened.map(\.plan), given: scaler, arguments)
      let reader = WindowReader(opened[0].plan, recordings, scaling, arguments)
      try reader.forEach(windows) { (window) throws(Failure) in
        try wrapped { () throws(CheckError) in try comparison.add(window) }
        count += 1
        progress.update(count)
      }
      progress.finish()
    }
    let outcome = CompareOutcome(
      paths: paths, windowCount: count, tolerance: comparison.tolerance,
      layers: comparison.finished(), showsLayers: arguments.flag("layers"),
      outputs: opened[0].subject.graph.outputs.map { opened[0].subject.graph.values[$0].name })
    try Console.print(arguments.flag("json") ? outcome.json + "\n" : outcome.text)
    if let layer = outcome.layers.first(where: { $0.fault != nil }), let fault = layer.fault {
      throw Failure(.checkFailed, "\(paths[1]): layer '\(layer.name)': \(fault)")
    }
    if let layer = outcome.layers.first(where: \.diverges) {
      throw Failure(
        .checkFailed,
        """
        \(paths[1]): layer '\(layer.name)': expected \(rounded(layer.tolerance, 1)) dB of signal \
        over difference to \(paths[0]), found \(CheckText.decibels(layer))
        """)
    }
  }

  private static func wrapped<Result>(_ body: () throws(CheckError) -> Result) throws(Failure)
    -> Result
  {
    do throws(CheckError) { return try body() } catch { throw Failure(error) }
  }
}
