// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// What a value of integers can hold.
enum IntegerRange {
  /// Both ends; nil for floats.
  static func bounds(_ type: ValueType) -> (low: Float, high: Float)? {
    guard let scale = type.quantization?.scale, let zero = type.quantization?.zeroPoint else {
      return nil
    }
    switch type.elementType {
    case .int8: return (Float(-128 - zero) * scale, Float(127 - zero) * scale)
    case .int16: return (Float(-32768 - zero) * scale, Float(32767 - zero) * scale)
    case .float32, .float16, .uint8, .int32, .int64, .bool: return nil
    }
  }
}

extension Graph {
  /// What an input can hold where the model computes on integers of it, be it fed floats or not.
  func integers(of input: ValueID) -> (low: Float, high: Float, step: Float)? {
    var value = values[input]
    if value.quantization == nil {
      for node in nodes where node.inputs.first == input {
        if case .quantize = node.operation { value = values[node.output] }
      }
    }
    guard let bounds = IntegerRange.bounds(value.type), let step = value.quantization?.scale else {
      return nil
    }
    return (bounds.low, bounds.high, step)
  }
}
