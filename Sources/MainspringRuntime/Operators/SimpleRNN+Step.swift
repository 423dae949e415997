// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

struct SimpleRNNStep: BitwiseCopyable {
  /// The inputs' share, `[time × padded]`.
  let x: Int
  let y: Int
  let weights: WeightPlace
  let scratch: Int
  let activation: msk_function
  let shape: msk_recurrent

  @_noAllocation @_noLocks
  func run(_ c: Context) {
    unsafe msk_f32_rnn(
      c.isa, c.result(y), c.operand(.arena(x)), c.packed(weights), c.result(scratch), activation,
      shape)
  }
}

extension SimpleRNN {
  func lower(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    if job.arithmetic != .float {
      try RecurrentCell.simpleRNN(self).lowerLoop(job, &planner)
      return
    }
    let lowering = RecurrentLowering(
      job: job, gates: 1, units: units, returnsSequence: returnsSequence,
      lanes: planner.instructionSet.lanes)
    let inputs = try lowering.emitInputs(weights: inputWeights, bias: bias, &planner)
    planner.emit(
      .simpleRNN(
        SimpleRNNStep(
          x: inputs, y: planner.result(of: job),
          weights: try lowering.recurrent(recurrentWeights, gates: 0..<1, &planner),
          scratch: try planner.scratch(lowering.padded, job: job),
          activation: activation.function, shape: lowering.shape(recurrentWeights))))
  }
}
