// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// The activation in an operator's options.
struct FusedFunction {
  var clamp: FusedActivation = .none
  /// TANH is applied by an operator of its own.
  var isTanh = false
}

extension Decoder {
  func fused(_ call: Call, field id: Int) throws(TFLiteError) -> FusedFunction {
    switch call.options.byte(id) {
    case 0: return FusedFunction()
    case 1: return FusedFunction(clamp: .relu)
    case 2: return FusedFunction(clamp: .reluN1To1)
    case 3: return FusedFunction(clamp: .relu6)
    case 4: return FusedFunction(isTanh: true)
    case 5: throw .unsupported(place: place(call), what: "the fused activation SIGN_BIT")
    default:
      throw .invalid(
        place: place(call), expected: "a fused activation from 0 to 5",
        found: "\(call.options.byte(id))")
    }
  }

  /// Applies a fused activation that the operator itself has no room for.
  mutating func activate(_ known: Known, _ fused: FusedFunction, _ call: Call) throws(TFLiteError)
    -> Known
  {
    let function: Unary.Function
    switch fused.clamp {
    case .none: function = .tanh
    case .relu: function = .relu
    case .relu6: function = .relu6
    case .reluN1To1: function = .reluN1To1
    }
    if fused.clamp == .none && !fused.isTanh { return known }
    try requireFloats(known, "a fused activation of this kind", call)
    return try apply(.unary(Unary(function)), [known], call)
  }

  func padding(_ call: Call, field id: Int) throws(TFLiteError) -> Padding {
    switch call.options.byte(id) {
    case 0: return .same
    case 1: return .valid
    default:
      throw .invalid(
        place: place(call), expected: "padding SAME or VALID", found: "\(call.options.byte(id))")
    }
  }
}
