// SPDX-License-Identifier: Apache-2.0

/// The generator of all random test data: small, fast, the same on every platform.
///
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (2014).
package struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// `0..<count`, uniform up to a bias of 2^-40 for any count a test uses.
  package mutating func index(below count: Int) -> Int {
    precondition(count > 0 && count <= 1 << 24, "no index below \(count)")
    return Int(next() % UInt64(count))
  }

  /// Uniform in `lowest..<highest`, a multiple of 2^-24 of the range.
  package mutating func float(from lowest: Float = -1, to highest: Float = 1) -> Float {
    lowest + (highest - lowest) * (Float(next() >> 40) * 0x1p-24)
  }

  /// `[count]` floats, each uniform in `lowest..<highest`.
  package mutating func floats(
    _ count: Int, from lowest: Float = -1, to highest: Float = 1
  ) -> [Float] {
    (0..<count).map { _ in float(from: lowest, to: highest) }
  }
}
