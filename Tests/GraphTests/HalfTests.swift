// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import Testing
import _MainspringTestSupport

struct HalfTests {
  @Test func everyHalfSurvivesTheWayThroughFloat() {
    for bits in UInt16.min...UInt16.max {
      let half = Half(bits: bits)
      if half.float.isNaN {
        #expect(Half(half.float).float.isNaN)
      } else {
        #expect(Half(half.float) == half || !half.float.isFinite && Half(half.float) == half)
      }
    }
  }

  /// The two neighbours of a number are found by search, the nearer one is expected.
  @Test func roundsToNearestEven() {
    let finite = (UInt16(0)...0x7bff).map { Half(bits: $0) }
    var random = SplitMix64(seed: 1)
    for _ in 0..<20_000 {
      let exponent = random.float(from: -28, to: 17)
      let value = random.float(from: 1, to: 2) * power(exponent)
      if value > 65504 {
        #expect(Half(value).float == 65504)
        continue
      }
      var low = 0
      var high = finite.count - 1
      while high - low > 1 {
        let middle = (low + high) / 2
        if finite[middle].float <= value { low = middle } else { high = middle }
      }
      let below = Double(value) - Double(finite[low].float)
      let above = Double(finite[high].float) - Double(value)
      let nearest = below < above || (below == above && low % 2 == 0) ? low : high
      #expect(Half(value) == finite[nearest])
      #expect(Half(-value).float == -finite[nearest].float)
    }
  }

  private func power(_ exponent: Float) -> Float {
    Float(sign: .plus, exponent: Int(exponent.rounded(.down)), significand: 1)
  }

  @Test func clampsFiniteNumbersAndKeepsInfinity() {
    #expect(Half(65520).float == 65504)
    #expect(Half(-.greatestFiniteMagnitude).float == -65504)
    #expect(Half(.infinity).float == .infinity)
    #expect(Half(-0.0).bits == 0x8000)
  }
}
