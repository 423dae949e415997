// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

/// A GRU whose reset gate is applied after the recurrent product.
struct GRUAfterStep: BitwiseCopyable {
  /// The inputs' share, `[time × 3·padded]`.
  let x: Int
  let y: Int
  let weights: WeightPlace
  let recurrentBias: Operand
  let scratch: Int
  let activation: msk_function
  let gate: msk_function
  let shape: msk_recurrent

  @_noAllocation @_noLocks
  func run(_ c: Context) {
    unsafe msk_f32_gru_after(
      c.isa, c.result(y), c.operand(.arena(x)), c.packed(weights),
      c.operand(recurrentBias), c.result(scratch), activation, gate, shape)
  }
}

/// A GRU whose reset gate is applied before the recurrent product.
struct GRUBeforeStep: BitwiseCopyable {
  let x: Int
  let y: Int
  let weights: WeightPlace
  let candidateWeights: WeightPlace
  let scratch: Int
  let activation: msk_function
  let gate: msk_function
  let shape: msk_recurrent

  @_noAllocation @_noLocks
  func run(_ c: Context) {
    unsafe msk_f32_gru_before(
      c.isa, c.result(y), c.operand(.arena(x)), c.packed(weights), c.packed(candidateWeights),
      c.result(scratch), activation, gate, shape)
  }
}

extension GRU {
  func lower(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    if job.arithmetic != .float {
      try RecurrentCell.gru(self).lowerLoop(job, &planner)
      return
    }
    let lowering = RecurrentLowering(
      job: job, gates: 3, units: units, returnsSequence: returnsSequence,
      lanes: planner.instructionSet.lanes)
    let inputs = try lowering.emitInputs(weights: inputWeights, bias: inputBias, &planner)
    if let recurrentBias {
      planner.emit(
        .gruAfter(
          GRUAfterStep(
            x: inputs, y: planner.result(of: job),
            weights: try lowering.recurrent(recurrentWeights, gates: 0..<3, &planner),
            recurrentBias: .weights(try lowering.bias(recurrentBias, &planner).word),
            scratch: try planner.scratch(3, lowering.padded, job: job),
            activation: activation.function, gate: recurrentActivation.function,
            shape: lowering.shape(recurrentWeights))))
    } else {
      planner.emit(
        .gruBefore(
          GRUBeforeStep(
            x: inputs, y: planner.result(of: job),
            weights: try lowering.recurrent(recurrentWeights, gates: 0..<2, &planner),
            candidateWeights: try lowering.recurrent(recurrentWeights, gates: 2..<3, &planner),
            scratch: try planner.scratch(4, lowering.padded, job: job),
            activation: activation.function, gate: recurrentActivation.function,
            shape: lowering.shape(recurrentWeights))))
    }
  }
}
