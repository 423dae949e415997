// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// What a value of integers can hold.
struct IntegerRange {
  let low: Float
  let high: Float
  /// Between two neighbours.
  let step: Float

  /// Nil for floats.
  init?(_ type: ValueType) {
    guard let scale = type.quantization?.scale, let zero = type.quantization?.zeroPoint else {
      return nil
    }
    let codes: ClosedRange<Int64>
    switch type.elementType {
    case .int8: codes = -128...127
    case .int16: codes = -32768...32767
    case .float32, .float16, .uint8, .int32, .int64, .bool: return nil
    }
    low = Float(codes.lowerBound - zero) * scale
    high = Float(codes.upperBound - zero) * scale
    step = scale
  }

  /// Values that are clipped, and not only rounded.
  func countBeyond(_ values: [Float]) -> Int {
    let (least, most) = (low - step / 2, high + step / 2)
    return values.count { $0 < least || $0 > most }
  }
}

extension Graph {
  /// What an input can hold where the model computes on integers of it, be it fed floats or not.
  func integers(of input: ValueID) -> IntegerRange? {
    var value = values[input]
    if value.quantization == nil {
      for node in nodes where node.inputs.first == input {
        if case .quantize = node.operation { value = values[node.output] }
      }
    }
    return IntegerRange(value.type)
  }
}
