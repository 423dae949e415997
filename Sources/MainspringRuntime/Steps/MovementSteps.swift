// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels

/// Sets a run of elements.
struct FillStep: BitwiseCopyable {
  let y: Int
  let count: Int
  let value: Float

  @_noAllocation @_noLocks
  func run(_ c: Context) { unsafe msk_f32_fill(c.result(y), count, value) }
}

/// Copies along axes; everything that only moves elements is one.
struct CopyStep: BitwiseCopyable {
  let x: Operand
  /// Elements from the operand's start; strides may be negative.
  let start: Int
  let y: Int
  let axes: AxesPlace

  @_noAllocation @_noLocks
  func run(_ c: Context) {
    unsafe msk_f32_copy(c.result(y), c.operand(x) + start, c.axes(axes.place), axes.count)
  }
}

extension Planner {
  /// Copies unless there is nothing to copy.
  mutating func emitCopy(
    _ x: Operand, start: Int = 0, to y: Int, _ axes: Axes, name: String
  ) throws(PlanError) {
    if axes.isEmpty { return }
    emit(.copy(CopyStep(x: x, start: start, y: y, axes: try self.axes(axes, of: name))))
  }
}
