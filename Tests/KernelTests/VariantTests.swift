// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import Testing
import _MainspringTestSupport

/// Kernels whose results the graph tests check against a reference: here variants agree with the
/// scalar one on odd sizes, in place, and write nothing but their result.
@Suite struct VariantTests {
  /// Calls a kernel on every instruction set with a guarded result.
  private func compare(
    _ count: Int, start: Float = 0, tolerance: Float = 0,
    _ kernel: (msk_isa, UnsafeMutablePointer<Float>) -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    var expected: [Float] = []
    for isa in instructionSets {
      var y = [Float](repeating: start, count: count) + [Float](repeating: 77, count: 20)
      y.withUnsafeMutableBufferPointer { buffer in
        if let base = buffer.baseAddress { kernel(isa, base) }
      }
      #expect(
        y.suffix(20) == [Float](repeating: 77, count: 20)[...], sourceLocation: sourceLocation)
      if expected.isEmpty { expected = y }
      for (a, b) in zip(y, expected) {
        let isEqual = a == b || (a.isNaN && b.isNaN) || abs(a - b) <= tolerance * (1 + abs(b))
        #expect(isEqual, "\(a) is not \(b)", sourceLocation: sourceLocation)
      }
    }
  }

  static let counts: [Int] = [1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 100]

  @Test(arguments: counts)
  func binaryKernelsAgree(count: Int) {
    var random = SplitMix64(seed: 61)
    var a = random.floats(count)
    let b = random.floats(count)
    a[count / 2] = .nan
    let codes: [msk_pair] = [
      .add, .subtract, .multiply, .divide, .maximum, .minimum, .squared_difference, .less,
      .less_or_equal, .greater, .greater_or_equal, .parametric_relu,
    ]
    for code in codes {
      for (left, right) in [(1, 1), (1, 0), (0, 1), (0, 0)] as [(Int32, Int32)] {
        let axes = [msk_axis(extent: Int32(count), y: 1, a: left, b: right, c: 0)]
        compare(count) { isa, y in
          msk_f32_binary(isa, y, a, b, code, axes, 1, -.infinity, .infinity)
        }
        compare(count) { isa, y in
          msk_f32_binary(isa, y, b, a, code, axes, 1, -0.25, 0.5)
        }
      }
    }
  }

  @Test(arguments: counts)
  func rowKernelsAgree(count: Int) {
    var random = SplitMix64(seed: 62)
    let x = random.floats(3 * count, from: -4, to: 4)
    compare(3 * count, tolerance: 2e-6) { isa, y in msk_f32_softmax(isa, y, x, 3, count, 1.5) }
    compare(3 * count, tolerance: 2e-6) { isa, y in msk_f32_log_softmax(isa, y, x, 3, count) }
    let scale = random.floats(count)
    let shift = random.floats(count)
    compare(3 * count, tolerance: 1e-6) { isa, y in
      msk_f32_scale_shift(isa, y, x, scale, shift, 3, count)
    }
    for reduction in [msk_reduction.reduce_sum, .reduce_maximum, .reduce_minimum] {
      let across = [
        msk_axis(extent: 3, y: 0, a: Int32(count), b: 0, c: 0),
        msk_axis(extent: Int32(count), y: 1, a: 1, b: 0, c: 0),
      ]
      compare(count, tolerance: 1e-6) { isa, y in
        msk_f32_reduce(isa, y, x, reduction, across, 2, count, 3)
      }
      let along = [
        msk_axis(extent: 3, y: 1, a: Int32(count), b: 0, c: 0),
        msk_axis(extent: Int32(count), y: 0, a: 1, b: 0, c: 0),
      ]
      compare(3, tolerance: 2e-6) { isa, y in
        msk_f32_reduce(isa, y, x, reduction, along, 2, 3, 1)
      }
    }
  }

  @Test func softmaxOfLargeNumbersIsFinite() {
    for isa in instructionSets {
      var y = [Float](repeating: 0, count: 20)
      let x = (0..<20).map { Float($0) * 1e37 - 1e38 }
      msk_f32_softmax(isa, &y, x, 1, 20, 1)
      #expect(y[19] == 1)
      #expect(y[0] == 0)
    }
  }

  @Test(arguments: counts)
  func windowKernelsAgree(channels: Int) {
    var random = SplitMix64(seed: 63)
    var x = random.floats(5 * 7 * channels)
    x[channels] = .nan
    for average in [true, false] {
      let pool = msk_pool(
        in_height: 5, in_width: 7, channels: channels, out_height: 3, out_width: 4, size_height: 3,
        size_width: 2, stride_height: 2, stride_width: 2, before_height: 1, before_width: 0,
        average: average, low: -0.9, high: 0.9)
      compare(12 * channels, tolerance: 1e-6) { isa, y in msk_f32_pool(isa, y, x, pool) }
    }
    let windows = random.floats(2 * 3 * 2 * 3 * channels)
    let bias = random.floats(channels)
    let scatter = msk_scatter(
      in_height: 2, in_width: 3, out_height: 4, out_width: 5, filters: channels, kernel_height: 2,
      kernel_width: 3, stride_height: 2, stride_width: 2, before_height: 0, before_width: 1,
      low: -0.9, high: 0.9)
    compare(20 * channels, tolerance: 1e-6) { isa, y in
      msk_f32_scatter(isa, y, windows, bias, scatter)
    }
  }

  @Test(arguments: counts)
  func functionsAgreeWithTheScalarOnes(count: Int) {
    var random = SplitMix64(seed: 64)
    let x = random.floats(count, from: -3, to: 3)
    for raw in 0..<29 as Range<Int32> {
      guard let code = msk_code(rawValue: raw) else {
        Issue.record("no function \(raw)")
        continue
      }
      compare(count, tolerance: 1e-6) { isa, y in
        msk_f32_map(isa, y, x, count, msk_function(code: code, a: 0.75, b: 1.25, c: 0.1))
      }
    }
    #expect(msk_code(rawValue: 28) == .reciprocal_square_root)
  }

  @Test func copiesFollowTheirAxes() {
    let a: [Float] = [1, 2, 3, 4, 5, 6]
    var y = [Float](repeating: 0, count: 8)
    // A transposition into every other column.
    let axes = [
      msk_axis(extent: 2, y: 4, a: 1, b: 0, c: 0), msk_axis(extent: 2, y: 2, a: 2, b: 0, c: 0),
    ]
    msk_copy(&y, a, 4, axes, 2)
    #expect(y == [1, 0, 3, 0, 2, 0, 4, 0])
    msk_f32_fill(&y, 3, 9)
    #expect(y == [9, 9, 9, 0, 2, 0, 4, 0])
  }

  @Test(arguments: [-1, 7, 99, .max, .min] as [Int32])
  func unknownInstructionSetsAreNotAvailable(code: Int32) {
    // Swift hands any number of a C enumeration on.
    let unknown = msk_isa(rawValue: code)
    #expect(unknown.map { msk_isa_available($0) } == false)
  }

  @Test func wideInstructionSetsIncludeNarrowOnes() {
    #expect(msk_isa_available(.scalar))
    #expect(!msk_isa_available(.avx512) || msk_isa_available(.avx2))
    #expect(!msk_isa_available(.avx_vnni) || msk_isa_available(.avx2))
  }

  @Test func blocksOfWeightsAreWholeVectors() {
    for isa in instructionSets {
      #expect(msk_gemm_width(isa) % msk_lanes(isa) == 0)
      #expect(msk_gemv_width(isa) % msk_lanes(isa) == 0)
    }
  }
}
