// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// How one operator computes in a quantized model, from the coarsest to the finest.
public enum NodePrecision: Hashable, Sendable, CaseIterable {
  /// int8 activations and weights.
  case int8
  /// int16 activations, int8 weights.
  case int16
  /// Float activations, int8 weights; the runtime quantizes what it multiplies them with.
  case dynamic
  case float32
}

extension NodePrecision: CustomStringConvertible {
  public var description: String {
    switch self {
    case .int8: "int8"
    case .int16: "int16x8"
    case .dynamic: "dynamic-int8"
    case .float32: "float32"
    }
  }
}

extension NodePrecision {
  /// What flows between operators of this precision.
  var elementType: ElementType {
    switch self {
    case .int8: .int8
    case .int16: .int16
    case .dynamic, .float32: .float32
    }
  }
}
