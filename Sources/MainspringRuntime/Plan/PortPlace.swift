// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

/// Where an input or an output is during a run, and how its elements become floats.
struct PortPlace: BitwiseCopyable {
  enum Elements: BitwiseCopyable { case float, int8, int16 }

  let operand: Operand
  let elementCount: Int
  let elements: Elements
  let scale: Float
  let zero: Int32

  /// - Throws: `PlanError` when a port is neither of floats nor of int8 or int16 with a scale.
  init(_ value: Value, _ operand: Operand, role: String) throws(PlanError) {
    self.operand = operand
    elementCount = value.shape.elementCount
    // Booleans and halves exist inside only: as results, and as constants.
    let isFloat = value.elementType == .float32 || (role == "output" && value.type.isFloat)
    if isFloat {
      elements = .float
      scale = 1
      zero = 0
    } else {
      let type = try IntegerType(value.type, node: value.name, role: role)
      elements = type.element == .s8 ? .int8 : .int16
      scale = type.scale
      zero = type.zero
    }
  }

  /// Copies floats in.
  @_noAllocation @_noLocks
  func set(_ c: Context, _ values: UnsafePointer<Float>, _ count: Int) {
    switch elements {
    case .float:
      let to = unsafe c.result(operand.word)
      for index in 0..<count { unsafe to[index] = values[index] }
    case .int8:
      unsafe msk_quantize(c.isa, c.rawResult(operand.word), values, count, .s8, scale, zero)
    case .int16:
      unsafe msk_quantize(c.isa, c.rawResult(operand.word), values, count, .s16, scale, zero)
    }
  }

  /// Copies floats out.
  @_noAllocation @_noLocks
  func copy(_ c: Context, _ result: UnsafeMutablePointer<Float>, _ count: Int) {
    switch elements {
    case .float:
      let from = unsafe c.operand(operand)
      for index in 0..<count { unsafe result[index] = from[index] }
    case .int8: unsafe msk_dequantize(c.isa, result, c.rawOperand(operand), count, .s8, scale, zero)
    case .int16:
      unsafe msk_dequantize(c.isa, result, c.rawOperand(operand), count, .s16, scale, zero)
    }
  }
}

extension PortPlace.Elements {
  /// Equality that needs no metadata.
  @_noAllocation @_noLocks
  func isSame(as other: PortPlace.Elements) -> Bool {
    switch (self, other) {
    case (.float, .float), (.int8, .int8), (.int16, .int16): true
    case (.float, _), (.int8, _), (.int16, _): false
    }
  }

  var type: ElementType {
    @_noAllocation @_noLocks get {
      switch self {
      case .float: .float32
      case .int8: .int8
      case .int16: .int16
      }
    }
  }
}
