// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

struct LSTMStep: BitwiseCopyable {
  /// The inputs' share, `[time × 4·padded]`.
  let x: Int
  let y: Int
  let weights: WeightPlace
  let scratch: Int
  let activation: msk_function
  let gate: msk_function
  let clip: Float
  let shape: msk_recurrent

  @_noAllocation @_noLocks
  func run(_ c: Context) {
    unsafe msk_f32_lstm(
      c.isa, c.result(y), c.operand(.arena(x)), c.packed(weights), c.result(scratch), activation,
      gate, clip, shape)
  }

  @_noAllocation @_noLocks
  func run(_ c: Context, _ batch: msk_batch) {
    unsafe msk_f32_lstm_batch(
      c.isa, c.result(y), c.operand(.arena(x)), c.packed(weights), c.result(scratch), activation,
      gate, clip, shape, batch)
  }
}

extension LSTM {
  func lower(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    switch job.arithmetic {
    case .integer: try lowerIntegers(job, &planner)
    case .hybrid: try lowerHybrid(job, &planner)
    case .float: try lowerFloats(job, &planner)
    }
  }

  private func lowerFloats(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    let lowering = RecurrentLowering(
      job: job, gates: 4, units: units, returnsSequence: returnsSequence,
      lanes: planner.instructionSet.lanes)
    let inputs = try lowering.emitInputs(weights: inputWeights, bias: bias, &planner)
    planner.emit(
      .lstm(
        LSTMStep(
          x: inputs, y: planner.result(of: job),
          weights: try lowering.recurrent(recurrentWeights, gates: 0..<4, &planner),
          scratch: try planner.scratch(5, lowering.padded, job: job),
          activation: activation.function, gate: recurrentActivation.function, clip: cellClip,
          shape: lowering.shape(recurrentWeights))))
  }
}
