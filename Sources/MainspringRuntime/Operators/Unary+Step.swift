// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

struct MapStep: BitwiseCopyable {
  let x: Operand
  let y: Int
  let count: Int
  let function: msk_function

  @_noAllocation @_noLocks
  func run(_ c: Context) { unsafe run(c, c.result(y), c.operand(x), count) }

  @_noAllocation @_noLocks
  func run(_ c: Context, _ y: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, _ count: Int)
  {
    unsafe msk_f32_map(c.isa, y, x, count, function)
  }
}

extension Unary {
  func lower(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    if job.arithmetic == .integer { return try lowerIntegers(job, &planner) }
    planner.emit(
      .map(
        MapStep(
          x: try planner.operand(0, of: job), y: planner.result(of: job),
          count: job.shape.elementCount, function: function.function)))
  }
}
