// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

struct ScaleShiftStep: BitwiseCopyable {
  let x: Operand
  let y: Int
  let scale: Operand
  let shift: Operand
  let rows: Int
  let channels: Int

  @_noAllocation @_noLocks
  func run(_ c: Context) { unsafe run(c, c.result(y), c.operand(x), rows: rows) }

  @_noAllocation @_noLocks
  func run(
    _ c: Context, _ y: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, rows: Int
  ) {
    unsafe msk_f32_scale_shift(
      c.isa, y, x, c.operand(scale), c.operand(shift), rows, channels)
  }
}

extension ScaleShift {
  func lower(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    let scale = try planner.floats(self.scale, of: job.name)
    let shift = try planner.floats(self.shift, of: job.name)
    planner.emit(
      .scaleShift(
        ScaleShiftStep(
          x: try planner.operand(0, of: job), y: planner.result(of: job),
          scale: .weights(scale.word), shift: .weights(shift.word), rows: job.shape.rows,
          channels: job.shape.channels)))
  }
}
