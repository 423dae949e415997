// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph
public import MainspringTFLite

extension TFLiteModel {
  /// A graph as a TFLite model of builtin operators in their lowest true versions.
  ///
  /// Hand in an optimised graph: nothing is simplified here. The subgraph is called `main`, the
  /// signature `serving_default`; both name inputs and outputs as the graph does. Windows are
  /// independent in every runtime, except after a layer that is stateful and written fused. The
  /// graph's contract becomes metadata: TFLite's own, and a table for what those have no field for.
  ///
  /// - Throws: ``ConvertError`` naming what stock runtimes could not run.
  public init(encoding graph: Graph, options: EncodingOptions = EncodingOptions())
    throws(ConvertError)
  {
    let graph = try options.precision == .float16 ? TFLiteModel.halved(graph) : graph
    var encoder = GraphEncoder(options: options)
    // Index 0 is the main graph; subgraphs of loops are added before it is complete.
    encoder.model.subgraphs = [Subgraph()]
    encoder.openSubgraph(name: "main")
    var inputs: [Int32] = []
    for input in graph.inputs {
      try encoder.require(graph.values[input])
      inputs.append(encoder.addInput(for: graph.values[input]))
    }
    var constants: [ValueID: Int32] = [:]
    let outputs = try encoder.encode(graph, inputs: inputs, constants: &constants)
    encoder.model.subgraphs[0] = encoder.closeSubgraph(outputs: outputs)
    self = encoder.model
    description = options.writer
    signatures = [
      Signature(
        key: "serving_default",
        inputs: Signature.entries(graph.inputs, of: graph, tensors: inputs, kind: "input"),
        outputs: Signature.entries(graph.outputs, of: graph, tensors: outputs, kind: "output"))
    ]
    addMetadata("min_runtime_version", minimumRuntime.metadata)
    if options.precision == .float16 {
      addMetadata("reduced_precision_support", Array("fp16accfp32".utf8))
    }
    guard let contract = graph.contract else { return }
    if let bytes = try StandardMetadataWriter.bytes(graph, contract) {
      addMetadata(ContractSchema.standardName, bytes)
      associatedFiles = StandardMetadataWriter.files(contract)
    }
    addMetadata(ContractSchema.metadataName, try ContractWriter.bytes(contract))
  }

  private static func halved(_ graph: Graph) throws(ConvertError) -> Graph {
    do throws(GraphError) { return try graph.halvingWeights() } catch { throw .graph(error) }
  }

  private mutating func addMetadata(_ name: String, _ bytes: [UInt8]) {
    buffers.append(bytes)
    metadata.append(Metadata(name: name, buffer: buffers.count - 1))
  }
}

extension TFLiteModel.Signature {
  /// Names of values, numbered where one occurs twice.
  fileprivate static func entries(
    _ values: [ValueID], of graph: Graph, tensors: [Int32], kind: String
  ) -> [Entry] {
    var taken: Set<String> = []
    // Where counting goes on, so that a name that occurs n times costs n steps.
    var numbers: [String: Int] = [:]
    var entries: [Entry] = []
    for (index, value) in values.enumerated() {
      let name = graph.values[value].name
      let base = name.isEmpty ? "\(kind)_\(index)" : name
      var unique = base
      var number = numbers[base] ?? 1
      while !taken.insert(unique).inserted {
        unique = "\(base)_\(number)"
        number += 1
      }
      numbers[base] = number
      entries.append(Entry(name: unique, tensor: Int(tensors[index])))
    }
    return entries
  }
}
