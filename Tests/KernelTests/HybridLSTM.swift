// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import Testing
import _MainspringTestSupport

/// An LSTM with int8 weights, on random inputs.
struct HybridLSTM {
  let units: Int
  let asymmetric: Bool
  private let time = 6
  private let weights: [Int8]
  /// `[time × 4·units]`
  private let inputs: [Float]

  /// State and cell before a step.
  typealias State = (hidden: [Float], cell: [Float])

  init(units: Int, asymmetric: Bool) {
    var random = SplitMix64(seed: 106)
    self.units = units
    self.asymmetric = asymmetric
    weights = random.int8s(4 * units * units)
    inputs = random.floats(time * 4 * units, from: -2, to: 2)
  }

  /// The states of all steps from zeros, `[time × units]`.
  func run(_ isa: msk_isa) -> [Float] {
    let layer = Packed(self, isa)
    var scratch = layer.scratch
    return KernelTests.run(time * units, guarded: Float(77)) { y in
      msk_hybrid_lstm(
        isa, y.assumingMemoryBound(to: Float.self), layer.inputs, layer.weights, layer.sums,
        layer.scales, &scratch, Self.tanh, Self.sigmoid, Self.clip, asymmetric, shape(time))
    }
  }

  /// The same one by one, from states before each step; nil for those that the step before left.
  func steps(_ isa: msk_isa, from given: [State]? = nil) -> (states: [State], results: [Float]) {
    let layer = Packed(self, isa)
    var scratch = layer.scratch
    var state = (
      hidden: [Float](repeating: 0, count: units), cell: [Float](repeating: 0, count: units)
    )
    var result: (states: [State], results: [Float]) = ([], [])
    for step in 0..<time {
      if let given { state = given[step] }
      result.states.append(state)
      var memory = [Float](repeating: 0, count: 2 * layer.padded)
      memory.replaceSubrange(0..<units, with: state.hidden)
      memory.replaceSubrange(layer.padded..<layer.padded + units, with: state.cell)
      let row = Array(layer.inputs[step * 4 * layer.padded..<(step + 1) * 4 * layer.padded])
      result.results += KernelTests.run(units, guarded: Float(77)) { y in
        msk_hybrid_lstm_resume(
          isa, y.assumingMemoryBound(to: Float.self), row, layer.weights, layer.sums,
          layer.scales, &memory, &scratch, Self.tanh, Self.sigmoid, Self.clip, asymmetric, shape(1))
      }
      state = (Array(memory.prefix(units)), Array(memory[layer.padded...].prefix(units)))
    }
    return result
  }

  private func shape(_ time: Int) -> msk_recurrent {
    msk_recurrent(time: time, units: units, sequence: true, element: .s8)
  }

  private static let tanh = msk_function(code: .tanh, a: 0, b: 0, c: 0)
  private static let sigmoid = msk_function(code: .sigmoid, a: 0, b: 0, c: 0)
  private static let clip: Float = 0.9
}

extension HybridLSTM {
  /// What the kernels take, in the order of an instruction set.
  private struct Packed {
    let padded: Int
    let inputs: [Float]
    let weights: [Int8]
    let sums: [Int32]
    let scales: [Float]
    /// 5·padded floats, then units int8.
    let scratch: [Float]

    init(_ layer: HybridLSTM, _ isa: msk_isa) {
      let (units, lanes, w) = (layer.units, msk_lanes(isa), layer.weights)
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
      self.padded = padded
      inputs = (0..<layer.time).flatMap { t in
        order.map { $0 < 0 ? 0 : layer.inputs[t * 4 * units + Int($0)] }
      }
      sums = order.map { row in
        row < 0 ? 0 : w[Int(row) * units..<(Int(row) + 1) * units].reduce(0) { $0 + Int32($1) }
      }
      scales = order.map { $0 < 0 ? 0 : 0.004 + Float($0 % 7) * 0.001 }
      var packed = [Int8](
        repeating: 1, count: msk_int_packed_size(isa, .s8, order.count, 1, units))
      msk_int_pack(isa, .s8, &packed, w, order, order.count, 1, units)
      weights = packed
      scratch = [Float](repeating: .nan, count: 5 * padded + (units + 3) / 4)
    }
  }
}
