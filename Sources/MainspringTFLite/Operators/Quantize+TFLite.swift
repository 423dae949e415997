// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Decoder {
  /// QUANTIZE: floats to integers, or integers to another scale.
  mutating func decodeQuantize(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 1...1, options: 89)
    // As in LiteRT: bytes without a sign become int8, and come from int8 or floats.
    let types = (call.record.inputs + call.record.outputs).map { index in
      model.subgraphs[call.subgraph].tensors[Int(index)].type
    }
    if types.contains(.uint8), types.contains(.int16) {
      throw .unsupported(place: place(call), what: "\(types[0]) to \(types[1])")
    }
    try finish(.quantize(Quantize()), try operands(call), call)
  }

  /// DEQUANTIZE: integers to floats.
  ///
  /// Half-precision constants stay halves; constants of integers become floats here, as LiteRT
  /// does it once when the model is loaded.
  mutating func decodeDequantize(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 1...1, options: 38)
    let x = try operand(call, 0)
    guard case .constant(let constant) = x else {
      let type = try elementType(of: x, call)
      guard type == .int8 || type == .int16 else {
        throw .unsupported(place: place(call), what: "an operand of type \(type)")
      }
      try finish(.dequantize(Dequantize()), [x], call)
      return
    }
    let tensor = constant.tensor
    var floats = tensor
    if tensor.elementType != .float16 {
      try spend(tensor.shape.elementCount, .call(call))
      guard let widened = tensor.dequantized else {
        throw .unsupported(
          place: place(call),
          what: "an operand of type \(tensor.elementType); only halves, int8 and int16 with a "
            + "scale are")
      }
      floats = widened
    }
    // Named after the float it stands for.
    try define(call, as: .constant(Constant(floats, name: name(call))))
  }
}

extension Tensor {
  /// What int8 or int16 elements stand for; nil for other types and without scales.
  fileprivate var dequantized: Tensor? {
    guard let quantization else { return nil }
    let integers: [Int64]
    switch elements {
    case .int8(let values): integers = values.map { Int64($0) }
    case .int16(let values): integers = values.map { Int64($0) }
    default: return nil
    }
    var stride = shape.elementCount
    if quantization.scales.count > 1 {
      guard quantization.axis < shape.rank, shape[quantization.axis] == quantization.scales.count
      else { return nil }
      stride = shape.strides[quantization.axis]
    }
    var floats: [Float] = []
    floats.reserveCapacity(integers.count)
    for (index, value) in integers.enumerated() {
      let channel = index / stride % quantization.scales.count
      floats.append(quantization.scales[channel] * Float(value - quantization.zeroPoints[channel]))
    }
    return Tensor(shape: shape, floats: floats)
  }
}
