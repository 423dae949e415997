// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

struct SelectStep: BitwiseCopyable {
  let condition: Operand
  let a: Operand
  let b: Operand
  let y: Int
  let elementSize: Int
  let axes: AxesPlace

  @_noAllocation @_noLocks
  func run(_ c: Context) {
    unsafe msk_select(
      c.rawResult(y), c.operand(condition), c.rawOperand(a), c.rawOperand(b), elementSize,
      c.axes(axes.place), axes.count)
  }
}

extension Select {
  func lower(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    let axes = Axes(
      result: job.shape.extents, a: job.shapes[0].extents, b: job.shapes[1].extents,
      c: job.shapes[2].extents)
    planner.emit(
      .select(
        SelectStep(
          condition: try planner.operand(0, of: job), a: try planner.operand(1, of: job),
          b: try planner.operand(2, of: job), y: planner.result(of: job),
          elementSize: job.elementSize, axes: try planner.axes(axes, of: job.name))))
  }
}
