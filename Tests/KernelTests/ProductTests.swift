// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import Testing
import _MainspringTestSupport

/// Weights packed for a kernel, single or half, and what they are worth in double precision.
struct Packed {
  let element: msk_element
  /// `[rows × depth]`
  let values: [Float]
  let bytes: [UInt8]
  let columns: Int

  /// - Parameter rows: the logical columns of the product; padded to whole lanes.
  init(
    _ isa: msk_isa, rows: Int, depth: Int, width: Int, half: Bool, random: inout SplitMix64
  ) {
    let lanes = msk_lanes(isa)
    columns = (rows + lanes - 1) / lanes * lanes
    element = half ? .f16 : .f32
    var bytes = [UInt8](repeating: 0xff, count: columns * depth * (half ? 2 : 4))
    if half {
      // Halves with few bits, so that they are exact however they are made.
      let bits = (0..<rows * depth).map { _ in
        UInt16(random.index(below: 2) << 15 | (10 + random.index(below: 6)) << 10)
          | UInt16(random.index(below: 1024))
      }
      values = bits.map { half in
        let magnitude =
          Float(1024 + Int(half & 0x3ff)) / 1024
          * Float(sign: .plus, exponent: Int(half >> 10 & 31) - 15, significand: 1)
        return half & 0x8000 == 0 ? magnitude : -magnitude
      }
      msk_pack(.f16, &bytes, bits, nil, rows, depth, 1, columns, depth, width)
    } else {
      values = random.floats(rows * depth)
      msk_pack(.f32, &bytes, values, nil, rows, depth, 1, columns, depth, width)
    }
    self.bytes = bytes
  }
}

@Suite struct ProductTests {
  @Test(arguments: instructionSets, [false, true])
  func gemmAgreesOverManyShapes(isa: msk_isa, half: Bool) {
    var random = SplitMix64(seed: 51)
    for rows in [0, 1, 2, 5, 6, 7, 12, 13, 14, 15, 25, 28, 29, 50] {
      for columns in [1, 4, 7, 8, 9, 15, 16, 17, 23, 24, 31, 32, 33, 48, 65] {
        let (segments, length) = (1 + random.index(below: 3), random.index(below: 6))
        let depth = segments * length
        let w = Packed(
          isa, rows: columns, depth: depth, width: msk_gemm_width(isa), half: half, random: &random)
        let stride = 3
        let offsets = (0..<segments).map { _ in Int32(random.index(below: 20)) }
        let x = random.floats(rows * stride + 40)
        let bias = random.floats(columns)
        let yStride = columns + 3
        var y = [Float](repeating: 77, count: rows * yStride + 8)
        let bounds: (Float, Float) = rows % 2 == 0 ? (-.infinity, .infinity) : (-0.5, 1)
        msk_f32_gemm(
          isa, &y, x, w.bytes, columns % 3 == 0 ? nil : bias, offsets,
          msk_gemm(
            rows: rows, columns: columns, segments: segments, length: length, x_stride: stride,
            y_stride: yStride, low: bounds.0, high: bounds.1, element: w.element))
        for r in 0..<rows {
          for n in 0..<columns {
            var sum = columns % 3 == 0 ? 0 : Double(bias[n])
            for s in 0..<segments {
              for k in 0..<length {
                sum +=
                  Double(x[r * stride + Int(offsets[s]) + k])
                  * Double(w.values[n * depth + s * length + k])
              }
            }
            let expected = min(max(sum, Double(bounds.0)), Double(bounds.1))
            #expect(abs(Double(y[r * yStride + n]) - expected) < 5e-6)
            y[r * yStride + n] = 77
          }
        }
        // Whatever is not part of the result is as it was.
        #expect(!y.contains { $0 != 77 }, "\(rows)x\(columns)")
      }
    }
  }

  @Test(arguments: instructionSets, [false, true])
  func pooledProductsAgreeOverManyShapes(isa: msk_isa, half: Bool) {
    var random = SplitMix64(seed: 54)
    for pairs in [0, 1, 2, 3, 4, 6, 7, 8, 13, 25] {
      for columns in [1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 65] {
        let (segments, length) = (1 + random.index(below: 2), 1 + random.index(below: 6))
        let depth = segments * length
        let w = Packed(
          isa, rows: columns, depth: depth, width: msk_gemm_width(isa), half: half, random: &random)
        let stride = 2
        let offsets = (0..<segments).map { _ in Int32(random.index(below: 20)) }
        var x = random.floats(2 * pairs * stride + 40)
        // Not-a-number in one row of a pair shows in the result.
        if pairs == 8 { x[2 * stride + Int(offsets[0])] = .nan }
        let (bias, scale, shift) = (
          random.floats(columns), random.floats(columns, from: -2, to: 2), random.floats(columns)
        )
        let yStride = columns + 3
        var y = [Float](repeating: 77, count: pairs * yStride + 8)
        msk_f32_gemm_pooled(
          isa, &y, x, w.bytes, bias, offsets, scale, shift,
          msk_gemm(
            rows: 2 * pairs, columns: columns, segments: segments, length: length,
            x_stride: stride, y_stride: yStride, low: -0.5, high: 1, element: w.element))
        let scaled = { (r: Int, n: Int) -> Double in
          var sum = Double(bias[n])
          for s in 0..<segments {
            for k in 0..<length {
              sum +=
                Double(x[r * stride + Int(offsets[s]) + k])
                * Double(w.values[n * depth + s * length + k])
            }
          }
          let clamped = sum.isNaN ? sum : min(max(sum, -0.5), 1)
          return clamped * Double(scale[n]) + Double(shift[n])
        }
        for r in 0..<pairs {
          for n in 0..<columns {
            let (a, b) = (scaled(2 * r, n), scaled(2 * r + 1, n))
            let found = Double(y[r * yStride + n])
            if a.isNaN || b.isNaN {
              #expect(found.isNaN)
            } else {
              #expect(abs(found - max(a, b)) < 1e-5)
            }
            y[r * yStride + n] = 77
          }
        }
        #expect(!y.contains { $0 != 77 }, "\(pairs) pairs of \(columns)")
      }
    }
  }

  @Test(arguments: instructionSets, [false, true])
  func gemvAgreesOverManyShapes(isa: msk_isa, half: Bool) {
    var random = SplitMix64(seed: 52)
    for columns in Array(1...34) + [63, 64, 65, 127, 128, 129, 255, 256, 257, 300, 520] {
      for depth in [0, 1, 2, 3, 7, 8, 9, 33] {
        let w = Packed(
          isa, rows: columns, depth: depth, width: msk_gemv_width(isa), half: half, random: &random)
        let x = random.floats(depth + 1)
        let start = random.floats(columns)
        // The result may be where it starts from.
        var y = start + [Float](repeating: 77, count: 5)
        y.withUnsafeMutableBufferPointer { buffer in
          guard let base = buffer.baseAddress else { return }
          msk_f32_gemv(
            isa, base, x, w.bytes, base, w.element, depth, columns, -.infinity, .infinity,
            depth % 2 == 0)
        }
        for n in 0..<columns {
          var sum = Double(start[n])
          for k in 0..<depth { sum += Double(x[k]) * Double(w.values[n * depth + k]) }
          #expect(abs(Double(y[n]) - sum) < 5e-6 * (1 + abs(sum)), "\(columns)x\(depth)")
        }
        #expect(Array(y.suffix(5)) == [77, 77, 77, 77, 77])
      }
    }
  }

  @Test func packingOrdersRowsAndFillsTheRestWithZeros() {
    let source: [Float] = [1, 2, 3, 4, 5, 6]
    var packed = [Float](repeating: -1, count: 10)
    // Three rows of two, in another order, in blocks of 4 and 1 columns.
    msk_pack(.f32, &packed, source, [2, -1, 0, 1, 7], 3, 2, 1, 5, 2, 4)
    #expect(packed == [5, 0, 1, 3, 6, 0, 2, 4, 0, 0])
    var halves = [UInt16](repeating: 9, count: 4)
    msk_pack(.f16, &halves, [1, 2, 3] as [UInt16], nil, 3, 1, 1, 4, 1, 4)
    #expect(halves == [1, 2, 3, 0])
    var transposed = [Float](repeating: -1, count: 6)
    msk_pack(.f32, &transposed, source, nil, 2, 1, 2, 2, 3, 8)
    #expect(transposed == source)
  }

  @Test func everyHalfWidensExactly() {
    for isa in instructionSets {
      let lanes = msk_lanes(isa)
      for first in stride(from: 0, to: 0x7c00, by: 16) {
        for sign in [0, 0x8000] {
          let bits = (first..<first + 16).map { UInt16($0 | sign) }
          var packed = [UInt16](repeating: 0, count: 16)
          msk_pack(.f16, &packed, bits, nil, 16, 1, 1, 16, 1, msk_gemv_width(isa))
          var y = [Float](repeating: 0, count: 16)
          msk_f32_gemv(isa, &y, [1], packed, nil, .f16, 1, 16, -.infinity, .infinity, false)
          #expect(lanes <= 16)
          for (half, float) in zip(bits, y) {
            let (exponent, fraction) = (Int(half >> 10 & 31), Float(half & 0x3ff))
            let magnitude =
              exponent == 0
              ? fraction * 0x1p-24
              : (1 + fraction / 1024) * Float(sign: .plus, exponent: exponent - 15, significand: 1)
            #expect(abs(float) == magnitude)
            #expect(magnitude == 0 || (float < 0) == (sign != 0))
          }
        }
      }
    }
  }

  @Test(arguments: instructionSets, [false, true])
  func depthwiseAgrees(isa: msk_isa, half: Bool) {
    var random = SplitMix64(seed: 53)
    for channels in [1, 3, 7, 8, 9, 16, 17, 35] {
      let taps = 6
      var bits: [UInt16] = []
      var values: [Float] = []
      for _ in 0..<channels * taps {
        let negative = random.index(below: 2) == 1
        bits.append(negative ? 0xb800 : 0x3e00)
        values.append(half ? (negative ? -0.5 : 1.5) : random.float())
      }
      let x = random.floats(8 * 9 * channels)
      let bias = random.floats(channels)
      var y = [Float](repeating: 77, count: 3 * 4 * channels + 3)
      let shape = msk_depthwise(
        height: 3, width: 4, channels: channels, kernel_height: 2, kernel_width: 3,
        stride_y: 2 * 9 * channels, stride_x: channels, step_y: 3 * 9 * channels,
        step_x: 2 * channels, low: -1, high: .infinity, element: half ? .f16 : .f32)
      if half {
        msk_f32_depthwise(isa, &y, x, bits, bias, shape)
      } else {
        msk_f32_depthwise(isa, &y, x, values, bias, shape)
      }
      for i in 0..<3 {
        for j in 0..<4 {
          for c in 0..<channels {
            var sum = Double(bias[c])
            for p in 0..<2 {
              for q in 0..<3 {
                let cell = (i * 2 + p * 3) * 9 + j + q * 2
                sum += Double(x[cell * channels + c]) * Double(values[(p * 3 + q) * channels + c])
              }
            }
            #expect(abs(Double(y[(i * 4 + j) * channels + c]) - max(sum, -1)) < 2e-6)
          }
        }
      }
      #expect(Array(y.suffix(3)) == [77, 77, 77])
    }
  }
}
