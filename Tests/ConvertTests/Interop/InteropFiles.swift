// SPDX-License-Identifier: Apache-2.0

import MainspringConvert
import MainspringGraph
import MainspringNumPy
import _MainspringTestSupport

/// Writes what `tools/interop.py` checks: a model, its inputs and what must come out.
struct InteropFiles {
  static let windowCount = 3

  let folder: String

  /// `name.tflite`, `name.input_0.npy`, …, `name.output_0.npy`, …
  ///
  /// Expected outputs come from the evaluator, with weights rounded as the file stores them.
  func write(_ test: InteropCase, _ options: EncodingOptions, name: String) throws {
    let graph = try test.graph()
    // All matrices, also the small ones of a first layer that the converter would leave alone.
    let stored = options.precision == .float16 ? try graph.storedAsHalves() : graph
    try writeFile("\(folder)/\(name).tflite", try convert(stored, options: options))
    var random = SplitMix64(seed: 99)
    var inputs = [[Float]](repeating: [], count: graph.inputs.count)
    var outputs = [[Float]](repeating: [], count: graph.outputs.count)
    for _ in 0..<Self.windowCount {
      let window = graph.inputs.map { id in
        random.floats(
          graph.shape(of: id).elementCount, from: test.range.lowerBound, to: test.range.upperBound)
      }
      let results = Evaluator(graph: stored).run(
        zip(graph.inputs, window).map {
          Array64(graph.shape(of: $0).extents, $1.map(Double.init))
        })
      for (index, values) in window.enumerated() { inputs[index] += values }
      for (index, result) in results.enumerated() {
        outputs[index] += result.elements.map { Float($0) }
      }
    }
    for (index, id) in graph.inputs.enumerated() {
      try save("\(name).input_\(index)", graph.shape(of: id), inputs[index])
    }
    for (index, id) in graph.outputs.enumerated() {
      try save("\(name).output_\(index)", graph.shape(of: id), outputs[index])
    }
  }

  private func save(_ name: String, _ shape: Shape, _ values: [Float]) throws {
    var bytes: [UInt8] = []
    var writer = NumPyWriter<Never>(shape: [Self.windowCount] + shape.extents) { bytes += $0 }
    writer.append(values.span)
    writer.finish()
    try writeFile("\(folder)/\(name).npy", bytes)
  }
}

extension Graph {
  /// The same graph with all matrices and kernels as halves.
  func storedAsHalves() throws -> Graph {
    var copy = Graph()
    var ids = [ValueID](repeating: 0, count: values.count)
    for (id, value) in values.enumerated() {
      if inputs.contains(id) {
        ids[id] = copy.addInput(name: value.name, shape: value.shape)
      } else if let constant = value.constant {
        ids[id] = copy.addConstant(
          name: value.name, outputs.contains(id) ? constant : constant.stored)
      } else if let node = nodes.first(where: { $0.output == id }) {
        ids[id] = try copy.add(
          node.operation.storedAsHalves, to: node.inputs.map { ids[$0] }, name: value.name)
      }
    }
    for output in outputs { try copy.addOutput(ids[output]) }
    try copy.setContract(contract)
    return copy
  }
}

extension Tensor {
  fileprivate var stored: Tensor { shape.rank >= 2 && shape.elementCount > 1 ? halved : self }
}

extension Operator {
  fileprivate var storedAsHalves: Operator {
    switch self {
    case .dense(var x):
      x.weights = x.weights.stored
      x.bias = x.bias?.stored
      return .dense(x)
    case .convolution(var x):
      x.weights = x.weights.stored
      x.bias = x.bias?.stored
      return .convolution(x)
    case .transposedConvolution(var x):
      x.weights = x.weights.stored
      x.bias = x.bias?.stored
      return .transposedConvolution(x)
    case .lstm(var x):
      x.inputWeights = x.inputWeights.stored
      x.recurrentWeights = x.recurrentWeights.stored
      x.bias = x.bias.stored
      return .lstm(x)
    case .gru(var x):
      x.inputWeights = x.inputWeights.stored
      x.recurrentWeights = x.recurrentWeights.stored
      x.inputBias = x.inputBias.stored
      x.recurrentBias = x.recurrentBias?.stored
      return .gru(x)
    case .simpleRNN(var x):
      x.inputWeights = x.inputWeights.stored
      x.recurrentWeights = x.recurrentWeights.stored
      x.bias = x.bias.stored
      return .simpleRNN(x)
    case .parametricReLU(var x):
      x.slope = x.slope.stored
      return .parametricReLU(x)
    case .scaleShift(var x):
      x.scale = x.scale.stored
      x.shift = x.shift.stored
      return .scaleShift(x)
    default: return self
    }
  }
}
