// SPDX-License-Identifier: Apache-2.0

import MainspringArguments
import MainspringConvert

/// `mainspring convert`: a Keras or TFLite file to TFLite files.
enum ConvertCommand: Subcommand {
  static let name = "convert"

  enum Recurrent: String, CaseIterable { case fused, `while`, unrolled }
  enum Method: String, CaseIterable {
    case auto, minMax = "min-max", percentile, mse, entropy
  }
  enum Ports: String, CaseIterable { case int8, float32 }

  static let command: Command = Command(
    name, summary: "Converts a model to a TFLite file.",
    discussion: """
      Batch normalizations are folded and activations fused where that is exact. The file holds \
      builtin operators only, in their lowest versions, and runs in stock TFLite runtimes; each \
      window is independent of the one before unless a layer is stateful.

      Integers need windows to calibrate on: some hundred, as varied as what the model meets in \
      use. Half of them are held back; on those, or on the windows of --evaluate, every file is \
      compared with the float model: share of windows with the same class, largest and mean \
      difference of the outputs, accuracy where there are labels.

      Windows are .npy files, [windows, time, channels], or CSV recordings: a line of column \
      names, then a row for each time step (t_ms,ax,ay,az) or for each sensor event \
      (t_us,sensor,x,y,z). A column rec tells recordings in one file apart.

      What a program must know about the model goes into the file: names of classes, channels and \
      units, rates, and the scaler. Windows are raw then, here and in every other command, and are \
      scaled by it, unless --already-scaled is given. Labels and scaler are where other TFLite tools \
      look for them, too.
      """,
    arguments: [ModelOptions.argument],
    options: files + ContractOptions.options + quantization + judgement + recordings
      + ModelOptions.options,
    examples: [
      .init("Convert a Keras model", "mainspring convert model.h5 -o model.tflite"),
      .init(
        "To integers, calibrated on windows",
        "mainspring convert model.h5 -o m.tflite --precision int8 --calibrate X.npy"),
      .init(
        "On recordings, resampled to the model's 50 Hz",
        """
        mainspring convert model.h5 -o m.tflite --precision int8 \\
          --calibrate recordings/*.csv --rate 50
        """),
      .init(
        "As small as half a percent of accuracy allows",
        """
        mainspring convert model.h5 -o m.tflite --precision int8 --calibrate X.npy \\
          --evaluate X_val.npy y_val.npy --max-drop 0.5%
        """),
      .init(
        "With what a program must know about the model",
        """
        mainspring convert model.h5 -o m.tflite --labels labels.txt \\
          --mean feature_mean.npy --std feature_std.npy --sample-rate 50
        """),
      .init(
        "Several files to choose from, out/model-f32.tflite and so on",
        "mainspring convert model.h5 -o out --precision f32,int8 --calibrate X.npy"),
      .init(
        "Take the architecture from another file",
        "mainspring convert model.weights.h5 -a arch.json -o model.tflite"),
    ])

  private static let files: [Option] = [
    .text(
      "output", short: "o", valueName: "file", arity: .required,
      help: """
        The file to write; with several precisions a folder, in which files are called \
        <model>-<precision>.tflite. They appear whole and together, or not at all.
        """),
    .choices(
      "precision", valueName: "list", of: ModelPrecision.self, default: .float32,
      help: """
        f32; f16: half the size; dynamic-int8: weights of 8 bits, a quarter; int8: integers \
        throughout; int16x8: activations of 16 bits. Several with commas.
        """),
    .choice(
      "recurrent", of: Recurrent.self, default: .fused,
      help: """
        How recurrent layers are written: fused (LSTM operator, loops for the rest), while (loops \
        only, for runtimes that refuse state variables) or unrolled (neither; larger files).
        """),
    .flag(
      "keep-state",
      help: """
        Leave layers stateful that keep their state between invocations in a TFLite file. By \
        default they start each window from zero, as they did in Keras.
        """),
    .flag(
      "report", help: "Show each layer's precision, bytes, and signal over quantization noise."),
    .flag(
      "no-check",
      help: """
        Write files that respond to their input worse than the model does. By default a short \
        check, like that of 'mainspring check', is the last stage.
        """),
    .flag("json", help: "Print the summary as JSON."),
  ]

  private static let quantization: [Option] = [
    .texts(
      "calibrate", valueName: "file",
      help: """
        Windows to find the ranges of values with; of a model with several inputs one file for \
        each, in the model's order.
        """),
    .choice(
      "calibration", valueName: "method", of: Method.self, numbered: .percentile,
      in: 50...100, default: .auto,
      help: """
        How ranges are chosen: auto tries all and keeps the best on windows held back; percentile \
        is 99.99 unless a number is given.
        """),
    .choice(
      "io", valueName: "type", of: Ports.self, default: nil,
      help: "What int8 models take and give; int8 unless given, int16 for int16x8."),
    .flag("skip-bad-windows", help: "Leave windows out that hold NaN, infinity or no signal."),
  ]

  private static let judgement: [Option] = [
    .texts(
      "evaluate", valueName: "file",
      help: """
        Windows to measure on instead, a file for each input, and as the last file the right \
        classes, if they are known.
        """),
    .percentage(
      "max-drop", in: 0...100,
      help: """
        Most accuracy that may be lost; needs classes. The layers of int8 that cost most are then \
        computed with 16 bits or as floats, as few as will do.
        """),
    .percentage(
      "min-agreement", in: 0...100,
      help: "Least share of windows with the float model's class; likewise."),
  ]

  private static let recordings: [Option] = [
    .number(
      "rate", valueName: "hertz", in: 0.001...1_000_000, default: nil,
      help: """
        The model's sampling rate: recordings are resampled to it by their time column. Rows of a \
        recording are taken as they are without.
        """),
    .integer(
      "hop", valueName: "steps", in: 1...1_000_000, default: nil,
      help: """
        From one window of a recording to the next, half a window unless given; stored in the file.
        """),
    RecordingSettings.maximumGapOption,
    .text(
      "time", valueName: "column",
      help: """
        The time column, with :s, :ms, :us or :ns where its name does not end so. Found by its \
        name unless given: t_ms, timestamp, ….
        """),
    .text(
      "channels", valueName: "names",
      help: """
        The columns, or sensor.axis, in the model's order with commas; stored in the file. All in \
        their order unless given.
        """),
  ]
}
