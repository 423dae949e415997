// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import _MainspringTestSupport

/// A random convolution of int8 with its epilogue.
struct PooledProduct {
  static let length: Int = 18
  let rows: Int
  let columns: Int
  let yStride: Int
  let x: [Int8]
  let w: [Int8]
  let bias: [Int32]
  let scales: [msk_scale]
  let factors: [Int8]
  let shifts: [Int32]
  let factorScales: [msk_scale]
  let result: msk_integer_result
  let after: msk_integer_result

  /// - Parameter large: some scales move to the left and some biases are beyond 2²⁹.
  init(rows: Int, columns: Int, large: Bool, random: inout SplitMix64) {
    (self.rows, self.columns, yStride) = (rows, columns, columns + 3)
    x = random.int8s(rows * 6 + Self.length)
    w = random.int8s(columns * Self.length)
    factors = random.int8s(columns)
    bias = (0..<columns).map { _ in
      large && random.index(below: 4) == 0
        ? 1 << 29 + 5 : Int32(random.index(below: 20000)) - 10000
    }
    shifts = (0..<columns).map { _ in Int32(random.index(below: 4000)) - 2000 }
    func drawn(_ right: Int32) -> [msk_scale] {
      (0..<columns).map { _ in
        let multiplier = Int32(1 << 30) + Int32(random.index(below: 1 << 20)) * 1023
        let left = large && random.index(below: 4) == 0
        return msk_scale(
          multiplier: multiplier, shift: left ? 1 : -right - Int32(random.index(below: 3)))
      }
    }
    scales = drawn(8)
    factorScales = drawn(6)
    // Clamps of the type, of a rectifier, and others.
    let low = [-128, -20, -100] as [Int32], high = [127, 127, 90] as [Int32]
    let (first, second) = (random.index(below: 3), random.index(below: 3))
    result = msk_integer_result(
      type: .s8, scaling: .fixed, wide: false, zero: -20, low: low[first], high: high[first])
    after = msk_integer_result(
      type: .s8, scaling: .fixed, wide: false, zero: -20, low: low[second], high: high[second])
  }

  var count: Int { (rows / 2 - 1) * yStride + columns }

  private func shape(_ yStride: Int) -> msk_integer_gemm {
    msk_integer_gemm(
      rows: rows, columns: columns, segments: 1, length: Self.length, x_stride: 6,
      y_stride: yStride, x: .s8, y: result)
  }

  func run(_ isa: msk_isa, _ y: UnsafeMutableRawPointer) {
    var packed = [Int8](
      repeating: 1, count: msk_int_packed_size(isa, .s8, columns, 1, Self.length))
    msk_int_pack(isa, .s8, &packed, w, nil, columns, 1, Self.length)
    let offset = msk_int_offset(isa, .s8)
    let moved = (0..<columns).map { n in
      bias[n] &- offset
        &* w[n * Self.length..<(n + 1) * Self.length].reduce(Int32(0)) { $0 + Int32($1) }
    }
    factors.withUnsafeBufferPointer { factors in
      shifts.withUnsafeBufferPointer { shifts in
        factorScales.withUnsafeBufferPointer { scales in
          guard let w = factors.baseAddress, let bias = shifts.baseAddress,
            let scale = scales.baseAddress
          else { return }
          msk_int_gemm_pooled(
            isa, y.assumingMemoryBound(to: Int8.self), x, packed, moved, self.scales, nil,
            shape(yStride), msk_integer_epilogue(w: w, bias: bias, scales: scale, y: after))
        }
      }
    }
  }

  /// The same by the scalar kernels of the three operators.
  func runApart(_ y: UnsafeMutableRawPointer) {
    var sums = [Int8](repeating: 0, count: rows * columns)
    var moved = sums
    sums.withUnsafeMutableBytes { sums in
      if let base = sums.baseAddress {
        msk_int_gemm(.scalar, base, x, w, bias, scales, nil, shape(columns))
      }
    }
    let single = msk_integer_depthwise(
      height: 1, width: rows, channels: columns, kernel_height: 1, kernel_width: 1, stride_y: 0,
      stride_x: columns, step_y: 0, step_x: 0, x: .s8, y: after)
    moved.withUnsafeMutableBytes { moved in
      if let base = moved.baseAddress {
        msk_int_depthwise(.scalar, base, sums, factors, shifts, factorScales, single)
      }
    }
    let result = y.assumingMemoryBound(to: Int8.self)
    for pair in 0..<rows / 2 {
      for n in 0..<columns {
        let first = 2 * pair * columns + n
        result[pair * yStride + n] = max(moved[first], moved[first + columns])
      }
    }
  }
}
