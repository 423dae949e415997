// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import Testing
import _MainspringTestSupport

/// Kernels of integers: every variant gives the bits of the scalar one, on shapes around the sizes
/// of vectors and tiles, and writes nothing but its result.
@Suite struct IntegerVariantTests {
  private static let vectors: [msk_isa] = instructionSets.filter { $0 != .scalar }
  private static let counts: [Int] = [1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 130]

  /// Runs a kernel into guarded memory, on bytes that differ between runs of one seed only where
  /// the kernel writes.
  private func run<Element: FixedWidthInteger>(
    _ count: Int, _: Element.Type, _ kernel: (UnsafeMutableRawPointer) -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
  ) -> [Element] {
    var y = [Element](repeating: 77, count: count + 64)
    y.withUnsafeMutableBytes { bytes in
      if let base = bytes.baseAddress { kernel(base) }
    }
    #expect(y.suffix(64).allSatisfy { $0 == 77 }, sourceLocation: sourceLocation)
    return Array(y.prefix(count))
  }

  private func compare<Element: FixedWidthInteger>(
    _ count: Int, _ type: Element.Type, _ context: @autoclosure () -> String,
    _ kernel: (msk_isa, UnsafeMutableRawPointer) -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let expected = run(count, type) { kernel(.scalar, $0) }
    for isa in Self.vectors {
      let found = run(count, type, { kernel(isa, $0) }, sourceLocation: sourceLocation)
      #expect(found == expected, "\(isa) \(context())", sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: [msk_integer.s8, .s16], [1, 2, 3, 6, 7, 13])
  func productsAreEqual(type: msk_integer, rows: Int) {
    var random = SplitMix64(seed: 91 &+ UInt64(rows))
    for columns in Self.counts {
      for length in [0, 1, 3, 4, 6, 15, 17, 64, 257] {
        let product = IntegerProduct(
          type, rows: rows, columns: columns, length: length, random: &random)
        switch product.result.type {
        case .s8:
          compare(product.count, Int8.self, "\(product)") { isa, y in product.run(isa, y) }
        case .s16:
          compare(product.count, Int16.self, "\(product)") { isa, y in product.run(isa, y) }
        case .s32:
          compare(product.count, Int32.self, "\(product)") { isa, y in product.run(isa, y) }
        }
      }
    }
  }

  /// Sums may be as large as 32 bits hold, and beyond: they wrap alike.
  @Test func extremeProductsAreEqual() {
    var random = SplitMix64(seed: 92)
    for extreme in [-128, 127] as [Int] {
      let product = IntegerProduct(
        .s8, rows: 5, columns: 70, length: 300, random: &random, extreme: extreme)
      compare(product.count, Int32.self, "\(product)") { isa, y in
        product.run(isa, y, as: .s32)
      }
    }
  }

  @Test(arguments: counts)
  func depthwiseProductsAreEqual(channels: Int) {
    var random = SplitMix64(seed: 93)
    for type in [msk_integer.s8, .s16] {
      let x = random.bytes(8 * 9 * channels * 2)
      let w = random.int8s(6 * channels)
      for wide in type == .s16 ? [false, true] : [false] {
        let bias = (0..<channels).map { _ in Int32(random.index(below: 20000)) - 10000 }
        let wideBias = bias.map { Int64($0) << 8 }
        let scales = random.scales(channels, wide: wide)
        let shape = msk_integer_depthwise(
          height: 3, width: 4, channels: channels, kernel_height: 2, kernel_width: 3,
          stride_y: 2 * 9 * channels, stride_x: channels, step_y: 3 * 9 * channels,
          step_x: 2 * channels, x: type,
          y: msk_integer_result(
            type: type, scaling: .fixed, wide: wide, zero: type == .s8 ? -5 : 0,
            low: type == .s8 ? -100 : -32768, high: type == .s8 ? 127 : 30000))
        let kernel = { (isa: msk_isa, y: UnsafeMutableRawPointer) in
          x.withUnsafeBytes { x in
            guard let x = x.baseAddress else { return }
            if wide {
              msk_int_depthwise(isa, y, x, w, wideBias, scales, shape)
            } else {
              msk_int_depthwise(isa, y, x, w, bias, scales, shape)
            }
          }
        }
        if type == .s8 {
          compare(12 * channels, Int8.self, "wide \(wide)", kernel)
        } else {
          compare(12 * channels, Int16.self, "wide \(wide)", kernel)
        }
      }
    }
  }

  @Test(arguments: counts)
  func windowsAreEqual(channels: Int) {
    var random = SplitMix64(seed: 94)
    let x = random.bytes(5 * 7 * channels * 2)
    for average in [false, true] {
      for (type, limit) in [(msk_integer.s8, 100), (.s16, 20000)] as [(msk_integer, Int32)] {
        let shape = msk_integer_pool(
          in_height: 5, in_width: 7, channels: channels, out_height: 3, out_width: 4,
          size_height: 3, size_width: 2, stride_height: 2, stride_width: 2, before_height: 1,
          before_width: 0, average: average, type: type, low: -limit, high: limit)
        let kernel = { (isa: msk_isa, y: UnsafeMutableRawPointer) in
          x.withUnsafeBytes { x in
            if let x = x.baseAddress { msk_int_pool(isa, y, x, shape) }
          }
        }
        if type == .s8 {
          compare(12 * channels, Int8.self, "mean \(average)", kernel)
        } else {
          compare(12 * channels, Int16.self, "mean \(average)", kernel)
        }
      }
    }
  }

  @Test(arguments: counts)
  func pairsAreEqual(count: Int) {
    var random = SplitMix64(seed: 95)
    let codes: [msk_pair] = [
      .add, .subtract, .multiply, .divide, .maximum, .minimum, .squared_difference, .less,
      .less_or_equal, .greater, .greater_or_equal, .parametric_relu,
    ]
    for code in codes {
      for type in [msk_integer.s8, .s16] {
        let (a, b) = (random.bytes(2 * count), random.bytes(2 * count))
        let scales = random.scales(3, wide: false)
        let isCondition = [.less, .less_or_equal, .greater, .greater_or_equal].contains(code)
        for (left, right) in [(1, 1), (1, 0), (0, 1)] as [(Int32, Int32)] {
          let f = msk_integer_pair(
            pair: code, x: type, y: type, a_zero: type == .s8 ? 3 : 0,
            b_zero: type == .s8 ? -7 : 0, zero: type == .s8 ? 11 : 0, shift: 10, a: scales[0],
            b: scales[1], result: scales[2], low: -120, high: 120)
          let axes = [msk_axis(extent: Int32(count), y: 1, a: left, b: right, c: 0)]
          let kernel = { (isa: msk_isa, y: UnsafeMutableRawPointer) in
            a.withUnsafeBytes { a in
              b.withUnsafeBytes { b in
                guard let a = a.baseAddress, let b = b.baseAddress else { return }
                msk_int_binary(isa, y, a, b, f, axes, 1)
              }
            }
          }
          if isCondition {
            compare(count, Int32.self, "\(code)", kernel)
          } else if type == .s8 {
            compare(count, Int8.self, "\(code)", kernel)
          } else {
            compare(count, Int16.self, "\(code)", kernel)
          }
        }
      }
    }
  }

  /// Of all 65,536 numbers, in place and in one piece, then in parts of odd lengths.
  @Test func functionsOfTheGatesAreEqual() {
    let all = (Int16.min...Int16.max).map { $0 }
    for bits in Int32(-1)...6 {
      let kernel = { (isa: msk_isa, x: [Int16]) -> [Int16] in
        var y = x
        y.withUnsafeMutableBufferPointer { y in
          guard let base = y.baseAddress else { return }
          if bits < 0 {
            msk_s16_fixed_logistic(isa, base, base, y.count)
          } else {
            msk_s16_fixed_tanh(isa, base, base, y.count, bits)
          }
        }
        return y
      }
      let expected = kernel(.scalar, all)
      for isa in Self.vectors {
        #expect(kernel(isa, all) == expected, "\(isa), \(bits) integer bits")
        for count in Self.counts {
          let part = Array(all[1000..<1000 + count])
          #expect(kernel(isa, part) == Array(expected[1000..<1000 + count]), "\(isa), \(count)")
        }
      }
    }
  }

  @Test(arguments: [1, 3, 8, 15, 16, 17, 31, 32, 33, 40, 64, 65])
  func lstmsAreEqual(units: Int) {
    var random = SplitMix64(seed: 96)
    for bits in Int32(0)...6 {
      let (clip, sequence): (Int32, Bool) = (bits == 3 ? 900 : 0, bits % 2 == 0)
      let time = 7
      let w = random.int8s(4 * units * units)
      let xs = (0..<time * 4 * units).map { _ in Int16(random.index(below: 30000) - 15000) }
      let bias = (0..<4 * units).map { _ in Int32(random.index(below: 4000) - 2000) }
      let gates = (0..<4).map { gate in
        msk_scale(
          multiplier: (1 << 30) + Int32(random.index(below: 1 << 20)),
          shift: bits == 6 ? 0 : -1 - Int32(gate))
      }
      let scales = (0..<4 * units).map { gates[$0 / units] }
      let shape = msk_integer_recurrent(
        time: time, units: units, sequence: sequence, state_zero: -3, cell_bits: bits,
        cell_clip: clip,
        hidden: msk_scale(multiplier: 1_200_000_000, shift: bits == 5 ? 1 : -21),
        hidden_zero: 5)
      compare(sequence ? time * units : units, Int8.self, "cell \(bits)") { isa, y in
        let size = msk_int_packed_size(isa, .s8, 4 * units, 1, units)
        var packed = [Int8](repeating: 1, count: size)
        msk_int_pack(isa, .s8, &packed, w, nil, 4 * units, 1, units)
        let offset = msk_int_offset(isa, .s8)
        let shifted = (0..<4 * units).map { row in
          bias[row] &- offset
            &* w[row * units..<(row + 1) * units].reduce(Int32(0)) { $0 + Int32($1) }
        }
        let scratch = UnsafeMutableRawPointer.allocate(
          byteCount: 28 * units + 64, alignment: 64)
        defer { scratch.deallocate() }
        scratch.initializeMemory(as: UInt8.self, repeating: 0xa5, count: 28 * units + 64)
        msk_s8_lstm(
          isa, y.assumingMemoryBound(to: Int8.self), xs, packed, shifted, scales, scratch, shape)
      }
    }
  }
}
