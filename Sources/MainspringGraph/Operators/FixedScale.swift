// SPDX-License-Identifier: Apache-2.0

extension Operator {
  /// What the result of integers must stand for, where TFLite's kernels leave no choice.
  ///
  /// Softmax and Logistic give 0…1 and Tanh −1…1 in steps that use the type up; LogSoftmax gives
  /// −16…0 (TFLite's 8-bit quantization specification).
  ///
  /// - Returns: nil when any scale will do.
  public func fixedResult(of elementType: ElementType) -> ValueType? {
    switch (self, elementType) {
    case (.softmax, .int8): .int8(scale: 1 / 256, zeroPoint: -128)
    case (.softmax, .int16): .int16(scale: 1 / 32768)
    case (.logSoftmax, .int8): .int8(scale: 16 / 256, zeroPoint: 127)
    case (.simpleRNN(let x), .int8), (.simpleRNN(let x), .int16):
      x.activation == .tanh ? Unary.Function.tanh.fixedResult(of: elementType) : nil
    case (.unary(let x), _): x.function.fixedResult(of: elementType)
    default: nil
    }
  }
}

extension Operator {
  /// Whether TFLite's kernels take a result of integers of this type.
  ///
  /// They allow the scale of a softmax a thousandth.
  public func accepts(result type: ValueType) -> Bool {
    guard let fixed = fixedResult(of: type.elementType)?.quantization,
      let wanted = fixed.scale
    else { return true }
    guard let scale = type.quantization?.scale else { return false }
    var tolerance: Float = 0
    if case .softmax = self { tolerance = 0.001 * wanted }
    return abs(scale - wanted) <= tolerance && type.quantization?.zeroPoint == fixed.zeroPoint
  }
}

extension Unary.Function {
  fileprivate func fixedResult(of elementType: ElementType) -> ValueType? {
    switch (self, elementType) {
    case (.logistic, .int8): .int8(scale: 1 / 256, zeroPoint: -128)
    case (.tanh, .int8): .int8(scale: 1 / 128, zeroPoint: 0)
    case (.logistic, .int16), (.tanh, .int16): .int16(scale: 1 / 32768)
    default: nil
    }
  }
}
