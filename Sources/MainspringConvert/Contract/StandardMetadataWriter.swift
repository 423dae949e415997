// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringTFLite

/// Writes TFLite's own metadata: labels and normalisation where tools look for them, channels, units
/// and rates in words.
///
/// Field numbers are those of the metadata schema.
struct StandardMetadataWriter: ~Copyable {
  private typealias Offset = FlatBufferBuilder.Offset

  private var builder: FlatBufferBuilder

  private init() throws(ConvertError) { builder = try FlatBufferBuilder() }

  /// - Returns: nil when the contract says nothing that belongs there.
  static func bytes(_ graph: Graph, _ contract: ModelContract) throws(ConvertError) -> [UInt8]? {
    let hasInputs = contract.inputs.contains { $0.scaler != nil || !$0.channels.isEmpty }
    let hasOutputs = contract.outputs.contains { !$0.labels.isEmpty }
    guard hasInputs || hasOutputs || contract.sampleRate != nil else { return nil }
    var writer = try StandardMetadataWriter()
    let root = writer.write(graph, contract)
    return try writer.builder.finish(root: root, identifier: ContractSchema.standardIdentifier)
  }

  /// The files the metadata name: a line for each class.
  static func files(_ contract: ModelContract) -> [TFLiteModel.AssociatedFile] {
    contract.outputs.indices.compactMap { index in
      fileName(contract, index).map { name in
        let text = contract.outputs[index].labels.map { $0 + "\n" }.joined()
        return TFLiteModel.AssociatedFile(name: name, contents: Array(text.utf8))
      }
    }
  }

  private static func fileName(_ contract: ModelContract, _ output: Int) -> String? {
    guard contract.outputs.indices.contains(output), !contract.outputs[output].labels.isEmpty
    else { return nil }
    return output == 0 ? "labels.txt" : "labels-\(output).txt"
  }

  private mutating func write(_ graph: Graph, _ contract: ModelContract) -> Offset {
    var inputs: [Offset] = []
    for (index, id) in graph.inputs.enumerated() {
      inputs.append(input(graph.values[id], contract, index))
    }
    var outputs: [Offset] = []
    for (index, id) in graph.outputs.enumerated() {
      outputs.append(output(graph.values[id], contract, index))
    }
    let inputVector = builder.vector(inputs)
    let outputVector = builder.vector(outputs)
    builder.startTable()
    builder.add(2, inputVector)
    builder.add(3, outputVector)
    let subgraph = builder.endTable()
    let subgraphs = builder.vector([subgraph])
    let name = builder.string("Classifier of sensor windows")
    let version = builder.string("1.0.0")
    builder.startTable()
    builder.add(0, name)
    builder.add(3, subgraphs)
    builder.add(7, version)
    return builder.endTable()
  }

  private mutating func input(_ value: Value, _ contract: ModelContract, _ index: Int) -> Offset {
    let known = contract.inputs.indices.contains(index) ? contract.inputs[index] : .init()
    let content = content()
    let name = builder.string(value.name)
    let text = StandardMetadataWriter.words(value.shape, contract, index)
    let description = text.isEmpty ? nil : builder.string(text)
    let units = known.scaler.map { normalization($0) }
    builder.startTable()
    builder.add(0, name)
    builder.add(1, description)
    builder.add(3, content)
    builder.add(4, units)
    return builder.endTable()
  }

  private mutating func output(_ value: Value, _ contract: ModelContract, _ index: Int) -> Offset {
    let content = content()
    let name = builder.string(value.name)
    var files: Offset?
    if let path = StandardMetadataWriter.fileName(contract, index) {
      let name = builder.string(path)
      builder.startTable()
      builder.add(0, name)
      builder.add(2, ContractSchema.axisLabels)
      let file = builder.endTable()
      files = builder.vector([file])
    }
    var description: Offset?
    if contract.outputs.indices.contains(index), !contract.outputs[index].labels.isEmpty {
      description = builder.string(StandardMetadataWriter.list(contract.outputs[index].labels))
    }
    builder.startTable()
    builder.add(0, name)
    builder.add(1, description)
    builder.add(3, content)
    builder.add(6, files)
    return builder.endTable()
  }

  private mutating func content() -> Offset {
    builder.startTable()
    let features = builder.endTable()
    builder.startTable()
    builder.add(0, ContractSchema.features)
    builder.add(1, features)
    return builder.endTable()
  }

  private mutating func normalization(_ scaler: Scaler) -> Offset {
    let means = builder.vector(scaler.means)
    let deviations = builder.vector(scaler.deviations)
    builder.startTable()
    builder.add(0, means)
    builder.add(1, deviations)
    let options = builder.endTable()
    builder.startTable()
    builder.add(0, ContractSchema.normalization)
    builder.add(1, options)
    let unit = builder.endTable()
    return builder.vector([unit])
  }

  /// `50 rows at 50 Hz of ax (m/s²), ay (m/s²); normalised by (x − 0.5) / 2.0, (x − 1.0) / 4.0`.
  private static func words(
    _ shape: Shape, _ contract: ModelContract, _ index: Int
  ) -> String {
    var text = ""
    let input = contract.inputs.indices.contains(index) ? contract.inputs[index] : .init()
    let channels = contract.channelCount(of: shape, input: index)
    if channels > 0, index == 0 || shape.rank >= 3,
      contract.window != nil || contract.sampleRate != nil
    {
      text = "\(shape.elementCount / channels) rows"
    }
    if let rate = contract.sampleRate {
      text += rate == rate.rounded() && rate < 1e9 ? " at \(Int(rate)) Hz" : " at \(rate) Hz"
    }
    if !input.channels.isEmpty {
      let names = input.channels.map { $0.unit.isEmpty ? $0.name : "\($0.name) (\($0.unit))" }
      text += (text.isEmpty ? "" : " of ") + list(names)
    }
    if let scaler = input.scaler {
      let pairs = zip(scaler.means, scaler.deviations).map { "(x − \($0)) / \($1)" }
      text += (text.isEmpty ? "" : "; ") + "normalised by " + list(pairs)
    }
    return text
  }

  /// Viewers show descriptions, and neither process units nor associated files.
  private static func list(_ items: [String]) -> String {
    let more = items.count > 32 ? ", … (\(items.count))" : ""
    return items.prefix(32).joined(separator: ", ") + more
  }
}
