// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Dense {
  func lower(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    try planner.emitProduct(
      try planner.operand(0, of: job), to: planner.result(of: job), rows: job.shape.rows,
      weights: weights, order: nil, depth: weights.shape[1], columns: weights.shape[0],
      bias: try planner.floats(bias, of: job.name), bounds: activation.bounds, name: job.name)
  }
}
