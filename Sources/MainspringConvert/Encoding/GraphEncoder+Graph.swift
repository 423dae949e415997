// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringTFLite

extension GraphEncoder {
  /// Encodes the nodes of a graph into the open subgraph.
  ///
  /// - Parameters:
  ///   - inputs: one tensor for each input of the graph.
  ///   - constants: tensors of the graph's constants, filled here; hand it on to encode the same
  ///     graph again with the same constants.
  ///   - prefix: goes before every name.
  /// - Returns: one tensor for each output of the graph.
  mutating func encode(
    _ graph: Graph, inputs: [Int32], constants: inout [ValueID: Int32], prefix: String = ""
  ) throws(ConvertError) -> [Int32] {
    precondition(inputs.count == graph.inputs.count, "a tensor for each input")
    var tensors = [Int32](repeating: -1, count: graph.values.count)
    for (value, tensor) in zip(graph.inputs, inputs) { tensors[value] = tensor }
    for node in graph.nodes {
      for operand in node.inputs { try place(operand, of: graph, &tensors, &constants) }
      let value = graph.values[node.output]
      try require(value)
      var named = value
      named.name = prefix + value.name
      let output = addTensor(for: named)
      tensors[node.output] = output
      let site = Site(
        name: named.name, inputs: node.inputs.map { tensors[$0] },
        inputShapes: node.inputs.map { graph.shape(of: $0) }, output: output,
        outputShape: value.shape)
      try encode(node.operation, at: site)
    }
    for output in graph.outputs { try place(output, of: graph, &tensors, &constants) }
    return graph.outputs.map { tensors[$0] }
  }

  /// Gives a constant its tensor; everything else has one by the time it is used.
  private mutating func place(
    _ id: ValueID, of graph: Graph, _ tensors: inout [Int32], _ constants: inout [ValueID: Int32]
  ) throws(ConvertError) {
    guard let tensor = graph.values[id].constant, tensors[id] < 0 else { return }
    if let known = constants[id] {
      tensors[id] = known
    } else {
      // XNNPACK cannot hand out what a DEQUANTIZE makes of a constant.
      let isResult = graph.outputs.contains(id)
      tensors[id] = try operand(
        isResult ? tensor.widened : tensor, name: graph.values[id].name)
      constants[id] = tensors[id]
    }
  }

  /// Stock runtimes do not agree on what tensors without elements mean.
  func require(_ value: Value) throws(ConvertError) {
    guard value.shape.elementCount > 0 else { throw .empty(name: value.name, shape: value.shape) }
  }

  /// Encodes one operator with its constants.
  mutating func encode(_ operation: Operator, at site: Site) throws(ConvertError) {
    switch operation {
    case .dense(let x): try x.encode(at: site, into: &self)
    case .convolution(let x): try x.encode(at: site, into: &self)
    case .transposedConvolution(let x): try x.encode(at: site, into: &self)
    case .lstm(let x): try RecurrentCell.lstm(x).encode(at: site, into: &self)
    case .gru(let x): try RecurrentCell.gru(x).encode(at: site, into: &self)
    case .simpleRNN(let x): try RecurrentCell.simpleRNN(x).encode(at: site, into: &self)
    case .pool(let x): x.encode(at: site, into: &self)
    case .reduce(let x): x.encode(at: site, into: &self)
    case .softmax(let x): try x.encode(at: site, into: &self)
    case .logSoftmax(let x): x.encode(at: site, into: &self)
    case .unary(let x): x.encode(at: site, into: &self)
    case .binary(let x): x.encode(at: site, into: &self)
    case .compare(let x): x.encode(at: site, into: &self)
    case .select(let x): x.encode(at: site, into: &self)
    case .parametricReLU(let x): try x.encode(at: site, into: &self)
    case .scaleShift(let x): try x.encode(at: site, into: &self)
    case .matMul(let x): x.encode(at: site, into: &self)
    case .reshape(let x): x.encode(at: site, into: &self)
    case .transpose(let x): try x.encode(at: site, into: &self)
    case .slice(let x): try x.encode(at: site, into: &self)
    case .concatenate(let x): x.encode(at: site, into: &self)
    case .pad(let x): try x.encode(at: site, into: &self)
    case .tile(let x): x.encode(at: site, into: &self)
    case .reverse(let x): x.encode(at: site, into: &self)
    }
  }
}
