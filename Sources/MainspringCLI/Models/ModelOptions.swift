// SPDX-License-Identifier: Apache-2.0

import MainspringArguments

/// The options every command has that opens a model.
enum ModelOptions {
  static let argument: Argument = Argument(
    "model", help: "A Keras file (.h5, .keras, .weights.h5) or a TFLite file.")

  /// The files the model is read from.
  static func inputs(_ arguments: ParsedArguments) -> [String] {
    [arguments.argument("model")] + architectures(arguments)
  }

  /// The file of an architecture, if there is one.
  static func architectures(_ arguments: ParsedArguments) -> [String] {
    arguments.optionalText("architecture").map { [$0] } ?? []
  }

  /// The first option given that only Keras files take.
  static func kerasOption(in arguments: ParsedArguments) -> String? {
    if arguments.optionalText("architecture") != nil { return "architecture" }
    if arguments.optionalInteger("window") != nil { return "window" }
    if arguments.flag("assume-no-padding") { return "assume-no-padding" }
    return arguments.optionalText("reader") == nil ? nil : "reader"
  }

  static let options: [Option] = [
    .text(
      "architecture", short: "a", valueName: "file",
      help: """
        Where the architecture of a weights-only file is: the JSON of model.to_json(), or a .keras \
        or .h5 file of the same model.
        """),
    .integer(
      "window", valueName: "steps", in: 1...1_000_000, default: nil,
      help: "Time steps of a window, for a Keras model that leaves the number open."),
    .flag(
      "assume-no-padding",
      help: """
        Windows never hold padded steps: a Masking layer before a recurrent one is then harmless \
        and accepted.
        """),
    .text(
      "reader", valueName: "program",
      help: """
        The program that reads HDF5 in a process of its own; by default mainspring-hdf5 beside \
        this one.
        """),
  ]
}
