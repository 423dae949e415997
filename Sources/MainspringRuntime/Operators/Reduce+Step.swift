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

/// A reduction of integers: sums or raw extremes, then the result of them.
struct IntegerReduceStep: BitwiseCopyable {
  let x: Operand
  let y: Int
  let sums: Int
  let element: msk_integer
  let reduction: msk_reduction
  let axes: AxesPlace
  let count: Int
  /// Subtracted from a sum before it is scaled.
  let start: Int32
  let scale: msk_scale
  let zero: Int32

  @_noAllocation @_noLocks
  func run(_ c: Context) {
    unsafe msk_int_reduce(
      c.isa, c.int32Result(sums), c.rawOperand(x), element, reduction, c.axes(axes.place),
      axes.count,
      count)
    unsafe msk_int_finish(
      c.isa, c.rawResult(y), c.int32Result(sums), count, start, scale, element, zero)
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
    if job.arithmetic == .integer {
      return try lowerIntegers(job, axes, divisor: divisor, &planner)
    }
    planner.emit(
      .reduce(
        ReduceStep(
          x: try planner.operand(0, of: job), y: planner.result(of: job),
          reduction: reduction, axes: try planner.axes(axes, of: job.name),
          count: job.shape.elementCount, divisor: kind == .mean ? Float(divisor) : 1)))
  }

  private func lowerIntegers(
    _ job: Job, _ axes: Axes, divisor: Int, _ planner: inout Planner
  ) throws(PlanError) {
    let (x, y) = try job.integers()
    var (start, zero) = (x.zero, y.zero)
    var scale = try planner.scale(Double(x.scale) / Double(y.scale), of: "operand", job)
    switch kind {
    case .sum, .mean:
      let limit = x.element == .s8 ? 1 << 23 : 1 << 16
      guard divisor <= limit else {
        throw .quantization(
          node: job.name, role: "operand", expected: "at most \(limit) elements in a sum",
          found: "\(divisor)")
      }
      start = x.zero &* Int32(divisor)
      if kind == .mean { scale = scale.divided(by: divisor) }
    case .maximum, .minimum:
      // Raw values, whatever the scales.
      (start, zero) = (0, 0)
      scale = msk_scale(multiplier: 1 << 30, shift: 1)
    }
    planner.emit(
      .integerReduce(
        IntegerReduceStep(
          x: try planner.operand(0, of: job), y: planner.result(of: job),
          sums: try planner.scratch(job.shape.elementCount, job: job), element: x.element,
          reduction: reduction, axes: try planner.axes(axes, of: job.name),
          count: job.shape.elementCount, start: start, scale: scale, zero: zero)))
  }

  private var reduction: msk_reduction {
    switch kind {
    case .mean, .sum: .reduce_sum
    case .maximum: .reduce_maximum
    case .minimum: .reduce_minimum
    }
  }
}

extension msk_scale {
  /// The scale of a mean, as TensorFlow Lite's reference kernel divides it.
  fileprivate func divided(by count: Int) -> msk_scale {
    guard count > 1 else { return self }
    let logarithm = Int32(Int.bitWidth - 1 - count.leadingZeroBitCount)
    let left = min(logarithm, 32, 31 + shift)
    return msk_scale(
      multiplier: Int32((Int64(multiplier) << Int64(left)) / Int64(count)), shift: shift - left)
  }
}
