// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments
import MainspringConvert

/// `mainspring convert`: a Keras or TFLite file to a TFLite file.
enum ConvertCommand {
  enum Precision: String, CaseIterable { case f32, f16 }
  enum Recurrent: String, CaseIterable { case fused, `while`, unrolled }

  static let command: Command = Command(
    "convert", summary: "Converts a model to a TFLite file.",
    discussion: """
      Batch normalizations are folded and activations fused where that is exact. The file holds \
      builtin operators only, in their lowest versions, and runs in stock TFLite runtimes; each \
      window is independent of the one before unless a layer is stateful.
      """,
    arguments: [ModelOptions.argument],
    options: [
      .text(
        "output", short: "o", valueName: "file", arity: .required,
        help: "The file to write. It appears whole or not at all."),
      .choice(
        "precision", of: Precision.self, default: .f32,
        help: "How weights are stored: f32, or f16 at half the size."),
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
      .flag("json", help: "Print the summary as JSON."),
    ] + ModelOptions.options,
    examples: [
      .init("Convert a Keras model", "mainspring convert model.h5 -o model.tflite"),
      .init(
        "Halve its size", "mainspring convert model.keras -o model.tflite --precision f16"),
      .init(
        "Take the architecture from another file",
        "mainspring convert model.weights.h5 -a arch.json -o model.tflite"),
    ])

  static func run(_ arguments: ParsedArguments) throws(Failure) {
    let output = try OutputPaths(
      [arguments.text("output")], inputs: ModelOptions.inputs(arguments), arguments)
    let model = try OpenedModel(arguments)
    let graph = try independent(try model.optimizedGraph(), model, arguments)
    let options = EncodingOptions(
      precision: arguments.choice("precision", of: Precision.self) == .f16 ? .float16 : .float32,
      recurrent: recurrent(arguments))
    let bytes: [UInt8]
    do throws(ConvertError) {
      bytes = try convert(graph, options: options)
    } catch {
      throw Failure(.badData, "\(model.path): \(error)")
    }
    do throws(FileError) {
      try writeAtomically(bytes, to: output.paths[0])
    } catch {
      throw Failure(error)
    }
    try report(model, graph, output, bytes.count, arguments)
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

  private static func recurrent(_ arguments: ParsedArguments) -> EncodingOptions.Recurrent {
    switch arguments.choice("recurrent", of: Recurrent.self) {
    case .fused: .fused
    case .while: .while
    case .unrolled: .unrolled
    }
  }

  private static func report(
    _ model: OpenedModel, _ graph: Graph, _ output: OutputPaths, _ byteCount: Int,
    _ arguments: ParsedArguments
  ) throws(Failure) {
    let precision = arguments.choice("precision", of: Precision.self).rawValue
    if arguments.flag("json") {
      let text = JSONText.object { json in
        json.member("model", model.path)
        json.member("output", output.paths[0])
        json.member("precision", precision)
        json.member("bytes", byteCount)
        json.member("parameters", graph.parameterCount)
        json.member("operators", graph.nodes.count)
      }
      try Console.print(text + "\n")
    } else if !output.usesStandardOutput {
      try Console.print(
        """
        \(printable(output.paths[0])): \(grouped(byteCount)) bytes, \(precision), \(grouped(graph.parameterCount)) \
        parameters, \(graph.nodes.count) operators

        """)
    }
  }
}
