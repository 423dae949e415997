// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments
import MainspringKeras

/// `mainspring inspect`: what is in a model file.
enum InspectCommand: Subcommand {
  static let name = "inspect"

  static let command: Command = Command(
    name, summary: "Shows what is in a model file.",
    discussion: """
      Prints who wrote the file, inputs and outputs, layers with shapes and parameters, the \
      operators that run with their multiply-accumulates, the memory they need, and for a TFLite \
      file its operators, versions, tensors and quantization. With --cpu and no model it prints \
      which instructions models can run by.
      """,
    arguments: [
      Argument("model", arity: .optional, help: ModelOptions.argument.help)
    ],
    options: [
      .flag("json", help: "Print JSON."),
      .flag("cpu", help: "Show which instructions this machine has, and which ones are used."),
    ] + ModelOptions.options,
    examples: [
      .init("Look into a Keras model", "mainspring inspect model.h5"),
      .init(
        "Weights alone need their architecture",
        "mainspring inspect model.weights.h5 --architecture arch.json"),
      .init("See what the processor can do", "mainspring inspect --cpu"),
    ])

  static func run(_ arguments: ParsedArguments) throws(Failure) {
    let isJSON = arguments.flag("json")
    if arguments.flag("cpu") {
      if arguments.optionalArgument("model") != nil {
        throw Failure(usage: "'--cpu' is about this machine and takes no model", arguments)
      }
      let chosen = try OpenedModel.instructionSet()
      let text = isJSON ? InspectionCPU.json(chosen) : InspectionCPU.text(chosen)
      return try Console.print(text)
    }
    guard let path = arguments.optionalArgument("model") else {
      throw Failure(usage: "missing argument '<model>'", arguments)
    }
    let model = try OpenedModel(path, arguments)
    let engine = InspectCommand.engine(model)
    if isJSON {
      try Console.print(InspectionJSON.text(model, engine) + "\n")
    } else {
      try Console.print(InspectionText.text(model, engine))
    }
  }

  /// What runs here and what it needs, or why it does not.
  struct Engine {
    let graph: Graph
    let plan: Plan
  }

  private static func engine(_ model: OpenedModel) -> Result<Engine, Failure> {
    do throws(Failure) {
      let graph = try model.optimizedGraph()
      return .success(Engine(graph: graph, plan: try model.plan(graph)))
    } catch {
      return .failure(error)
    }
  }
}

extension OpenedModel {
  /// Who wrote the file and in which form, for a person.
  var writer: String {
    switch origin {
    case .keras(let model):
      let version = model.kerasVersion.map { "Keras \($0)" } ?? "Keras, version not stored"
      return version + (model.backend.map { " on \($0)" } ?? "")
    case .tflite(let model, _):
      return model.description.isEmpty ? "not stored" : model.description
    }
  }

  /// The form of the file, for a person.
  var form: String {
    switch origin {
    case .keras(let model):
      switch model.kind {
      case .legacyModel: "whole model in HDF5"
      case .legacyWeights: "weights in HDF5, by layer name"
      case .weightsV3: "weights in HDF5, by layer class"
      case .kerasArchive: ".keras archive"
      }
    case .tflite(_, let byteCount):
      "TFLite, \(grouped(byteCount)) bytes"
    }
  }
}

extension TFLiteModel {
  /// The oldest runtime that runs the file, when the file tells.
  var minimumRuntime: String? {
    guard let entry = metadata.first(where: { $0.name == "min_runtime_version" }),
      buffers.indices.contains(entry.buffer)
    else { return nil }
    let text = String(decoding: buffers[entry.buffer].prefix { $0 != 0 }, as: UTF8.self)
    return text.isEmpty ? nil : text
  }
}

extension TFLiteModel.TensorRecord {
  /// Scale and zero point, or how many of them along which axis; empty for floats.
  var quantizationText: String {
    guard let quantization, !quantization.scales.isEmpty else { return "" }
    if quantization.scales.count == 1 {
      let zero = quantization.zeroPoints.first ?? 0
      return "\(quantization.scales[0]) · (q − \(zero))"
    }
    let least = quantization.scales.min() ?? 0
    let most = quantization.scales.max() ?? 0
    return "\(quantization.scales.count) scales on axis \(quantization.axis), \(least)…\(most)"
  }

  /// `[1, 50, 6]`, dynamic extents as −1.
  var shapeText: String {
    let extents = shapeSignature.isEmpty ? shape : shapeSignature
    return "[" + extents.map { "\($0)" }.joined(separator: ", ") + "]"
  }
}
