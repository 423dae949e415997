// SPDX-License-Identifier: Apache-2.0

/// An IEEE 754 binary16 number, kept as its bits.
///
/// Swift's own `Float16` is not available on every target this module compiles for.
public struct Half: Hashable, Sendable {
  public let bits: UInt16

  public init(bits: UInt16) { self.bits = bits }

  /// Rounds to nearest, ties to even; clamps finite values to ±65504 as TFLite's converter does.
  public init(_ value: Float) {
    let source = value.bitPattern
    let sign = UInt16(truncatingIfNeeded: (source >> 16) & 0x8000)
    let magnitude = source & 0x7fff_ffff
    if magnitude > 0x7f80_0000 {
      bits = sign | 0x7e00
    } else if magnitude == 0x7f80_0000 {
      bits = sign | 0x7c00
    } else if magnitude >= 0x477f_e000 {
      bits = sign | 0x7bff
    } else if magnitude < 0x3880_0000 {
      // Subnormal half: let the float adder do the rounding at the right bit.
      let rounded = Float(bitPattern: magnitude) + 0.5
      bits = sign | UInt16(truncatingIfNeeded: rounded.bitPattern &- 0x3f00_0000)
    } else {
      let odd = (magnitude >> 13) & 1
      let rounded = magnitude &- 0x3800_0000 &+ 0xfff &+ odd
      bits = sign | UInt16(truncatingIfNeeded: rounded >> 13)
    }
  }

  /// The same number as a `Float`; exact.
  public var float: Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 0x1f
    let fraction = UInt32(bits & 0x3ff)
    switch exponent {
    case 0:
      let magnitude = Float(fraction) * 0x1p-24
      return sign == 0 ? magnitude : -magnitude
    case 31:
      return Float(bitPattern: sign | 0x7f80_0000 | fraction << 13)
    default:
      return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}
