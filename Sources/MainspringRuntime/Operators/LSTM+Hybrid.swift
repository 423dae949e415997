// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

extension LSTM {
  func lowerHybrid(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    let lowering = RecurrentLowering(
      job: job, gates: 4, units: units, returnsSequence: returnsSequence,
      lanes: planner.instructionSet.lanes)
    let order = lowering.order(0..<4)
    let inputs = try IntegerWeights(
      inputWeights, rows: 4 * units, scaleCounts: [4], role: "input weights", job)
    let recurrent = try IntegerWeights(
      recurrentWeights, rows: 4 * units, scaleCounts: [4], role: "recurrent weights", job)
    let x = try planner.emitHybridRows(
      try planner.operand(0, of: job),
      .apart(rows: lowering.time, length: inputs.depth, asymmetric: asymmetricInputs), job)
    let target = try planner.scratch(lowering.time, order.count, job: job)
    planner.emit(
      .hybridProduct(
        HybridProductStep(
          x: x, y: target,
          weights: try planner.hybrid(
            inputs, order: order, segments: 1, length: inputs.depth, job),
          bias: try lowering.bias(bias, &planner), offsets: .none, batch: 1, height: 1, groups: 1,
          imageStride: 0, rowStride: 0, groupChannels: 0,
          shape: msk_hybrid_gemm(
            rows: lowering.time, columns: order.count, segments: 1, length: inputs.depth,
            x_stride: inputs.depth, y_stride: order.count, row_step: 1, init_stride: 0,
            in_turn: false, low: -.infinity, high: .infinity))))
    planner.emit(
      .hybridLSTM(
        HybridLSTMStep(
          x: target, y: planner.result(of: job),
          weights: try planner.hybrid(
            recurrent, order: order, segments: 1, length: units, job),
          scratch: try planner.scratch(
            5 * lowering.padded + Arena.words(units, of: 1), job: job),
          activation: activation.function, gate: recurrentActivation.function, clip: cellClip,
          isAsymmetric: asymmetricInputs, shape: lowering.shape(recurrentWeights))))
  }
}
