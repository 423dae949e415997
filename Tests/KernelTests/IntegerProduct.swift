// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import _MainspringTestSupport

/// A random product of integers and what it is multiplied with.
struct IntegerProduct: CustomStringConvertible {
  let type: msk_integer
  let rows: Int
  let columns: Int
  let segments: Int
  let length: Int
  let xStride: Int
  let yStride: Int
  let offsets: [Int32]
  let x: [UInt8]
  /// `[columns × segments · length]`
  let w: [Int8]
  let bias: [Int32]
  let scales: [msk_scale]
  let reals: [Double]
  let result: msk_integer_result

  /// - Parameter extreme: what all elements are, instead of random ones.
  init(
    _ type: msk_integer, rows: Int, columns: Int, length: Int, random: inout SplitMix64,
    extreme: Int? = nil
  ) {
    (self.type, self.rows, self.columns, self.length) = (type, rows, columns, length)
    segments = 1 + random.index(below: 3)
    xStride = 1 + random.index(below: 5)
    yStride = columns + random.index(below: 4)
    let reach = max(rows * xStride + 40 + length, 1)
    offsets = (0..<segments).map { _ in Int32(random.index(below: 40)) }
    if let extreme {
      x = [UInt8](repeating: UInt8(truncatingIfNeeded: extreme), count: 2 * reach)
      w = [Int8](repeating: -128, count: columns * segments * length)
    } else {
      x = random.bytes(2 * reach)
      w = random.int8s(columns * segments * length)
    }
    let isWide = type == .s16
    bias = (0..<columns).map { _ in Int32(random.index(below: 1 << 16)) - 1 << 15 }
    scales = random.scales(columns, wide: isWide)
    reals = scales.map { Double($0.multiplier) * 0x1p-31 * (1 / Double(1 << -$0.shift)) }
    let real = random.index(below: 2) == 1
    let kind = isWide ? 1 : random.index(below: 3)
    let types: [msk_integer] = [.s8, .s16, .s32]
    let limits: [Int32] = [128, 32768, 1 << 30]
    result = msk_integer_result(
      type: types[kind], scaling: real ? .real : .fixed, wide: isWide, zero: kind == 0 ? 9 : 0,
      low: -limits[kind], high: limits[kind] - 1)
  }

  /// Elements that a run writes.
  var count: Int { (rows - 1) * yStride + columns }

  var description: String {
    "\(rows)x\(columns), \(segments) segments of \(length), \(type) to \(result.type)"
  }

  /// - Parameter other: what results are, instead of what was drawn; unscaled then.
  func run(_ isa: msk_isa, _ y: UnsafeMutableRawPointer, as other: msk_integer? = nil) {
    var result = result
    var scales = scales
    if let other {
      (result.type, result.scaling, result.wide, result.zero) = (other, .fixed, false, 0)
      (result.low, result.high) = (.min, .max)
      scales = scales.map { _ in msk_scale(multiplier: 1 << 30, shift: 1) }
    }
    let depth = segments * length
    var packed = [Int8](
      repeating: 1, count: msk_int_packed_size(isa, type, columns, segments, length))
    msk_int_pack(isa, type, &packed, w, nil, columns, segments, length)
    let offset = msk_int_offset(isa, type)
    let shifted = (0..<columns).map { n in
      bias[n] &- offset &* w[n * depth..<(n + 1) * depth].reduce(Int32(0)) { $0 + Int32($1) }
    }
    let shape = msk_integer_gemm(
      rows: rows, columns: columns, segments: segments, length: length, x_stride: xStride,
      y_stride: yStride, x: type, y: result)
    x.withUnsafeBytes { x in
      guard let x = x.baseAddress else { return }
      if result.wide {
        let wide = shifted.map { Int64($0) << 9 }
        if result.scaling == .real {
          msk_int_gemm(isa, y, x, packed, wide, reals, offsets, shape)
        } else {
          msk_int_gemm(isa, y, x, packed, wide, scales, offsets, shape)
        }
      } else if result.scaling == .real {
        msk_int_gemm(isa, y, x, packed, shifted, reals, offsets, shape)
      } else {
        msk_int_gemm(isa, y, x, packed, shifted, scales, offsets, shape)
      }
    }
  }
}

extension SplitMix64 {
  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
  }

  mutating func int8s(_ count: Int) -> [Int8] {
    (0..<count).map { _ in Int8(truncatingIfNeeded: next()) }
  }

  /// Multipliers from 2³⁰ on; shifts so that sums come out of all sizes, small for sums of 64 bits.
  mutating func scales(_ count: Int, wide: Bool) -> [msk_scale] {
    (0..<count).map { _ in
      let multiplier = (1 << 30) + index(below: 1 << 24) * 64 + index(below: 64)
      let shift = wide ? -index(below: 12) : -index(below: 20)
      return msk_scale(multiplier: Int32(min(multiplier, Int(Int32.max))), shift: Int32(shift))
    }
  }
}
