// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import Testing
import _MainspringTestSupport

@testable import MainspringConvert

@Suite struct HistogramTests {
  private func histogram(_ values: [Float]) -> FloatHistogram {
    var histogram = FloatHistogram()
    let isFinite = histogram.add(values)
    #expect(isFinite)
    return histogram
  }

  @Test func binsAscendAndHoldEveryValueOnce() throws {
    var random = SplitMix64(seed: 1)
    var values = random.floats(2000, from: -3, to: 3)
    values += [0, -0.0, 1e-30, -1e-30, 1e30, -1e30, .leastNonzeroMagnitude, 1, 1]
    let bins = histogram(values).bins()
    #expect(bins.reduce(0) { $0 + $1.count } == Double(values.count))
    for (bin, next) in zip(bins, bins.dropFirst()) { #expect(bin.upper <= next.lower) }
    for value in values {
      #expect(bins.contains { $0.lower <= value && value <= $0.upper })
    }
    for bin in bins where !bin.isZero && abs(bin.lower) > 1e-29 {
      #expect(abs(bin.upper - bin.lower) <= abs(bin.upper) / 64)
    }
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func refusesWhatIsNotFinite(value: Float) {
    var histogram = FloatHistogram()
    let isFinite = histogram.add([1, value, 2])
    #expect(!isFinite)
  }

  @Test func mergingIsAddingBoth() {
    var random = SplitMix64(seed: 2)
    let (a, b) = (random.floats(500, from: -1, to: 9), random.floats(300, from: -50, to: 0.1))
    var merged = histogram(a)
    merged.merge(histogram(b))
    let whole = histogram(a + b)
    #expect(merged.count == whole.count)
    #expect(merged.minimum == whole.minimum && merged.maximum == whole.maximum)
    #expect(merged.bins().map(\.count) == whole.bins().map(\.count))
  }

  @Test func minMaxIsExact() {
    let bounds = histogram([0.1, -0.3, 7.123456, 2]).bounds(.minMax)
    #expect(bounds == Bounds(lower: -0.3, upper: 7.123456))
    #expect(FloatHistogram().bounds(.minMax) == nil)
  }

  /// Against the sorted values, to the precision of a bin.
  @Test(arguments: [99.0, 99.9, 99.99])
  func percentilesAreThoseOfTheSortedValues(percent: Double) throws {
    var random = SplitMix64(seed: 3)
    let values = (0..<20_000).map { _ in
      let x = random.float(from: -1, to: 1)
      return x * x * x * 40
    }
    let sorted = values.sorted()
    let cut = Int(Double(values.count) * (1 - percent / 100))
    let bounds = try #require(histogram(values).bounds(.percentile(percent)))
    #expect(abs(bounds.lower - sorted[cut]) <= abs(sorted[cut]) / 60)
    let above = sorted[values.count - 1 - cut]
    #expect(abs(bounds.upper - above) <= above / 60)
  }

  @Test func anOutlierDoesNotCoarsenTheRest() throws {
    var random = SplitMix64(seed: 4)
    let values = random.floats(100_000, from: -1, to: 1) + [1e20]
    let bounds = try #require(histogram(values).bounds(.percentile(99.99)))
    #expect(bounds.lower > -1.01 && bounds.lower < -0.98)
    #expect(bounds.upper > 0.98 && bounds.upper < 1.02)
  }

  /// One outlier among half a million is worth less than a finer step for all others.
  @Test(arguments: [Float(3), -3])
  func leastSquaredErrorCutsWhatIsRare(outlier: Float) throws {
    var random = SplitMix64(seed: 5)
    let values = random.floats(500_000, from: -1, to: 1) + [outlier]
    let histogram = histogram(values)
    let found = try #require(histogram.bounds(.meanSquaredError))
    let all = try #require(histogram.bounds(.minMax))
    #expect(squaredError(values, found) < 0.75 * squaredError(values, all))
    #expect(found.lower >= all.lower && found.upper <= all.upper)
  }

  @Test func leastSquaredErrorIsAsGoodAsAnyClipping() throws {
    var random = SplitMix64(seed: 7)
    let values = (0..<20_000).map { _ in
      let x = random.float(from: -1, to: 1)
      return x * x * x * x * x * 10
    }
    let found = try #require(histogram(values).bounds(.meanSquaredError))
    let least = (1...40).map { step in
      let end = 0.25 * Float(step)
      return squaredError(values, Bounds(lower: -end, upper: end))
    }.min()
    #expect(squaredError(values, found) <= 1.05 * (try #require(least)))
  }

  private func squaredError(_ values: [Float], _ bounds: Bounds) -> Double {
    let type = ValueType.int8(covering: bounds)
    let scale = type.quantization?.scale ?? 0
    let zero = Float(type.quantization?.zeroPoint ?? 0)
    return values.reduce(0) { sum, value in
      let q = min(max((value / scale).rounded() + zero, -128), 127)
      let difference = Double((q - zero) * scale - value)
      return sum + difference * difference
    }
  }

  @Test func entropyStaysWithinWhatWasSeenAndKeepsAnEvenSpread() throws {
    var random = SplitMix64(seed: 6)
    let even = random.floats(50_000, from: -2, to: 2)
    let kept = try #require(histogram(even).bounds(.entropy))
    #expect(kept.upper > 1.9 && kept.lower < -1.9)
    let peaked = (0..<50_000).map { _ in
      let x = random.float(from: -1, to: 1)
      return x * x * x * x * x * x * x
    }
    let cut = try #require(histogram(peaked + [8, 8, 8]).bounds(.entropy))
    #expect(cut.upper < 4 && cut.lower >= -1.01)
  }

  @Test(arguments: CalibrationMethod.candidates)
  func aSingleValueHasARange(method: CalibrationMethod) throws {
    for value in [Float(3), -3, 0] {
      let bounds = try #require(histogram([value, value]).bounds(method))
      #expect(bounds.includingZero.lower <= min(value, 0) * 0.98)
      #expect(bounds.includingZero.upper >= max(value, 0) * 0.98)
    }
  }
}
