// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels

/// Sets a run of elements.
struct FillStep: BitwiseCopyable {
  let y: Int
  /// Elements from the result's start.
  var start: Int = 0
  let elementSize: Int
  let count: Int
  /// The element's bytes, lowest first.
  let value: UInt64

  @_noAllocation @_noLocks
  func run(_ c: Context) {
    unsafe msk_fill(c.rawResult(y) + start * elementSize, elementSize, count, value)
  }
}

/// Copies along axes; everything that only moves elements is one.
struct CopyStep: BitwiseCopyable {
  let x: Operand
  /// Elements from the operand's start; strides may be negative.
  let start: Int
  let y: Int
  /// Elements from the result's start.
  let target: Int
  let elementSize: Int
  let axes: AxesPlace

  @_noAllocation @_noLocks
  func run(_ c: Context) {
    unsafe msk_copy(
      c.rawResult(y) + target * elementSize, c.rawOperand(x) + start * elementSize, elementSize,
      c.axes(axes.place), axes.count)
  }
}

extension Planner {
  /// Copies unless there is nothing to copy.
  mutating func emitCopy(
    _ x: Operand, start: Int = 0, to y: Int, target: Int = 0, elementSize: Int, _ axes: Axes,
    name: String
  ) throws(PlanError) {
    if axes.isEmpty { return }
    emit(
      .copy(
        CopyStep(
          x: x, start: start, y: y, target: target, elementSize: elementSize,
          axes: try self.axes(axes, of: name))))
  }
}
