// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

extension Dense {
  func lowerHybrid(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    try emitHybrid(
      from: try planner.operand(0, of: job), to: planner.result(of: job), rows: job.shape.rows, job,
      &planner)
  }

  /// A product of an operator's first operand.
  func emitHybrid(
    from: Operand, to target: Int, rows: Int, _ job: Job, _ planner: inout Planner
  ) throws(PlanError) {
    let (units, depth) = (weights.shape[0], weights.shape[1])
    let checked = try IntegerWeights(weights, rows: units, scaleCounts: [1, units], job)
    let x = try planner.emitHybridRows(
      from, rows: rows, length: depth, asymmetric: asymmetricInputs, job)
    let bounds = activation.bounds
    planner.emit(
      .hybridProduct(
        HybridProductStep(
          x: x, y: target,
          weights: try planner.hybrid(checked, order: nil, segments: 1, length: depth, job),
          bias: try planner.floats(bias, of: job.name), offsets: .none, batch: 1, height: 1,
          groups: 1, imageStride: 0, rowStride: 0, groupChannels: 0,
          shape: msk_hybrid_gemm(
            rows: rows, columns: units, segments: 1, length: depth, x_stride: depth,
            y_stride: units, row_step: 1, init_stride: 0, in_turn: false, low: bounds.low,
            high: bounds.high))))
  }
}
