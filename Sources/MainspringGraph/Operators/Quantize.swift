// SPDX-License-Identifier: Apache-2.0

/// Floats, or integers of another scale, as the integers of the result's type.
///
/// q = round(x / scale) + zeroPoint, saturated.
public struct Quantize: Hashable, Sendable {
  public init() {}
}

/// Integers as the floats they stand for: scale · (q − zeroPoint).
public struct Dequantize: Hashable, Sendable {
  public init() {}
}
