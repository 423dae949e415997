// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import Glibc
import Testing
import _MainspringTestSupport

/// The instruction sets this machine has.
let instructionSets: [msk_isa] = [
  .scalar, .avx2, .avx_vnni, .avx512, .avx512_vnni, .neon, .neon_dot,
].filter { msk_isa_available($0) }

extension msk_function {
  init(_ code: msk_code, _ a: Float = 0, _ b: Float = 0, _ c: Float = 0) {
    self.init(code: code, a: a, b: b, c: c)
  }
}

/// y = f(x) by the kernel.
func map(_ isa: msk_isa, _ f: msk_function, _ x: [Float]) -> [Float] {
  var y = [Float](repeating: .nan, count: x.count)
  msk_f32_map(isa, &y, x, x.count, f)
  return y
}

/// Whether a float is within some units in the last place of a number, or within 1e-7 of it.
func isClose(_ x: Float, _ y: Double, ulps: Double) -> Bool {
  if Double(x) == y || (x.isNaN && y.isNaN) { return true }
  let rounded = Float(y)
  if rounded.isInfinite || rounded.isNaN { return x == rounded }
  return abs(Double(x) - y) <= max(ulps * Double(rounded.ulp), 1e-7)
}

@Suite struct FunctionTests {
  /// Numbers over the whole range that matters to a function.
  static let samples: [Float] = {
    var random = SplitMix64(seed: 41)
    var values = random.floats(20_000, from: -10, to: 10)
    values += random.floats(5_000, from: -110, to: 110)
    values += random.floats(5_000, from: -0.01, to: 0.01)
    values += [0, -0.0, 1, -1, 88, 89, -87, -103, -104, .infinity, -.infinity]
    values += [.leastNormalMagnitude, .leastNonzeroMagnitude, .greatestFiniteMagnitude]
    return values
  }()

  @Test(arguments: instructionSets)
  func exponentialIsAccurate(isa: msk_isa) {
    for (x, y) in zip(Self.samples, map(isa, msk_function(.exp), Self.samples)) {
      // Subnormal results lose bits to the scaling in two steps, at most one of theirs.
      #expect(isClose(y, exp(Double(x)), ulps: 2), "e^\(x) is not \(y)")
    }
  }

  @Test(arguments: instructionSets)
  func tanhAndSigmoidAreAccurate(isa: msk_isa) {
    for (x, y) in zip(Self.samples, map(isa, msk_function(.tanh), Self.samples)) {
      #expect(isClose(y, tanh(Double(x)), ulps: 2), "tanh \(x) is not \(y)")
      #expect(abs(y) <= 1)
    }
    for (x, y) in zip(Self.samples, map(isa, msk_function(.sigmoid), Self.samples)) {
      #expect(isClose(y, 1 / (1 + exp(-Double(x))), ulps: 2), "sigmoid \(x) is not \(y)")
      #expect(y >= 0 && y <= 1)
    }
  }

  @Test(arguments: instructionSets)
  func tanhIsRelativelyAccurateNearZero(isa: msk_isa) {
    var random = SplitMix64(seed: 42)
    let x = random.floats(1000, from: -1e-3, to: 1e-3)
    for (x, y) in zip(x, map(isa, msk_function(.tanh), x)) where x != 0 {
      #expect(abs(Double(y) / tanh(Double(x)) - 1) < 4e-7)
    }
  }

  @Test(arguments: instructionSets)
  func logarithmIsAccurate(isa: msk_isa) {
    var random = SplitMix64(seed: 43)
    var x = random.floats(10_000, from: 0, to: 4)
    x += random.floats(10_000, from: -80, to: 80).map { Float(exp(Double($0))) }
    x += [1, 0.5, 2, .leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude]
    for (x, y) in zip(x, map(isa, msk_function(.log), x)) {
      #expect(isClose(y, log(Double(x)), ulps: 2), "log \(x) is not \(y)")
    }
    #expect(
      map(isa, msk_function(.log), [0, -1, .infinity, .nan]).map(\.isNaN) == [
        false, true, false, true,
      ])
    #expect(map(isa, msk_function(.log), [0, .infinity]) == [-.infinity, .infinity])
  }

  @Test(arguments: instructionSets)
  func smoothFunctionsAreAccurate(isa: msk_isa) {
    let cases: [(msk_function, (Double) -> Double)] = [
      (msk_function(.softplus), { max($0, 0) + log1p(exp(-abs($0))) }),
      (msk_function(.log_sigmoid), { -(max(-$0, 0) + log1p(exp(-abs($0)))) }),
      (msk_function(.gelu), { $0 / 2 * erfc(-$0 / 2.0.squareRoot()) }),
      (
        msk_function(.gelu_tanh),
        {
          $0 / 2 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0)))
        }
      ),
      (msk_function(.mish), { $0 * tanh(max($0, 0) + log1p(exp(-abs($0)))) }),
      (msk_function(.silu), { $0 / (1 + exp(-$0)) }),
      (msk_function(.elu, 1, 1), { $0 >= 0 ? $0 : expm1($0) }),
      (msk_function(.celu, 2), { $0 >= 0 ? $0 : 2 * expm1($0 / 2) }),
      (msk_function(.tanh_shrink), { $0 - tanh($0) }),
      (msk_function(.softsign), { $0 / (1 + abs($0)) }),
      (msk_function(.squareplus, 4), { ($0 + ($0 * $0 + 4).squareRoot()) / 2 }),
    ]
    var random = SplitMix64(seed: 44)
    let x = random.floats(20_000, from: -12, to: 12)
    for (f, reference) in cases {
      for (x, y) in zip(x, map(isa, f, x)) {
        let exact = reference(Double(x))
        #expect(
          abs(Double(y) - exact) <= 3e-7 * max(1, abs(exact)), "\(f.code) of \(x) is not \(y)")
      }
    }
  }

  @Test(arguments: instructionSets)
  func squareRootsAreCorrectlyRounded(isa: msk_isa) {
    let x = Self.samples.map { abs($0) }
    for (x, y) in zip(x, map(isa, msk_function(.square_root), x)) {
      #expect(y == x.squareRoot())
    }
  }

  @Test(arguments: instructionSets)
  func everyLaneAndTailGivesTheSameBits(isa: msk_isa) {
    var random = SplitMix64(seed: 45)
    let codes: [msk_code] = [
      .tanh, .sigmoid, .exp, .elu, .silu, .softplus, .gelu, .gelu_tanh, .mish, .log, .softsign,
    ]
    for code in codes {
      for value in random.floats(40, from: 0.01, to: 4) {
        let f = msk_function(code, 1, 1)
        let alone = map(isa, f, [value])[0]
        for count in [7, 8, 9, 15, 16, 17, 33] {
          let all = map(isa, f, [Float](repeating: value, count: count))
          #expect(all.allSatisfy { $0.bitPattern == alone.bitPattern })
        }
      }
    }
  }

  @Test(arguments: instructionSets)
  func mapsInPlaceWithoutTouchingWhatFollows(isa: msk_isa) {
    for count in [0, 1, 7, 8, 9, 16, 31] {
      var values = [Float](repeating: -2, count: count + 5)
      values.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        msk_f32_map(isa, base, base, count, msk_function(.abs))
      }
      #expect(values == [Float](repeating: 2, count: count) + [Float](repeating: -2, count: 5))
    }
  }
}
