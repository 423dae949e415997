// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

/// Adds windows into the images they overlap in.
struct ScatterStep: BitwiseCopyable {
  let x: Int
  let y: Int
  let bias: WeightPlace
  let batch: Int
  let shape: msk_scatter

  @_noAllocation @_noLocks
  func run(_ c: Context) {
    let windowCount = shape.kernel_height * shape.kernel_width * shape.filters
    let xCount = shape.in_height * shape.in_width * windowCount
    let yCount = shape.out_height * shape.out_width * shape.filters
    for image in 0..<batch {
      unsafe msk_f32_scatter(
        c.isa, c.result(y) + image * yCount, c.operand(.arena(x)) + image * xCount, c.floats(bias),
        shape)
    }
  }
}

extension TransposedConvolution {
  /// One product gives the windows of all inputs; adding them up where they overlap is the rest.
  func lower(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    let before: Extent2D
    do throws(ShapeError) {
      before = try self.before(over: job.shapes[0])
    } catch {
      throw .shape(node: job.name, error)
    }
    if job.arithmetic == .integer { return try lowerIntegers(job, before, &planner) }
    let (filters, input) = (weights.shape[0], job.shapes[0])
    let size = Extent2D(height: weights.shape[1], width: weights.shape[2])
    let positions = input[0] * input[1] * input[2]
    let windows = try planner.scratch(
      positions, size.height, size.width, filters, job: job)
    if positions > 0 {
      let taps = size.height * size.width
      try planner.emitProduct(
        try planner.operand(0, of: job), to: windows, rows: positions, weights: weights,
        order: order(taps: taps, lanes: planner.instructionSet.lanes), depth: input[3],
        columns: taps * filters, bias: .none, bounds: FusedActivation.none.bounds, name: job.name)
    }
    let bounds = activation.bounds
    planner.emit(
      .scatter(
        ScatterStep(
          x: windows, y: planner.result(of: job), bias: try planner.floats(bias, of: job.name),
          batch: input[0],
          shape: msk_scatter(
            in_height: input[1], in_width: input[2], out_height: outputSize.height,
            out_width: outputSize.width, filters: filters, kernel_height: size.height,
            kernel_width: size.width, stride_height: stride.height, stride_width: stride.width,
            before_height: before.height, before_width: before.width, low: bounds.low,
            high: bounds.high))))
  }

  /// Rows of the weights so that the filters of a tap are neighbours; surplus columns are zeros.
  private func order(taps: Int, lanes: Int) -> [Int32] {
    let filters = weights.shape[0]
    var order: [Int32] = []
    order.reserveCapacity((taps * filters).rounded(upTo: lanes))
    for tap in 0..<taps {
      for filter in 0..<filters { order.append(Int32(filter * taps + tap)) }
    }
    while order.count % lanes != 0 { order.append(-1) }
    return order
  }
}
