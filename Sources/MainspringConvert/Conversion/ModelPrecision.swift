// SPDX-License-Identifier: Apache-2.0

/// How a model computes and how its weights are stored.
public enum ModelPrecision: String, Hashable, Sendable, CaseIterable {
  case float32 = "f32"
  /// Halves in the file, floats in memory.
  case float16 = "f16"
  /// int8 weights, float activations; needs no windows.
  case dynamicInt8 = "dynamic-int8"
  /// Integers throughout.
  case int8
  /// int16 activations and int8 weights, where there are operators for them.
  case int16x8

  /// Ranges of values have to be known.
  public var needsWindows: Bool { self == .int8 || self == .int16x8 }

  /// Weights become integers.
  var hasIntegers: Bool { self != .float32 && self != .float16 }
}

extension ModelPrecision: CustomStringConvertible {
  public var description: String { rawValue }
}
