// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import _MainspringTestSupport

/// A graph of integers with a name that says what it is about.
struct IntegerSample: Sendable {
  let name: String
  let graph: Graph

  /// Random raw inputs: all of the range, or around the zero point.
  func inputs(seed: UInt64) -> [[Double]] {
    var random = SplitMix64(seed: seed)
    return graph.inputs.map { input in
      let value = graph.values[input]
      let count = value.shape.elementCount
      guard let zero = value.quantization?.zeroPoints[0] else {
        return random.floats(count, from: -4, to: 4).map(Double.init)
      }
      let half = value.elementType == .int16 ? 32768 : 128
      return (0..<count).map { _ in
        let uniform = random.index(below: 2 * half) - half
        let near = Int(zero) + random.index(below: half / 4) - half / 8
        return Double(seed % 2 == 0 ? uniform : min(max(near, -half), half - 1))
      }
    }
  }
}

/// Makes random integer types, weights and graphs.
struct IntegerMaker {
  var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  mutating func scale(_ lowest: Float = 0.01, _ highest: Float = 0.1) -> Float {
    random.float(from: lowest, to: highest)
  }

  mutating func type(_ element: ElementType, scale: Float? = nil) -> ValueType {
    if element == .int16 { return .int16(scale: (scale ?? self.scale()) / 256) }
    return .int8(scale: scale ?? self.scale(), zeroPoint: Int64(random.index(below: 256)) - 128)
  }

  mutating func int8s(_ count: Int) -> [Int8] {
    (0..<count).map { _ in Int8(random.index(below: 255) - 127) }
  }

  /// Weights with one scale for each of `count` rows, or a single one.
  mutating func weights(_ extents: [Int], scales count: Int) throws -> Tensor {
    let shape = try Shape(extents)
    return Tensor(
      shape: shape, elements: .int8(int8s(shape.elementCount)),
      quantization: Quantization(
        scales: (0..<count).map { _ in scale(0.002, 0.02) },
        zeroPoints: [Int64](repeating: 0, count: count)))
  }

  /// A bias of the right width whose scales are those of the products.
  mutating func bias(_ weights: Tensor, _ x: ValueType) throws -> Tensor {
    let count = weights.shape[0]
    let scales = (weights.quantization?.scales ?? []).map { $0 * (x.quantization?.scales[0] ?? 1) }
    let quantization = Quantization(
      scales: scales, zeroPoints: [Int64](repeating: 0, count: scales.count))
    let values = (0..<count).map { _ in random.index(below: 4000) - 2000 }
    return Tensor(
      shape: try Shape([count]),
      elements: x.elementType == .int16
        ? .int64(values.map { Int64($0 * 256) }) : .int32(values.map { Int32($0) }),
      quantization: quantization)
  }

  /// A graph of one operator on inputs of some types.
  func sample(
    _ name: String, _ operation: Operator, _ inputs: [(shape: [Int], type: ValueType)],
    result: ValueType
  ) throws -> IntegerSample {
    var graph = Graph()
    var operands: [ValueID] = []
    for (index, input) in inputs.enumerated() {
      operands.append(
        graph.addInput(
          name: "x\(index)", shape: try Shape(input.shape), elementType: input.type.elementType,
          quantization: input.type.quantization))
    }
    try graph.addOutput(try graph.add(operation, to: operands, name: name, type: result))
    return IntegerSample(name: name, graph: graph)
  }
}
