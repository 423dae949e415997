// SPDX-License-Identifier: Apache-2.0

/// Fixed-point arithmetic of `bits` bits in plain integers, written from the definitions: products
/// divide and truncate where the kernels shift.
struct FixedPointModel {
  let bits: Int

  var top: Int { 1 << (bits - 1) }
  var highest: Int { top - 1 }

  func wrap(_ x: Int) -> Int {
    let low = x & (2 * top - 1)
    return low >= top ? low - 2 * top : low
  }

  func saturate(_ x: Int) -> Int { min(max(x, -top), highest) }

  /// a · b / 2^(bits − 1): half of a step is added to positive products, and a little less than half
  /// is taken from others, before the division truncates.
  func product(_ a: Int, _ b: Int) -> Int {
    if a == -top, b == -top { return highest }
    let (p, half) = (a * b, top / 2)
    return (p >= 0 ? p + half : p + 1 - half) / top
  }

  /// x / 2ⁿ, ties away from zero.
  func divide(_ x: Int, _ n: Int) -> Int {
    Int((Double(x) / Double(1 << n)).rounded(.toNearestOrAwayFromZero))
  }

  /// x · 2ⁿ, saturated, or rounded for negative n.
  func power(_ x: Int, _ n: Int) -> Int {
    n < 0 ? divide(x, -n) : saturate(x * (1 << n))
  }

  /// A constant of 32 bits in as many as there are.
  func constant(_ k: Int) -> Int { bits == 32 ? k : divide(k, 32 - bits) }

  /// x · multiplier · 2^(shift − 31), rounded twice.
  static func scale(_ x: Int, _ scale: (multiplier: Int, shift: Int)) -> Int {
    let model = FixedPointModel(bits: 32)
    let left = model.wrap(x * (1 << max(scale.shift, 0)))
    return model.divide(model.product(left, scale.multiplier), max(-scale.shift, 0))
  }

  /// The same for sums of 64 bits.
  static func scaleWide(_ x: Int, _ scale: (multiplier: Int, shift: Int)) -> Int {
    let reduced = min((scale.multiplier + (1 << 15)) >> 16, 0x7fff)
    let divisor = Double(1 << (15 - scale.shift))
    return Int((Double(x * reduced) / divisor + 0.5).rounded(.down))
  }

  /// A positive number as multiplier and shift.
  static func quantize(_ x: Double) -> (multiplier: Int, shift: Int) {
    if x == 0 { return (0, 0) }
    var (fraction, shift) = (x, 0)
    while fraction >= 1 { (fraction, shift) = (fraction / 2, shift + 1) }
    while fraction < 0.5 { (fraction, shift) = (fraction * 2, shift - 1) }
    var multiplier = Int((fraction * 0x1p31).rounded(.toNearestOrAwayFromZero))
    if multiplier == 1 << 31 { (multiplier, shift) = (1 << 30, shift + 1) }
    return shift < -31 ? (0, 0) : (multiplier, shift)
  }
}

extension FixedPointModel {
  /// e^a for a from −¼ to 0.
  private func expQuarter(_ a: Int) -> Int {
    let x = a + (1 << (bits - 4))
    let x2 = product(x, x)
    let (x3, x4) = (product(x2, x), product(x2, x2))
    let y = power(wrap(product(wrap(power(x4, -2) + x3), constant(715_827_883)) + x2), -1)
    let c = constant(1_895_147_668)
    return saturate(c + product(c, wrap(x + y)))
  }

  /// e^a for a ≤ 0 with some integer bits.
  func exp(_ a: Int, integerBits: Int) -> Int {
    if a == 0 { return highest }
    let fractionBits = bits - 1 - integerBits
    let quarter = 1 << (fractionBits - 2)
    let part = (a & (quarter - 1)) - quarter
    var result = expQuarter(power(part, integerBits))
    let rest = part - a
    let factors = [
      (-2, 1_672_461_947), (-1, 1_302_514_674), (0, 790_015_084), (1, 290_630_308),
      (2, 39_332_535), (3, 720_401), (4, 242),
    ]
    for (exponent, factor) in factors where integerBits > exponent {
      if (rest >> (fractionBits + exponent)) & 1 == 1 {
        result = product(result, constant(factor))
      }
    }
    return integerBits > 5 && a < -(1 << (bits + 4 - integerBits)) ? 0 : result
  }

  /// 2 / (1 + a) with two integer bits.
  private func reciprocal(_ a: Int) -> Int {
    let sum = a + highest
    let half = (sum + (sum >= 0 ? 1 : -1)) / 2
    var x = constant(1_515_870_810) + product(half, constant(-1_010_580_540))
    for _ in 0..<3 {
      x = wrap(x + power(product(x, wrap(top / 4 - product(half, x))), 2))
    }
    return x
  }

  /// 1 / (1 + a)
  func oneOverOnePlus(_ a: Int) -> Int { power(reciprocal(a), 1) }

  func logistic(_ a: Int, integerBits: Int) -> Int {
    if a == 0 { return top / 2 }
    let p = oneOverOnePlus(exp(-abs(a), integerBits: integerBits))
    return a > 0 ? p : highest - p
  }

  func tanh(_ a: Int, integerBits: Int) -> Int {
    if a == 0 { return 0 }
    let e = exp(-abs(a), integerBits: integerBits + 1)
    let t = power(wrap(reciprocal(e) - top / 4), 2)
    return a > 0 ? t : -t
  }
}
