// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import Glibc
import Testing
import _MainspringTestSupport

/// Kernels over rows, windows and axes against their formulas in double precision.
@Suite struct ReferenceTests {
  static let channelCounts: [Int] = [1, 2, 7, 8, 9, 15, 16, 17, 33, 100]

  /// Runs a kernel into guarded memory and compares with what it should give.
  private func check(
    _ expected: [Double], tolerance: Double = 2e-6, _ context: String,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ kernel: (UnsafeMutablePointer<Float>) -> Void
  ) {
    var y = [Float](repeating: 77, count: expected.count + 20)
    y.withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress { kernel(base) }
    }
    for (index, (found, value)) in zip(y, expected).enumerated() {
      #expect(
        abs(Double(found) - value) <= tolerance * (1 + abs(value)),
        "element \(index), \(context)", sourceLocation: sourceLocation)
    }
    #expect(y.suffix(20).allSatisfy { $0 == 77 }, sourceLocation: sourceLocation)
  }

  @Test(arguments: instructionSets, channelCounts)
  func softmaxesFollowTheirFormulas(isa: msk_isa, channels: Int) {
    var random = SplitMix64(seed: 81)
    let rows = 4
    let x = random.floats(rows * channels, from: -9, to: 9)
    for beta in [1, 0.25, -1.5] as [Float] {
      var (soft, logarithmic): ([Double], [Double]) = ([], [])
      for r in 0..<rows {
        let row = x[(r * channels)..<((r + 1) * channels)].map { Double(beta) * Double($0) }
        let top = row.max() ?? 0
        let sum = row.reduce(0) { $0 + exp($1 - top) }
        soft += row.map { exp($0 - top) / sum }
        logarithmic += row.map { $0 - top - log(sum) }
      }
      check(soft, "beta \(beta)") { msk_f32_softmax(isa, $0, x, rows, channels, beta) }
      if beta == 1 {
        check(logarithmic, "logarithm") { msk_f32_log_softmax(isa, $0, x, rows, channels) }
      }
    }
  }

  @Test(arguments: instructionSets, channelCounts)
  func scaleAndShiftFollowsItsFormula(isa: msk_isa, channels: Int) {
    var random = SplitMix64(seed: 82)
    for rows in [1, 2, 5] {
      let x = random.floats(rows * channels, from: -4, to: 4)
      let (scale, shift) = (random.floats(channels), random.floats(channels))
      let expected = x.indices.map {
        Double(x[$0]) * Double(scale[$0 % channels]) + Double(shift[$0 % channels])
      }
      check(expected, "\(rows) rows") {
        msk_f32_scale_shift(isa, $0, x, scale, shift, rows, channels)
      }
    }
  }

  @Test(arguments: instructionSets, channelCounts)
  func reductionsFollowTheirFormulas(isa: msk_isa, channels: Int) {
    var random = SplitMix64(seed: 83)
    let (outer, middle) = (3, 5)
    let a = random.floats(outer * middle * channels, from: -4, to: 4)
    // Which axes stay: strides of the result are 0 on the others.
    for kept in 0..<8 {
      let extents = [outer, middle, channels]
      var strides = [0, 0, 0]
      var count = 1
      for axis in [2, 1, 0] where kept >> axis & 1 == 1 {
        strides[axis] = count
        count *= extents[axis]
      }
      let inner = [middle * channels, channels, 1]
      let axes = (0..<3).map {
        msk_axis(
          extent: Int32(extents[$0]), y: Int32(strides[$0]), a: Int32(inner[$0]), b: 0, c: 0)
      }
      var groups = [[Double]](repeating: [], count: count)
      for o in 0..<outer {
        for m in 0..<middle {
          for c in 0..<channels {
            groups[o * strides[0] + m * strides[1] + c * strides[2]].append(
              Double(a[(o * middle + m) * channels + c]))
          }
        }
      }
      let size = Float(groups[0].count)
      check(groups.map { $0.reduce(0, +) }, tolerance: 1e-5, "sum \(kept)") {
        msk_f32_reduce(isa, $0, a, .reduce_sum, axes, 3, count, 1)
      }
      check(groups.map { $0.reduce(0, +) / Double($0.count) }, "mean \(kept)") {
        msk_f32_reduce(isa, $0, a, .reduce_sum, axes, 3, count, size)
      }
      check(groups.map { $0.max() ?? 0 }, tolerance: 0, "maximum \(kept)") {
        msk_f32_reduce(isa, $0, a, .reduce_maximum, axes, 3, count, 1)
      }
      check(groups.map { $0.min() ?? 0 }, tolerance: 0, "minimum \(kept)") {
        msk_f32_reduce(isa, $0, a, .reduce_minimum, axes, 3, count, 1)
      }
    }
  }

  @Test(arguments: instructionSets, channelCounts)
  func poolsFollowTheirFormulas(isa: msk_isa, channels: Int) {
    var random = SplitMix64(seed: 84)
    for (size, stride, before) in [(1, 1, 0), (2, 2, 0), (3, 2, 1), (5, 1, 2)] {
      let (height, width) = (4, 7)
      let x = random.floats(height * width * channels, from: -4, to: 4)
      // As many windows as start inside the border.
      let outHeight = (height + before - 1) / stride + 1
      let outWidth = (width + before - 1) / stride + 1
      for (average, low, high) in [
        (true, -Float.infinity, Float.infinity), (false, -.infinity, .infinity), (true, 0, 1),
        (false, -1, 1),
      ] {
        var expected: [Double] = []
        for i in 0..<outHeight {
          for j in 0..<outWidth {
            for c in 0..<channels {
              var cells: [Double] = []
              for p in 0..<size {
                for q in 0..<size {
                  let (row, column) = (i * stride - before + p, j * stride - before + q)
                  guard (0..<height).contains(row), (0..<width).contains(column) else { continue }
                  let index = (row * width + column) * channels + c
                  cells.append(Double(x[index]))
                }
              }
              var value: Double = 0
              if average, !cells.isEmpty {
                value = cells.reduce(0, +) / Double(cells.count)
              } else if let largest = cells.max() {
                value = largest
              }
              expected.append(min(max(value, Double(low)), Double(high)))
            }
          }
        }
        let shape = msk_pool(
          in_height: height, in_width: width, channels: channels, out_height: outHeight,
          out_width: outWidth, size_height: size, size_width: size, stride_height: stride,
          stride_width: stride, before_height: before, before_width: before, average: average,
          low: low, high: high)
        check(expected, "window \(size), stride \(stride), average \(average)") {
          msk_f32_pool(isa, $0, x, shape)
        }
      }
    }
  }

  @Test(arguments: instructionSets, [false, true])
  func matrixProductsFollowTheirFormula(isa: msk_isa, transposesLeft: Bool) {
    var random = SplitMix64(seed: 85)
    let batch = 2
    for (rows, columns, depth) in [
      (1, 1, 1), (1, 17, 3), (5, 8, 16), (7, 9, 15), (13, 33, 20), (16, 64, 1),
    ] {
      for transposesRight in [false, true] {
        let a = random.floats(batch * rows * depth)
        let b = random.floats(batch * depth * columns)
        let shape = msk_matmul(
          rows: rows, columns: columns, depth: depth, a_row: transposesLeft ? 1 : depth,
          a_depth: transposesLeft ? rows : 1, b_depth: transposesRight ? 1 : columns,
          b_column: transposesRight ? depth : 1)
        var expected: [Double] = []
        for m in 0..<batch {
          for r in 0..<rows {
            for n in 0..<columns {
              var sum = 0.0
              for k in 0..<depth {
                let left = a[m * rows * depth + r * shape.a_row + k * shape.a_depth]
                let right = b[m * depth * columns + k * shape.b_depth + n * shape.b_column]
                sum += Double(left) * Double(right)
              }
              expected.append(sum)
            }
          }
        }
        let axes = [
          msk_axis(
            extent: Int32(batch), y: Int32(rows * columns), a: Int32(rows * depth),
            b: Int32(depth * columns), c: 0)
        ]
        let lanes = msk_lanes(isa)
        let count = depth * ((columns + lanes - 1) / lanes * lanes) + rows * depth
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 4 * count, alignment: 64)
        defer { memory.deallocate() }
        let scratch = memory.bindMemory(to: Float.self, capacity: count)
        scratch.initialize(repeating: .nan, count: count)
        check(expected, "\(rows)x\(columns)x\(depth)") {
          msk_f32_matmul(isa, $0, a, b, scratch, axes, 1, shape)
        }
      }
    }
  }
}
