// SPDX-License-Identifier: Apache-2.0

import MainspringCheck
import MainspringGraph

/// Models of one dense layer on four numbers, and what comes behind it.
enum SmallModel {
  enum Ending { case linear, relu, tanh, sigmoid, softmax, logSoftmax }

  /// - Parameters:
  ///   - outputs: units of each output, all of the same layer's kind.
  ///   - factors: by output what its weights are multiplied with; 1 for those left out.
  ///   - normalization: mean and deviation in front of it all.
  ///   - isSwapped: the units are in the opposite order, as if trained otherwise.
  static func graph(
    _ ending: Ending, _ outputs: [Int], factors: [Float] = [], offset: Float = 0,
    normalization: (mean: Float, deviation: Float)? = nil, isSwapped: Bool = false,
    labels: [String] = []
  ) throws -> Graph {
    var graph = Graph()
    var input = graph.addInput(name: "x", shape: try Shape([1, 4]))
    if let (mean, deviation) = normalization {
      let centre = graph.addConstant(name: "mean", Tensor(scalar: mean))
      let factor = graph.addConstant(name: "inverse", Tensor(scalar: 1 / deviation))
      input = try graph.add(.binary(Binary(.subtract)), to: [input, centre], name: "centred")
      input = try graph.add(.binary(Binary(.multiply)), to: [input, factor], name: "normalized")
    }
    for (index, units) in outputs.enumerated() {
      let factor = index < factors.count ? factors[index] : 1
      let weights = (0..<units * 4).map { place -> Float in
        let unit = isSwapped ? units - 1 - place / 4 : place / 4
        return factor * (Float((unit * 7 + place % 4 * 5) * 37 % 19) / 9 - 1)
      }
      let dense = Dense(
        weights: Tensor(shape: try Shape([units, 4]), floats: weights),
        bias: Tensor(shape: try Shape([units]), floats: [Float](repeating: offset, count: units)))
      let value = try graph.add(.dense(dense), to: input, name: "dense_\(index)")
      try graph.addOutput(
        try behind(ending).map { try graph.add($0, to: value, name: "out_\(index)") } ?? value)
    }
    if !labels.isEmpty {
      var contract = ModelContract()
      contract.outputs = [.init(labels: labels)]
      try graph.setContract(contract)
    }
    return graph
  }

  private static func behind(_ ending: Ending) -> Operator? {
    switch ending {
    case .linear: nil
    case .relu: .unary(Unary(.relu))
    case .tanh: .unary(Unary(.tanh))
    case .sigmoid: .unary(Unary(.logistic))
    case .softmax: .softmax(Softmax())
    case .logSoftmax: .logSoftmax(LogSoftmax())
    }
  }

  static func subject(_ graph: Graph, _ name: String = "model", _ stage: Stage = .keras) -> Subject
  {
    Subject(name: name, graph, stage: stage)
  }

  /// The model on integers of its input, which hold -128 to 127 steps.
  static func integers(_ graph: Graph, step: Float) throws -> Graph {
    var result = Graph()
    let value = graph.values[graph.inputs[0]]
    let raw = result.addInput(name: value.name, shape: value.shape)
    let type = ValueType(.int8, Quantization(scale: step, zeroPoint: 0))
    let held = try result.add(.quantize(Quantize()), to: raw, name: "held", type: type)
    var map = [graph.inputs[0]: try result.add(.dequantize(Dequantize()), to: held, name: "free")]
    for node in graph.nodes {
      map[node.output] = try result.add(
        node.operation, to: node.inputs.compactMap { map[$0] },
        name: graph.values[node.output].name)
    }
    for output in graph.outputs { try result.addOutput(map[output] ?? output) }
    return result
  }

  static func check(
    _ subjects: [Subject], windows: ProbeWindows? = nil, seed: UInt64 = 1, count: Int = 200
  ) throws -> CheckReport {
    try Checker(
      subjects, ProbeSource(for: subjects, windows: windows, seed: seed), count: count
    ).check()
  }
}
