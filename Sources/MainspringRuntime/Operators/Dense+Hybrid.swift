// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

extension Dense {
  func lowerHybrid(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    let rows = job.shape.rows
    try emitHybrid(
      from: try planner.operand(job.windows?.source ?? job.inputs[0], of: job.name),
      job.windows?.rows(rows, asymmetric: asymmetricInputs)
        ?? .apart(rows: rows, length: weights.shape[1], asymmetric: asymmetricInputs),
      to: planner.result(of: job), job, &planner)
  }

  /// A product of rows that lie in windows of `from`.
  func emitHybrid(
    from: Operand, _ windows: msk_hybrid_windows, to target: Int, _ job: Job,
    _ planner: inout Planner
  ) throws(PlanError) {
    let (rows, units, depth) = (windows.rows, weights.shape[0], weights.shape[1])
    let checked = try IntegerWeights(weights, rows: units, scaleCounts: [1, units], job)
    let x = try planner.emitHybridRows(from, windows, job)
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
