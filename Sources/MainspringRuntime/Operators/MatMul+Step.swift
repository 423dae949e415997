// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

struct MatMulStep: BitwiseCopyable {
  let a: Operand
  let b: Operand
  let y: Int
  let scratch: Int
  let axes: AxesPlace
  let shape: msk_matmul

  @_noAllocation @_noLocks
  func run(_ c: Context) {
    unsafe msk_f32_matmul(
      c.isa, c.result(y), c.operand(a), c.operand(b), c.result(scratch), c.axes(axes.place),
      axes.count, shape)
  }
}

/// A matrix product of two values of integers.
struct IntegerMatMulStep: BitwiseCopyable {
  let a: Operand
  let b: Operand
  let y: Int
  let aZero: Int32
  let bZero: Int32
  let scale: msk_scale
  let axes: AxesPlace
  let element: msk_integer
  let shape: msk_matmul
  let result: msk_integer_result

  @_noAllocation @_noLocks
  func run(_ c: Context) {
    unsafe msk_int_matmul(
      c.rawResult(y), c.rawOperand(a), c.rawOperand(b), aZero, bZero, scale, c.axes(axes.place),
      axes.count, shape, element, result)
  }
}

extension MatMul {
  func lower(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    let (a, b) = (job.shapes[0], job.shapes[1])
    let (aWidth, bWidth) = (a[a.rank - 1], b[b.rank - 1])
    let depth = transposesLeft ? a[a.rank - 2] : aWidth
    let (rows, columns) = (job.shape[job.shape.rank - 2], job.shape[job.shape.rank - 1])
    let shape = msk_matmul(
      rows: rows, columns: columns, depth: depth,
      a_row: transposesLeft ? 1 : aWidth, a_depth: transposesLeft ? aWidth : 1,
      b_depth: transposesRight ? 1 : bWidth, b_column: transposesRight ? bWidth : 1)
    // The matrices of a batch: strides in matrices, times their sizes.
    let batch = Array(job.shape.extents.dropLast(2))
    let aStrides = Axes.strides(Array(a.extents.dropLast(2)), in: batch)
    let bStrides = Axes.strides(Array(b.extents.dropLast(2)), in: batch)
    let yStrides = Axes.strides(batch, in: batch)
    var axes = Axes()
    for axis in batch.indices {
      axes.append(
        batch[axis], y: yStrides[axis] * rows * columns, a: aStrides[axis] * rows * depth,
        b: bStrides[axis] * depth * columns)
    }
    if job.arithmetic == .integer { return try lowerIntegers(job, axes, shape, &planner) }
    let paddedColumns = columns.rounded(upTo: planner.instructionSet.lanes)
    let (copied, overflow) = rows.addingReportingOverflow(paddedColumns)
    guard !overflow else { throw .tooLarge(node: job.name, memory: .activations) }
    planner.emit(
      .matMul(
        MatMulStep(
          a: try planner.operand(0, of: job), b: try planner.operand(1, of: job),
          y: planner.result(of: job), scratch: try planner.scratch(copied, depth, job: job),
          axes: try planner.axes(axes, of: job.name), shape: shape)))
  }

  private func lowerIntegers(
    _ job: Job, _ axes: Axes, _ shape: msk_matmul, _ planner: inout Planner
  ) throws(PlanError) {
    let (a, y) = try job.integers()
    let b = try job.integer(1)
    guard a.element == b.element else { throw job.refusal }
    let (isWide, limit) = (a.element == .s16, 1 << 15)
    guard shape.depth <= limit else {
      throw .quantization(
        node: job.name, role: "operand", expected: "at most \(limit) products in a sum",
        found: "\(shape.depth)")
    }
    let multiplier = Double(a.scale * b.scale) / Double(y.scale)
    planner.emit(
      .integerMatMul(
        IntegerMatMulStep(
          a: try planner.operand(0, of: job), b: try planner.operand(1, of: job),
          y: planner.result(of: job), aZero: a.zero, bZero: b.zero,
          scale: try planner.scale(
            multiplier, of: "operand", below: isWide ? 0x1p7 : 0x1p30, job),
          axes: try planner.axes(axes, of: job.name), element: a.element, shape: shape,
          result: msk_integer_result(
            type: y.element, scaling: .fixed, wide: isWide, zero: y.zero, low: y.low,
            high: y.high))))
  }
}
