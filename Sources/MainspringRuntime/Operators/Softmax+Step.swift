// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

struct SoftmaxStep: BitwiseCopyable {
  let x: Operand
  let y: Int
  let rows: Int
  let channels: Int
  let beta: Float

  @_noAllocation @_noLocks
  func run(_ c: Context) {
    unsafe msk_f32_softmax(c.isa, c.result(y), c.operand(x), rows, channels, beta)
  }
}

struct LogSoftmaxStep: BitwiseCopyable {
  let x: Operand
  let y: Int
  let rows: Int
  let channels: Int

  @_noAllocation @_noLocks
  func run(_ c: Context) {
    unsafe msk_f32_log_softmax(c.isa, c.result(y), c.operand(x), rows, channels)
  }
}

extension Softmax {
  func lower(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    planner.emit(
      .softmax(
        SoftmaxStep(
          x: try planner.operand(0, of: job), y: planner.result(of: job), rows: job.shape.rows,
          channels: job.shape.channels, beta: beta)))
  }
}

extension LogSoftmax {
  func lower(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    planner.emit(
      .logSoftmax(
        LogSoftmaxStep(
          x: try planner.operand(0, of: job), y: planner.result(of: job), rows: job.shape.rows,
          channels: job.shape.channels)))
  }
}
