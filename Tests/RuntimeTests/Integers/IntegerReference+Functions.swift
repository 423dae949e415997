// SPDX-License-Identifier: Apache-2.0

import Glibc
import MainspringGraph

extension IntegerReference {
  /// A function of one raw value; single precision where tables are made in it.
  static func unary(_ function: Unary.Function, _ q: Double, _ from: Kind, _ to: Kind) -> Double {
    let d = q - from.zero
    let quotient = Double(from.scale / to.scale)
    switch function {
    case .relu: return to.clamp(max(scale(d, quotient) + to.zero, to.zero))
    case .relu6:
      return to.clamp(min(max(scale(d, quotient) + to.zero, to.zero), to.steps(6)))
    case .reluN1To1:
      return to.clamp(min(max(scale(d, quotient) + to.zero, to.steps(-1)), to.steps(1)))
    case .leakyReLU(let slope):
      if d >= 0 { return to.clamp(scale(d, quotient) + to.zero) }
      let negative = scale(d, Double(from.scale * abs(slope) / to.scale))
      return to.clamp((slope < 0 ? -negative : negative) + to.zero)
    case .abs: return to.clamp(scale(abs(d), quotient) + to.zero)
    case .hardSwish: return hardSwish(d, from, to)
    default:
      let x = from.scale * Float(d)
      let inverse = 1 / to.scale
      let steps = (value(function, x, to) * inverse).rounded(.toNearestOrAwayFromZero)
      return to.clamp(Double(steps) + to.zero)
    }
  }

  private static func value(_ function: Unary.Function, _ x: Float, _ to: Kind) -> Float {
    switch function {
    case .tanh: return tanhf(x)
    case .logistic: return 1 / (1 + expf(-x))
    case .elu: return x < 0 ? expm1f(x) : x
    case .exp: return expf(x)
    case .log: return x <= 0 ? Float(to.low - to.zero) * to.scale : logf(x)
    case .gelu(approximate: false): return 0.5 * x * erfcf(x * -0.707_106_77)
    case .gelu(approximate: true):
      return 0.5 * x * (1 + tanhf(0.797_884_6 * (x + 0.044715 * x * x * x)))
    default: preconditionFailure("no table for \(function)")
    }
  }

  /// The hard swish of TensorFlow Lite's int8 kernel, in numbers of 16 bits.
  private static func hardSwish(_ d: Double, _ from: Kind, _ to: Kind) -> Double {
    let model = FixedPointModel(bits: 16)
    let fine = from.scale * 0x1p-7
    let (out, outShift) = FixedPointModel.quantize(Double(fine / to.scale))
    let (rectifier, shift) = FixedPointModel.quantize(Double(fine / (3 * 0x1p-15)))
    func short(_ multiplier: Int) -> Int { min((multiplier + 0x8000) >> 16, 32767) }
    let x = Int(d) * 128
    let product = model.product(x, short(out))
    var r = x
    if shift > 0 { r = model.power(r, shift - 1) }
    r = model.product(r, short(rectifier))
    r = shift > 0 ? model.power(r, 1) : model.divide(r, -shift)
    r = (r + 32768) >> 1
    return to.clamp(Double(model.divide(r * product / 32768, -outShift)) + to.zero)
  }

  /// A function of two raw values, before the clamp.
  static func binary(
    _ function: Binary.Function, _ a: Double, _ b: Double, _ left: Kind, _ right: Kind, _ to: Kind
  ) -> Double {
    let twice = Double(2 * max(left.scale, right.scale))
    func shared(_ bits: Int) -> (Double, Double) {
      let steps = Double(1 << bits)
      return (
        scale((a - left.zero) * steps, Double(left.scale) / twice),
        scale((b - right.zero) * steps, Double(right.scale) / twice)
      )
    }
    let bits = left.isShort ? 15 : 20
    switch function {
    case .add, .subtract:
      let (x, y) = shared(bits)
      let sum = function == .add ? x + y : x - y
      return scale(sum, twice / (Double(1 << bits) * Double(to.scale))) + to.zero
    case .squaredDifference:
      let (x, y) = shared(7)
      return scale((x - y) * (x - y), twice * twice / (0x1p14 * Double(to.scale))) + to.zero
    case .multiply:
      let product = (a - left.zero) * (b - right.zero)
      return scale(product, Double(left.scale * right.scale / to.scale)) + to.zero
    case .maximum: return max(a, b)
    case .minimum: return min(a, b)
    case .divide: return quotient(a - left.zero, b - right.zero, left, right, to) + to.zero
    }
  }

  /// a / b by the reciprocal of b's fraction.
  private static func quotient(
    _ a: Double, _ b: Double, _ left: Kind, _ right: Kind, _ to: Kind
  ) -> Double {
    let model = FixedPointModel(bits: 32)
    var (x, y) = b < 0 ? (Int(-a), Int(-b)) : (Int(a), Int(b))
    if y == 0 { y = 1 }
    var (power, fraction) = (0, y)
    while fraction < 1 << 31 { (fraction, power) = (fraction * 2, power + 1) }
    let inverse = model.oneOverOnePlus(fraction - 1 << 31)
    var headroom = 0
    while x != 0, x * 2 == model.wrap(x * 2) { (x, headroom) = (x * 2, headroom + 1) }
    let scale = FixedPointModel.quantize(Double(left.scale / (right.scale * to.scale)))
    if x == 0 { return 0 }
    let shift = 31 - power + headroom - scale.shift
    let product = model.product(model.product(x, inverse), scale.multiplier)
    return Double(shift > 31 ? 0 : model.divide(product, shift))
  }

  /// Softmax over the last axis.
  static func softmax(_ op: Softmax, _ x: ReferenceTensor, _ from: Kind) -> ReferenceTensor {
    let model = FixedPointModel(bits: 32)
    let channels = x.shape[x.shape.count - 1]
    let unit = min(Double(op.beta) * Double(from.scale) * 0x1p26, 0x1p31 - 1)
    let scale = FixedPointModel.quantize(unit)
    let lowest = -Int((31 * 0x1p26 / Double(1 << scale.shift)).rounded(.down))
    var y = x
    for first in stride(from: 0, to: x.values.count, by: channels) {
      let row = x.values[first..<first + channels].map { Int($0) }
      let largest = row.max() ?? 0
      let powers = row.map { q -> Int? in
        let d = q - largest
        return d < lowest
          ? nil
          : model.exp(FixedPointModel.scale(d, scale), integerBits: 5)
      }
      var sum = 0
      for power in powers { sum += power.map { model.divide($0, 12) } ?? 0 }
      var (bits, fraction) = (0, sum)
      while fraction < 1 << 31 { (fraction, bits) = (fraction * 2, bits + 1) }
      let inverse = model.oneOverOnePlus(fraction - 1 << 31)
      for (c, power) in powers.enumerated() {
        let share = power.map { model.divide(model.product(inverse, $0), 12 - bits + 23) }
        y.values[first + c] = Double(min(max((share ?? 0) - 128, -128), 127))
      }
    }
    return y
  }

  /// The integer LSTM, step by step.
  static func lstm(
    _ op: LSTM, _ x: ReferenceTensor, _ from: Kind, _ shape: [Int]
  ) -> ReferenceTensor {
    guard let state = op.integerState else { preconditionFailure("an LSTM on integers") }
    let model = FixedPointModel(bits: 16)
    let h0 = Kind(ValueType(.int8, state.state)), hidden = Kind(ValueType(.int8, state.hidden))
    let (units, features, time) = (op.units, x.shape[2], x.shape[1])
    let (w, u, b) = (raw(op.inputWeights), raw(op.recurrentWeights), raw(op.bias))
    let cellBits = 15 + Int(log2(state.cellScale))
    let clip = op.cellClip > 0 ? min(Int(op.cellClip / state.cellScale), 32767) : 32767
    func share(_ tensor: Tensor, _ gate: Int, _ kind: Kind) -> (Int, Int) {
      let scales = tensor.quantization?.scales ?? []
      return FixedPointModel.quantize(Double(scales[gate] * kind.scale) / 0x1p-12)
    }
    let product = FixedPointModel.quantize(
      Double(Float(0x1p-15 / Double(hidden.scale) * 0x1p-15)))
    var h = [Double](repeating: h0.zero, count: units)
    var c = [Int](repeating: 0, count: units)
    var outputs: [Double] = []
    for t in 0..<time {
      var gates: [[Int]] = []
      for gate in 0..<4 {
        let (fromX, fromH) = (
          share(op.inputWeights, gate, from), share(op.recurrentWeights, gate, h0)
        )
        gates.append(
          (0..<units).map { unit in
            let row = gate * units + unit
            var (sumX, sumH) = (b[row], 0.0)
            for k in 0..<features {
              sumX += w[row * features + k] * (x.values[t * features + k] - from.zero)
            }
            for k in 0..<units { sumH += u[row * units + k] * (h[k] - h0.zero) }
            let a = model.saturate(FixedPointModel.scale(Int(sumX), fromX))
            let z = model.saturate(FixedPointModel.scale(Int(sumH), fromH) + a)
            return gate == 2
              ? model.tanh(z, integerBits: 3) : model.logistic(z, integerBits: 3)
          })
      }
      for unit in 0..<units {
        let kept = model.wrap(model.divide(gates[1][unit] * c[unit], 15))
        let added = model.wrap(model.divide(gates[0][unit] * gates[2][unit], 15 + cellBits))
        c[unit] = min(max(model.saturate(kept + added), -clip), clip)
        let o = gates[3][unit] * model.tanh(c[unit], integerBits: cellBits)
        h[unit] = hidden.clamp(Double(FixedPointModel.scale(o, product)) + hidden.zero)
      }
      if op.returnsSequence || t == time - 1 { outputs += h }
    }
    return ReferenceTensor(shape, outputs)
  }
}
