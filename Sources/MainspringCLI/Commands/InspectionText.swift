// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments
import MainspringKeras

/// A model file described for a person.
enum InspectionText {
  static func text(_ model: OpenedModel, _ engine: Result<InspectCommand.Engine, Failure>) -> String
  {
    var text = "\(printable(model.path))\n"
    text += "  written by  \(printable(model.writer))\n"
    text += "  form        \(model.form)\n"
    switch model.origin {
    case .keras(let keras):
      text += "  model       \(printable(keras.name))\n"
      text += ports(engine) + "\n" + layers(keras)
    case .tflite(let file, _):
      if let version = file.minimumRuntime {
        text += "  needs       runtime \(printable(version))\n"
      }
      for associated in file.associatedFiles {
        text += "  carries     \(printable(associated.name)), \(contents(of: associated))\n"
      }
      for signature in file.signatures { text += "  signature   \(line(signature))\n" }
      text += ports(engine) + contract(engine) + "\n" + operators(file) + "\n" + tensors(file)
    }
    switch engine {
    case .success(let engine): text += "\n" + steps(engine)
    case .failure(let failure): text += "\nDoes not run here: \(failure.message)\n"
    }
    return text
  }

  private static func contents(of file: TFLiteModel.AssociatedFile) -> String {
    file.contents.map { "\(grouped($0.count)) bytes" }
      ?? "not read: encrypted, too large, or packed by another method than deflate"
  }

  private static func ports(_ engine: Result<InspectCommand.Engine, Failure>) -> String {
    guard case .success(let engine) = engine else { return "" }
    var text = ""
    for port in engine.plan.inputs {
      text += "  input       \(printable(port.name))  \(port.shape)\n"
    }
    for port in engine.plan.outputs {
      text += "  output      \(printable(port.name))  \(port.shape)\n"
    }
    return text
  }

  /// What the file says of the model beyond its operators.
  private static func contract(_ engine: Result<InspectCommand.Engine, Failure>) -> String {
    guard case .success(let engine) = engine, let contract = engine.graph.contract else {
      return ""
    }
    var text = ""
    for (name, line) in ContractText.lines(contract) {
      let space = String(repeating: " ", count: max(12 - name.count, 1))
      text += "  \(name)\(space)\(printable(line))\n"
    }
    return text
  }

  private static func line(_ signature: TFLiteModel.Signature) -> String {
    let inputs = signature.inputs.map { $0.name }.joined(separator: ", ")
    let outputs = signature.outputs.map { $0.name }.joined(separator: ", ")
    return printable("\(signature.key): \(inputs) → \(outputs)")
  }

  private static func layers(_ keras: KerasModel) -> String {
    var table = Table([
      .init("layer"), .init("kind"), .init("output"), .init("parameters", .right),
    ])
    for layer in keras.layers {
      table.add([
        layer.name, layer.kind, "\(layer.outputShape)", grouped(layer.parameterCount),
      ])
    }
    let sum = keras.layers.reduce(0) { $0 + $1.parameterCount }
    return table.text + "\n\(grouped(sum)) parameters in the layers\n"
  }

  private static func operators(_ file: TFLiteModel) -> String {
    var table = Table([.init("file operator"), .init("version"), .init("count", .right)])
    for use in file.operatorUses {
      table.add([use.name, "\(use.version)", grouped(use.count)])
    }
    return table.text
  }

  private static func tensors(_ file: TFLiteModel) -> String {
    var text = ""
    for (index, subgraph) in file.subgraphs.enumerated() {
      if file.subgraphs.count > 1 {
        text += "\(index == 0 ? "" : "\n")subgraph \(index) \(printable(subgraph.name))\n"
      }
      var table = Table([
        .init("tensor", .right), .init("type"), .init("shape"), .init("bytes", .right),
        .init("quantization"), .init("name"),
      ])
      for (number, tensor) in subgraph.tensors.enumerated() {
        let bytes = file.buffers.indices.contains(tensor.buffer) ? file.buffers[tensor.buffer] : []
        table.add([
          "\(number)", "\(tensor.type)" + (tensor.isVariable ? " state" : ""), tensor.shapeText,
          bytes.isEmpty ? "" : grouped(bytes.count), tensor.quantizationText, tensor.name,
        ])
      }
      text += table.text
    }
    return text
  }

  private static func steps(_ engine: InspectCommand.Engine) -> String {
    let graph = engine.graph
    var table = Table([
      .init("operator"), .init("output"), .init("parameters", .right),
      .init("multiply-accumulates", .right), .init("name"),
    ])
    for node in graph.nodes {
      table.add([
        node.operation.name, "\(graph.shape(of: node.output))",
        grouped(node.operation.parameterCount), grouped(graph.multiplyAccumulates(of: node)),
        graph.values[node.output].name,
      ])
    }
    return table.text + """

      \(grouped(graph.parameterCount)) parameters in the operators, \
      \(grouped(graph.multiplyAccumulates)) multiply-accumulates a window
      \(grouped(engine.plan.arenaByteCount)) bytes of arena, \
      \(grouped(engine.plan.weightByteCount)) bytes of packed weights \
      (\(engine.plan.instructionSet.name))

      """
  }
}

extension TFLiteModel {
  struct OperatorUse {
    let name: String
    let version: Int32
    var count: Int
  }

  /// How often each operator occurs, in order of first use.
  var operatorUses: [OperatorUse] {
    var uses: [OperatorUse] = []
    var places: [OperatorKey: Int] = [:]
    for subgraph in subgraphs {
      for record in subgraph.operators {
        let name = record.customCode.isEmpty ? "\(record.code)" : record.customCode
        let key = OperatorKey(name: name, version: record.version)
        if let place = places[key] {
          uses[place].count += 1
        } else {
          places[key] = uses.count
          uses.append(OperatorUse(name: name, version: record.version, count: 1))
        }
      }
    }
    return uses
  }

  private struct OperatorKey: Hashable {
    let name: String
    let version: Int32
  }
}
