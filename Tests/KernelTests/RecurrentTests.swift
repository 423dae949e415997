// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import Glibc
import Testing
import _MainspringTestSupport

/// Recurrent kernels against the equations in double precision.
@Suite struct RecurrentTests {
  /// One below, at and above whole vectors of both widths.
  static let unitCounts: [Int] = [1, 3, 7, 8, 9, 15, 16, 17, 33]

  /// A layer's numbers in the plain layout, `[gates·units × units]` and `[time × gates·units]`, and
  /// its kernel's operands, whose columns are interleaved by vectors.
  private struct Layer {
    let isa: msk_isa
    let gates: Int
    let units: Int
    let time: Int
    let weights: [Float]
    let inputs: [Float]
    let bias: [Float]

    init(_ isa: msk_isa, gates: Int, units: Int, time: Int, random: inout SplitMix64) {
      self.isa = isa
      self.gates = gates
      self.units = units
      self.time = time
      weights = random.floats(gates * units * units, from: -0.7, to: 0.7)
      inputs = random.floats(time * gates * units, from: -2, to: 2)
      bias = random.floats(gates * units)
    }

    var padded: Int { (units + msk_lanes(isa) - 1) / msk_lanes(isa) * msk_lanes(isa) }

    /// The plain column of each interleaved one; −1 for surplus ones.
    func order(_ chosen: Range<Int>) -> [Int32] {
      let lanes = msk_lanes(isa)
      var order: [Int32] = []
      for first in stride(from: 0, to: padded, by: lanes) {
        for gate in chosen {
          for unit in first..<first + lanes {
            order.append(unit < units ? Int32(gate * units + unit) : -1)
          }
        }
      }
      return order
    }

    func interleaved(_ row: ArraySlice<Float>) -> [Float] {
      order(0..<gates).map { $0 < 0 ? 0 : row[row.startIndex + Int($0)] }
    }

    var interleavedInputs: [Float] {
      (0..<time).flatMap { t in
        interleaved(inputs[(t * gates * units)..<((t + 1) * gates * units)])
      }
    }

    func packed(_ chosen: Range<Int>) -> [Float] {
      var result = [Float](repeating: .nan, count: chosen.count * padded * units)
      msk_pack(
        .f32, &result, weights, order(chosen), gates * units, units, 1, chosen.count * padded,
        units, msk_gemv_width(isa))
      return result
    }

    /// (U·h)[gate·units + unit]
    func product(_ gate: Int, _ unit: Int, _ h: [Double]) -> Double {
      var sum = 0.0
      for k in 0..<units { sum += Double(weights[(gate * units + unit) * units + k]) * h[k] }
      return sum
    }

    func input(_ t: Int, _ gate: Int, _ unit: Int) -> Double {
      Double(inputs[t * gates * units + gate * units + unit])
    }

    /// Calls a kernel with aligned scratch memory and compares every step with `step`, which
    /// makes the state after `t` of the state before.
    func check(
      scratch: Int, sequence: Bool, step: (_ t: Int, _ h: [Double]) -> [Double],
      kernel: (
        _ y: UnsafeMutablePointer<Float>, _ scratch: UnsafeMutablePointer<Float>,
        _ shape: msk_recurrent
      ) -> Void
    ) {
      let count = sequence ? time * units : units
      var y = [Float](repeating: 77, count: count + 20)
      let memory = UnsafeMutableRawPointer.allocate(
        byteCount: scratch * padded * 4, alignment: 64)
      defer { memory.deallocate() }
      let floats = memory.bindMemory(to: Float.self, capacity: scratch * padded)
      floats.initialize(repeating: .nan, count: scratch * padded)
      let shape = msk_recurrent(time: time, units: units, sequence: sequence, element: .f32)
      y.withUnsafeMutableBufferPointer { buffer in
        if let base = buffer.baseAddress { kernel(base, floats, shape) }
      }
      var h = [Double](repeating: 0, count: units)
      for t in 0..<time {
        h = step(t, h)
        guard sequence || t == time - 1 else { continue }
        for unit in 0..<units {
          let found = Double(y[(sequence ? t * units : 0) + unit])
          #expect(abs(found - h[unit]) < 4e-6, "step \(t), unit \(unit) of \(units)")
        }
      }
      #expect(y.suffix(20).allSatisfy { $0 == 77 })
    }
  }

  private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  @Test(arguments: instructionSets, unitCounts)
  func lstmFollowsItsEquations(isa: msk_isa, units: Int) {
    var random = SplitMix64(seed: 71)
    for (sequence, clip) in [(true, 0), (false, 0.3)] as [(Bool, Float)] {
      let layer = Layer(isa, gates: 4, units: units, time: 6, random: &random)
      let (xs, w) = (layer.interleavedInputs, layer.packed(0..<4))
      var c = [Double](repeating: 0, count: units)
      layer.check(
        scratch: 5, sequence: sequence,
        step: { t, h in
          (0..<units).map { u in
            let z = (0..<4).map { layer.input(t, $0, u) + layer.product($0, u, h) }
            c[u] = sigmoid(z[1]) * c[u] + sigmoid(z[0]) * tanh(z[2])
            if clip > 0 { c[u] = min(max(c[u], -Double(clip)), Double(clip)) }
            return sigmoid(z[3]) * tanh(c[u])
          }
        },
        kernel: { y, scratch, shape in
          msk_f32_lstm(
            isa, y, xs, w, scratch, msk_function(.tanh), msk_function(.sigmoid), clip, shape)
        })
    }
  }

  @Test(arguments: instructionSets, unitCounts)
  func gruWithResetAfterFollowsItsEquations(isa: msk_isa, units: Int) {
    var random = SplitMix64(seed: 72)
    for sequence in [true, false] {
      let layer = Layer(isa, gates: 3, units: units, time: 6, random: &random)
      let (xs, w) = (layer.interleavedInputs, layer.packed(0..<3))
      let d = layer.interleaved(layer.bias[...])
      layer.check(
        scratch: 3, sequence: sequence,
        step: { t, h in
          (0..<units).map { u in
            let s = (0..<3).map { layer.product($0, u, h) + Double(layer.bias[$0 * units + u]) }
            let (z, r) = (
              sigmoid(layer.input(t, 0, u) + s[0]), sigmoid(layer.input(t, 1, u) + s[1])
            )
            return z * h[u] + (1 - z) * tanh(layer.input(t, 2, u) + r * s[2])
          }
        },
        kernel: { y, scratch, shape in
          msk_f32_gru_after(
            isa, y, xs, w, d, scratch, msk_function(.tanh), msk_function(.sigmoid), shape)
        })
    }
  }

  @Test(arguments: instructionSets, unitCounts)
  func gruWithResetBeforeFollowsItsEquations(isa: msk_isa, units: Int) {
    var random = SplitMix64(seed: 73)
    for sequence in [true, false] {
      let layer = Layer(isa, gates: 3, units: units, time: 6, random: &random)
      let (xs, w, wn) = (layer.interleavedInputs, layer.packed(0..<2), layer.packed(2..<3))
      layer.check(
        scratch: 4, sequence: sequence,
        step: { t, h in
          let gates = (0..<2).map { gate in
            (0..<units).map { sigmoid(layer.input(t, gate, $0) + layer.product(gate, $0, h)) }
          }
          let reset = (0..<units).map { gates[1][$0] * h[$0] }
          return (0..<units).map { u in
            let n = tanh(layer.input(t, 2, u) + layer.product(2, u, reset))
            return gates[0][u] * h[u] + (1 - gates[0][u]) * n
          }
        },
        kernel: { y, scratch, shape in
          msk_f32_gru_before(
            isa, y, xs, w, wn, scratch, msk_function(.tanh), msk_function(.sigmoid), shape)
        })
    }
  }

  @Test(arguments: instructionSets, unitCounts)
  func simpleRNNFollowsItsEquation(isa: msk_isa, units: Int) {
    var random = SplitMix64(seed: 74)
    for sequence in [true, false] {
      let layer = Layer(isa, gates: 1, units: units, time: 6, random: &random)
      let (xs, w) = (layer.interleavedInputs, layer.packed(0..<1))
      layer.check(
        scratch: 1, sequence: sequence,
        step: { t, h in (0..<units).map { tanh(layer.input(t, 0, $0) + layer.product(0, $0, h)) } },
        kernel: { y, scratch, shape in
          msk_f32_rnn(isa, y, xs, w, scratch, msk_function(.tanh), shape)
        })
    }
  }
}
