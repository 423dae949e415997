// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import Testing
import _MainspringTestSupport

/// Kernels between floats and integers, and those over rows of integers: variants give the bits of
/// the scalar one.
@Suite struct IntegerElementTests {
  private static let vectors: [msk_isa] = instructionSets.filter { $0 != .scalar }
  private static let counts: [Int] = [1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 197]

  /// What a kernel writes into guarded memory.
  private func run<Element: Numeric>(
    _ count: Int, guarded value: Element, _ kernel: (UnsafeMutableRawPointer) -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
  ) -> [Element] {
    var y = [Element](repeating: value, count: count + 64)
    y.withUnsafeMutableBytes { bytes in
      if let base = bytes.baseAddress { kernel(base) }
    }
    #expect(y.suffix(64).allSatisfy { $0 == value }, sourceLocation: sourceLocation)
    return Array(y.prefix(count))
  }

  private func compare<Element: Numeric>(
    _ count: Int, guarded value: Element, _ kernel: (msk_isa, UnsafeMutableRawPointer) -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let expected = run(count, guarded: value) { kernel(.scalar, $0) }
    for isa in Self.vectors {
      let found = run(
        count, guarded: value, { kernel(isa, $0) }, sourceLocation: sourceLocation)
      #expect(found == expected, "\(isa), \(count)", sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: counts)
  func softmaxesAreEqual(channels: Int) {
    var random = SplitMix64(seed: 101)
    for shift in [15, 20, 24] as [Int32] {
      var table = [Int32](repeating: -1, count: 256)
      msk_s8_softmax_table(&table, msk_scale(multiplier: 1_500_000_000, shift: shift), -200)
      #expect(table[0] == .max)
      #expect(table[201] == 0 && table[255] == 0)
      let x = random.int8s(3 * channels)
      compare(3 * channels, guarded: Int8(77)) { isa, y in
        msk_s8_softmax(isa, y.assumingMemoryBound(to: Int8.self), x, 3, channels, table)
      }
    }
  }

  @Test(arguments: counts)
  func reductionsAreEqual(channels: Int) {
    var random = SplitMix64(seed: 102)
    let x = random.bytes(2 * 5 * 3 * channels)
    for (type, reduction, across) in [
      (msk_integer.s8, msk_reduction.reduce_sum, true), (.s16, .reduce_sum, true),
      (.s8, .reduce_maximum, true), (.s16, .reduce_minimum, true), (.s8, .reduce_sum, false),
    ] {
      let axes =
        across
        ? [
          msk_axis(extent: 5, y: 0, a: Int32(3 * channels), b: 0, c: 0),
          msk_axis(extent: Int32(3 * channels), y: 1, a: 1, b: 0, c: 0),
        ]
        : [
          msk_axis(extent: 5, y: 1, a: Int32(3 * channels), b: 0, c: 0),
          msk_axis(extent: Int32(3 * channels), y: 0, a: 1, b: 0, c: 0),
        ]
      let count = across ? 3 * channels : 5
      compare(count, guarded: Int32(77)) { isa, y in
        x.withUnsafeBytes { x in
          guard let x = x.baseAddress else { return }
          msk_int_reduce(
            isa, y.assumingMemoryBound(to: Int32.self), x, type, reduction, axes, 2, count)
        }
      }
    }
    let sums = (0..<channels).map { _ in Int32(random.index(below: 1 << 20)) - 1 << 19 }
    let scale = msk_scale(multiplier: 1_400_000_000, shift: -11)
    compare(channels, guarded: Int8(77)) { isa, y in
      msk_int_finish(isa, y, sums, channels, 777, scale, .s8, -3)
    }
    compare(channels, guarded: Int16(77)) { isa, y in
      msk_int_finish(isa, y, sums, channels, 777, scale, .s16, 0)
    }
  }

  @Test(arguments: counts)
  func numbersAreQuantizedAlike(count: Int) {
    var random = SplitMix64(seed: 103)
    var x = random.floats(count, from: -200, to: 200)
    // Ties, infinities and not-a-number among them.
    for (index, value) in [0.75, -0.75, .infinity, -.infinity, .nan, 1e30, -1e30].enumerated()
    where index < count {
      x[(index * 5) % count] = Float(value)
    }
    for (scale, zero) in [(1.5, -3), (0.5, 0), (0.001, 100)] as [(Float, Int32)] {
      compare(count, guarded: Int8(77)) { isa, y in
        msk_quantize(isa, y, x, count, .s8, scale, zero)
      }
      compare(count, guarded: Int16(77)) { isa, y in
        msk_quantize(isa, y, x, count, .s16, scale, 0)
      }
      let q = random.bytes(2 * count)
      for type in [msk_integer.s8, .s16] {
        compare(count, guarded: Float(77)) { isa, y in
          q.withUnsafeBytes { q in
            guard let q = q.baseAddress else { return }
            msk_dequantize(isa, y.assumingMemoryBound(to: Float.self), q, count, type, scale, zero)
          }
        }
      }
    }
  }

  @Test(arguments: counts)
  func rescalingIsEqual(count: Int) {
    var random = SplitMix64(seed: 104)
    let x = random.bytes(2 * count)
    let positive = msk_scale(multiplier: 1_300_000_000, shift: 1)
    let negative = msk_scale(multiplier: 1_900_000_000, shift: -3)
    for (from, to) in [(msk_integer.s8, msk_integer.s8), (.s8, .s16), (.s16, .s8), (.s16, .s16)] {
      for (sign, positive) in [(1, positive), (-1, positive), (1, negative)] as [(Int32, msk_scale)]
      {
        let rescaling = msk_rescaling(
          x: from, x_zero: from == .s8 ? -7 : 0, y: to, zero: to == .s8 ? 5 : 0, low: -120,
          high: to == .s8 ? 127 : 30000, positive: positive, negative: negative, sign: sign)
        let kernel = { (isa: msk_isa, y: UnsafeMutableRawPointer) in
          x.withUnsafeBytes { x in
            if let x = x.baseAddress { msk_int_rescale(isa, y, x, count, rescaling) }
          }
        }
        if to == .s8 {
          compare(count, guarded: Int8(77), kernel)
        } else {
          compare(count, guarded: Int16(77), kernel)
        }
      }
    }
  }

  @Test(arguments: counts, [true, false])
  func rowsOfFloatsBecomeTheSameIntegers(length: Int, asymmetric: Bool) {
    var random = SplitMix64(seed: 105)
    let rows = 18
    var x = random.floats(rows * length, from: -2, to: 5)
    for index in length..<2 * length { x[index] = 0 }
    // The inverse of a scale next to nothing is infinite.
    for index in 2 * length..<3 * length { x[index] *= 0x1p-140 }
    for index in 3 * length..<4 * length { x[index] = -abs(x[index]) }
    x[0] = .nan
    x[4 * length] = .infinity
    x[6 * length - 1] = -.infinity
    var scales: [[Float]] = []
    var zeros: [[Int32]] = []
    compare(rows * length, guarded: Int8(77)) { isa, y in
      var (scale, zero) = ([Float](repeating: 0, count: rows), [Int32](repeating: 9, count: rows))
      msk_hybrid_quantize(
        isa, y.assumingMemoryBound(to: Int8.self), &scale, &zero, x, rows, length, asymmetric)
      scales.append(scale)
      zeros.append(zero)
    }
    #expect(Set(scales).count == 1 && Set(zeros).count == 1)
    #expect(scales[0][1] == 1 && zeros[0][1] == 0)
  }

  /// Windows are rows cut out of a sequence with zeros around it.
  @Test(arguments: counts, [true, false])
  func windowsBecomeTheIntegersOfTheirRows(length: Int, asymmetric: Bool) {
    var random = SplitMix64(seed: 107)
    for (rows, stride, before, count) in [
      (1, 5, 0, length), (7, 3, 4, length + 11), (20, length, length, 18 * length),
      (3, 2 * length, length + 2, 2), (5, 2, 0, 1),
    ] {
      let x = random.floats(count, from: 0.1, to: 5)
      let windows = msk_hybrid_windows(
        rows: rows, length: length, stride: stride, before: before, count: count,
        asymmetric: asymmetric)
      let padded = (0..<rows * length).map { index in
        let place = index / length * stride + index % length - before
        return x.indices.contains(place) ? x[place] : 0
      }
      for isa in instructionSets {
        var scales = [[Float]](repeating: [Float](repeating: 0, count: rows), count: 2)
        var zeros = [[Int32]](repeating: [Int32](repeating: 9, count: rows), count: 2)
        let found = run(rows * length, guarded: Int8(77)) { y in
          msk_hybrid_quantize_windows(
            isa, y.assumingMemoryBound(to: Int8.self), &scales[0], &zeros[0], x, windows)
        }
        let expected = run(rows * length, guarded: Int8(77)) { y in
          msk_hybrid_quantize(
            .scalar, y.assumingMemoryBound(to: Int8.self), &scales[1], &zeros[1], padded, rows,
            length, asymmetric)
        }
        #expect(found == expected && scales[0] == scales[1] && zeros[0] == zeros[1], "\(isa)")
      }
    }
  }

  /// An LSTM with int8 weights follows the float one on what they stand for, up to the steps of its
  /// states.
  @Test(arguments: [1, 8, 15, 16, 17, 32, 48, 64, 80])
  func hybridLSTMsAgree(units: Int) {
    for asymmetric in [false, true] {
      var expected: [Float] = []
      var plain: [Float] = []
      for isa in instructionSets {
        var random = SplitMix64(seed: 106)
        let time = 6
        let w = random.int8s(4 * units * units)
        let inputs = random.floats(time * 4 * units, from: -2, to: 2)
        let lanes = msk_lanes(isa)
        let padded = (units + lanes - 1) / lanes * lanes
        // Gates interleaved by vectors; −1 is a column of zeros.
        var order: [Int32] = []
        for first in stride(from: 0, to: padded, by: lanes) {
          for gate in 0..<4 {
            for unit in first..<first + lanes {
              order.append(unit < units ? Int32(gate * units + unit) : -1)
            }
          }
        }
        let xs = (0..<time).flatMap { t in
          order.map { $0 < 0 ? 0 : inputs[t * 4 * units + Int($0)] }
        }
        let sums = order.map { row -> Int32 in
          row < 0 ? 0 : w[Int(row) * units..<(Int(row) + 1) * units].reduce(0) { $0 + Int32($1) }
        }
        let scales = order.map { $0 < 0 ? Float(0) : 0.004 + Float($0 % 7) * 0.001 }
        let size = msk_int_packed_size(isa, .s8, order.count, 1, units)
        var packed = [Int8](repeating: 1, count: size)
        msk_int_pack(isa, .s8, &packed, w, order, order.count, 1, units)
        let scratch = UnsafeMutableRawPointer.allocate(
          byteCount: 20 * padded + units + 64, alignment: 64)
        defer { scratch.deallocate() }
        let floats = scratch.bindMemory(to: Float.self, capacity: 5 * padded)
        floats.initialize(repeating: .nan, count: 5 * padded)
        let found = run(time * units, guarded: Float(77)) { y in
          msk_hybrid_lstm(
            isa, y.assumingMemoryBound(to: Float.self), xs, packed, sums, scales, floats,
            msk_function(code: .tanh, a: 0, b: 0, c: 0),
            msk_function(code: .sigmoid, a: 0, b: 0, c: 0), 0.9, asymmetric,
            msk_recurrent(time: time, units: units, sequence: true, element: .s8))
        }
        if expected.isEmpty { expected = found }
        // A state on the edge between two steps may round to either, which moves what follows by a
        // step times a weight, at most 0.01.
        for (a, b) in zip(found, expected) { #expect(abs(a - b) < 0.02, "\(isa)") }
        // Those of the same width have the same arithmetic.
        if isa == .avx2 || isa == .avx512 { plain = found }
        if isa == .avx_vnni || isa == .avx512_vnni { #expect(found == plain, "\(isa)") }
        // The first step has no state to round.
        for (a, b) in zip(found.prefix(units), expected) { #expect(abs(a - b) < 2e-6, "\(isa)") }
      }
    }
  }
}
