// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The generator of all probes and made-up windows: the same numbers on every platform.
///
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (2014).
package struct ProbeGenerator {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// Uniform in `0..<1`, a multiple of 2⁻²⁴.
  mutating func unit() -> Float { Float(next() >> 40) * 0x1p-24 }

  /// Uniform in `lowest..<highest`.
  package mutating func uniform(_ lowest: Float, _ highest: Float) -> Float {
    lowest + (highest - lowest) * unit()
  }

  /// Log-uniform in `lowest..<highest`, both above zero.
  mutating func logUniform(_ lowest: Float, _ highest: Float) -> Float {
    exp(uniform(log(lowest), log(highest)))
  }

  /// `0..<count`, uniform up to a bias of 2⁻⁴⁰ for any count of classes or windows.
  mutating func index(below count: Int) -> Int { Int(next() % UInt64(count)) }

  /// Normal with mean 0 and variance 1 (Box and Muller 1958; one of the pair is used).
  mutating func normal() -> Float {
    let radius = (-2 * log(1 - unit())).squareRoot()
    return radius * cos(2 * Float.pi * unit())
  }
}
