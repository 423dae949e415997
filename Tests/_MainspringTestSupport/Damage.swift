// SPDX-License-Identifier: Apache-2.0

/// Systematic damage to a file, for readers that must survive anything.
package enum Damage {
  /// The file cut at `count` places spread evenly, the empty file among them, the whole not.
  package static func truncations(of bytes: [UInt8], count: Int) -> [[UInt8]] {
    let places = Set((0..<count).map { $0 * bytes.count / count }).sorted()
    return places.map { Array(bytes[..<$0]) }
  }

  /// Calls `body` with `count` copies of the file, each with one bit or byte changed.
  ///
  /// - Parameter range: The part of the file that is hit; the whole by default.
  package static func flips<Failure: Error>(
    of bytes: [UInt8], in range: Range<Int>? = nil, count: Int, seed: UInt64,
    _ body: (_ damaged: [UInt8], _ place: Int) throws(Failure) -> Void
  ) throws(Failure) {
    let range = range ?? 0..<bytes.count
    var random = SplitMix64(seed: seed)
    var damaged = bytes
    for round in 0..<count {
      let place = range.lowerBound + random.index(below: range.count)
      let mask =
        round % 2 == 0
        ? UInt8(1) << UInt8(random.index(below: 8)) : UInt8(random.index(below: 255)) + 1
      damaged[place] ^= mask
      try body(damaged, place)
      damaged[place] = bytes[place]
    }
  }
}
