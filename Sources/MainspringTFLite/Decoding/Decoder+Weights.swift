// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Decoder {
  /// Weights and bias of a product, of types that go with each other and with the operand.
  ///
  /// | operand | weights | bias |
  /// | --- | --- | --- |
  /// | floats | floats or halves | floats or halves |
  /// | floats | int8 | floats or halves |
  /// | int8 | int8 | int32 |
  /// | int16 | int8 | int64 or int32 |
  ///
  /// - Parameters:
  ///   - channels: the axis along which int8 weights may have several scales.
  ///   - bias: index of an operand that may be left out.
  mutating func product(
    _ call: Call, _ index: Int, _ what: String, channels: Int, bias: Int, operand: Int = 0
  ) throws(TFLiteError) -> (weights: Tensor, bias: Tensor?) {
    let type = try elementType(of: try self.operand(call, operand), call)
    let weights = try kernel(call, index, what, for: type, channels: channels)
    guard try optional(call, bias) != nil else { return (weights, nil) }
    return (weights, try offset(call, bias, for: type))
  }

  /// Whether floats are multiplied with int8 weights.
  mutating func isHybrid(_ call: Call, _ weights: Tensor) throws(TFLiteError) -> Bool {
    guard weights.elementType == .int8 else { return false }
    return try elementType(of: try operand(call, 0), call).isFloat
  }

  /// Constant weights for an operand of some type.
  mutating func kernel(
    _ call: Call, _ index: Int, _ what: String, for operand: ElementType, channels: Int
  ) throws(TFLiteError) -> Tensor {
    let tensor = try constant(call, index, what)
    switch (operand, tensor.elementType) {
    case (.float32, .float32), (.float32, .float16), (.float16, .float32), (.float16, .float16):
      return tensor
    case (.float32, .int8), (.float16, .int8), (.int8, .int8), (.int16, .int8):
      try requireSymmetric(tensor, what, channels: channels, call)
      return tensor
    default:
      throw .invalid(
        place: place(call), expected: "\(what) that go with operands of \(operand)",
        found: "\(tensor.elementType)")
    }
  }

  /// A constant bias for an operand of some type.
  mutating func offset(_ call: Call, _ index: Int, for operand: ElementType)
    throws(TFLiteError) -> Tensor
  {
    let tensor = try constant(call, index, "the bias")
    switch (operand, tensor.elementType) {
    case (.float32, .float32), (.float32, .float16), (.float16, .float32), (.float16, .float16):
      return tensor
    case (.int8, .int32), (.int16, .int32), (.int16, .int64):
      guard tensor.quantization?.zeroPoints.allSatisfy({ $0 == 0 }) ?? true else {
        throw .invalid(place: place(call), expected: "a bias around zero", found: "another")
      }
      return tensor
    default:
      throw .invalid(
        place: place(call), expected: "a bias that goes with operands of \(operand)",
        found: "\(tensor.elementType)")
    }
  }

  /// Integer weights are around zero and have one scale, or one for each channel.
  private func requireSymmetric(_ tensor: Tensor, _ what: String, channels: Int, _ call: Call)
    throws(TFLiteError)
  {
    guard let quantization = tensor.quantization else {
      throw .invalid(place: place(call), expected: "\(what) with scales", found: "none")
    }
    guard quantization.zeroPoints.allSatisfy({ $0 == 0 }) else {
      throw .unsupported(place: place(call), what: "\(what) that are not around zero")
    }
    guard quantization.scales.count == 1 || quantization.axis == channels else {
      throw .invalid(
        place: place(call), expected: "\(what) with scales along axis \(channels)",
        found: "axis \(quantization.axis)")
    }
  }
}
