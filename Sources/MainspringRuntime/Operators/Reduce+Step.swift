// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

struct ReduceStep: BitwiseCopyable {
  let x: Operand
  let y: Int
  let reduction: msk_reduction
  let axes: AxesPlace
  let count: Int
  let divisor: Float

  @_noAllocation @_noLocks
  func run(_ c: Context) {
    unsafe msk_f32_reduce(
      c.isa, c.result(y), c.operand(x), reduction, c.axes(axes.place), axes.count, count, divisor)
  }
}

extension Reduce {
  func lower(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    let input = job.shapes[0]
    let inputStrides = input.strides
    // Strides of the result as if reduced axes had stayed; they do not move it.
    var strides = [Int](repeating: 0, count: input.rank)
    var (stride, divisor) = (1, 1)
    for axis in (0..<input.rank).reversed() {
      if self.axes.contains(axis) {
        divisor *= input[axis]
      } else {
        strides[axis] = stride
        stride *= input[axis]
      }
    }
    var axes = Axes()
    for axis in 0..<input.rank {
      axes.append(input[axis], y: strides[axis], a: inputStrides[axis])
    }
    planner.emit(
      .reduce(
        ReduceStep(
          x: try planner.operand(0, of: job), y: planner.result(of: job),
          reduction: reduction, axes: try planner.axes(axes, of: job.name),
          count: job.shape.elementCount, divisor: kind == .mean ? Float(divisor) : 1)))
  }

  private var reduction: msk_reduction {
    switch kind {
    case .mean, .sum: .reduce_sum
    case .maximum: .reduce_maximum
    case .minimum: .reduce_minimum
    }
  }
}
