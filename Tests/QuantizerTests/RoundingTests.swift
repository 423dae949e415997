// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import Testing
import _MainspringTestSupport

@testable import MainspringConvert

@Suite struct RoundingTests {
  /// Inputs that hang together, with a mean that is not zero.
  private func samples(_ random: inout SplitMix64, width: Int, count: Int) -> [[Float]] {
    (0..<count).map { _ in
      let common = random.float(from: 0, to: 6)
      return (0..<width).map { _ in common + random.float() }
    }
  }

  private func moments(_ samples: [[Float]]) -> InputMoments {
    var moments = InputMoments(size: samples[0].count + 1)
    for sample in samples { moments.add(sample) }
    return moments
  }

  /// Mean squared difference of w·x + b.
  private func error(
    _ samples: [[Float]], _ exact: [Float], _ bias: Float, _ rounded: [Int8], _ newBias: Float,
    _ scale: Float
  ) -> Double {
    samples.reduce(0) { sum, sample in
      var difference = Double(newBias) - Double(bias)
      for index in sample.indices {
        difference +=
          (Double(rounded[index]) * Double(scale) - Double(exact[index]))
          * Double(sample[index])
      }
      return sum + difference * difference
    } / Double(samples.count)
  }

  @Test(arguments: [1, 2, 7, 40])
  func errorsCancelOnTheInputs(width: Int) throws {
    var random = SplitMix64(seed: UInt64(width))
    let samples = samples(&random, width: width, count: 300)
    let rounding = try #require(CompensatedRounding(moments(samples)))
    var (compensated, nearest) = (0.0, 0.0)
    for _ in 0..<20 {
      let row = random.floats(width)
      let scale: Float = 1 / 64
      var bias: Float = 0.5
      let result = rounding.round(row, bias: &bias, scales: [Float](repeating: scale, count: width))
      compensated += error(samples, row, 0.5, result, bias, scale)
      let plain = row.map { Int8(($0 / scale).rounded()) }
      nearest += error(samples, row, 0.5, plain, 0.5, scale)
    }
    #expect(compensated < 0.35 * nearest)
  }

  /// Without anything in common there is nothing to gain but the mean: weights are the nearest.
  @Test func independentInputsAreRoundedToTheNearest() throws {
    var moments = InputMoments(size: 5)
    for axis in 0..<4 {
      for sign in [Float(1), -1] {
        moments.add((0..<4).map { $0 == axis ? sign : 0 })
      }
    }
    let rounding = try #require(CompensatedRounding(moments))
    var bias: Float = 0.25
    let row: [Float] = [0.31, -0.77, 0.02, 0.499]
    let result = rounding.round(row, bias: &bias, scales: [0.1, 0.1, 0.1, 0.2])
    #expect(result == [3, -8, 0, 2])
    #expect(abs(bias - 0.25) < 1e-6)
  }

  @Test func weightsStayWithinTheirRange() throws {
    var random = SplitMix64(seed: 9)
    let samples = samples(&random, width: 6, count: 100)
    let rounding = try #require(CompensatedRounding(moments(samples)))
    var bias: Float = 0
    let row: [Float] = [1, 1, -1, 1, -1, 1]
    let result = rounding.round(row, bias: &bias, scales: [Float](repeating: 1 / 127, count: 6))
    #expect(result.allSatisfy { $0 >= -127 })
    #expect(result.allSatisfy { abs(Int($0)) >= 120 })
  }

  @Test func nothingButZerosHasNoMoments() {
    var moments = InputMoments(size: 3)
    moments.add([0, 0])
    #expect(CompensatedRounding(moments) == nil)
  }

  @Test func scalingInputsScalesTheirMoments() {
    var random = SplitMix64(seed: 10)
    let samples = samples(&random, width: 4, count: 20)
    let scaled = moments(samples).scaled(by: [2, 0.5], first: 4)
    let expected = moments(samples.map { [$0[0] * 2, $0[1] * 0.5, $0[2] * 2, $0[3] * 0.5] })
    for (a, b) in zip(scaled.sums[0], expected.sums[0]) { #expect(abs(a - b) <= 1e-5 * abs(b)) }
    let first = moments(samples).scaled(by: [3], first: 1)
    let one = moments(samples.map { [$0[0] * 3, $0[1], $0[2], $0[3]] })
    for (a, b) in zip(first.sums[0], one.sums[0]) { #expect(abs(a - b) <= 1e-5 * abs(b)) }
  }

  /// The quadratic form of the moments is the energy of what the operator computes.
  @Test(arguments: [1, 2, 4])
  func momentsOfConvolutionsAreThoseOfTheirPatches(groups: Int) throws {
    var random = SplitMix64(seed: UInt64(20 + groups))
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 3, 5, 4]))
    let weights = try random.tensor([4, 2, 3, 4 / groups])
    let convolution = Convolution(
      weights: weights, bias: try random.tensor([4]), stride: Extent2D(height: 1, width: 2),
      padding: .same, groups: groups)
    let y = try graph.add(.convolution(convolution), to: x, name: "y")
    try graph.addOutput(y)
    let windows = try random.windows(graph, count: 3)
    let calibration = try Calibrator(graph).calibrate(windows, moments: true)
    let moments = try #require(calibration.ranges(.minMax).moments[y])
    var energies = [Double](repeating: 0, count: 4)
    try ModelComparison.run(graph, windows) { _, _, values in
      for (index, value) in values.enumerated() { energies[index % 4] += Double(value * value) }
    }
    #expect(moments.sums.count == groups)
    for filter in 0..<4 {
      let size = moments.size
      let row =
        (weights.floats ?? [])[filter * (size - 1)..<(filter + 1) * (size - 1)]
        + [convolution.bias?.floats?[filter] ?? 0]
      let sums = moments.sums[filter * groups / 4]
      var energy = 0.0
      for i in 0..<size {
        for j in 0..<size {
          energy +=
            Double(row[row.startIndex + i]) * Double(row[row.startIndex + j])
            * sums[max(i, j) * size + min(i, j)]
        }
      }
      #expect(abs(energy - energies[filter]) < 1e-4 * energies[filter])
    }
  }
}
