// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph

/// Where on the way from training to the device a model stands; also where something went wrong.
public enum Stage: String, Hashable, Sendable, CaseIterable {
  /// Windows are not what the model was trained on.
  case input
  case keras
  case float32 = "f32"
  case float16 = "f16"
  case dynamicInt8 = "dynamic-int8"
  case int16x8
  case int8

  /// The stage of a TFLite file, by its elements.
  public init(of graph: Graph) {
    var hasIntegers = false
    var hasSixteenBits = false
    for node in graph.nodes {
      let value = graph.values[node.output]
      guard value.quantization != nil else { continue }
      hasIntegers = true
      if value.elementType == .int16 { hasSixteenBits = true }
    }
    if hasIntegers {
      self = hasSixteenBits ? .int16x8 : .int8
      return
    }
    let weights =
      graph.nodes.flatMap { $0.operation.weights } + graph.values.compactMap { $0.constant }
    if weights.contains(where: { $0.elementType == .int8 }) {
      self = .dynamicInt8
    } else {
      self = weights.contains { $0.elementType == .float16 } ? .float16 : .float32
    }
  }

  /// The integers are made of floats that were right or wrong before.
  public var isInteger: Bool { self == .int8 || self == .int16x8 }
}

extension Stage: CustomStringConvertible {
  /// As it stands in a sentence.
  public var description: String {
    switch self {
    case .input: "the input"
    case .keras: "the Keras model"
    case .float32: "FP32"
    case .float16: "FP16"
    case .dynamicInt8: "dynamic INT8"
    case .int16x8: "INT16x8"
    case .int8: "INT8"
    }
  }
}
