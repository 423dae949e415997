// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

/// A transposed convolution of integers.
struct IntegerTransposedStep: BitwiseCopyable {
  let x: Operand
  let y: Int
  let weights: WeightPlace
  let bias: WeightPlace
  let scales: WeightPlace
  let batch: Int
  /// Bytes between images.
  let imageStride: Int
  let resultStride: Int
  let shape: msk_integer_scatter

  @_noAllocation @_noLocks
  func run(_ c: Context) {
    for image in 0..<batch {
      unsafe msk_int_transposed(
        c.isa, c.rawResult(y) + image * resultStride, c.rawOperand(x) + image * imageStride,
        c.int8Table(weights), c.packed(bias), c.packed(scales), shape)
    }
  }
}

extension TransposedConvolution {
  func lowerIntegers(_ job: Job, _ before: Extent2D, _ planner: inout Planner) throws(PlanError) {
    let (x, y) = try job.integers()
    let (filters, input) = (weights.shape[0], job.shapes[0])
    let checked = try IntegerWeights(weights, rows: filters, scaleCounts: [1, filters], job)
    let scaling = try planner.scaling(
      of: checked, bias: bias, activation: activation, x, y, real: false, excess: 0, job)
    planner.emit(
      .integerTransposed(
        IntegerTransposedStep(
          x: try planner.operand(0, of: job), y: planner.result(of: job),
          weights: try planner.table(checked.values, of: job.name),
          bias: scaling.bias, scales: scaling.scales, batch: input[0],
          imageStride: input[1] * input[2] * input[3] * x.element.byteCount,
          resultStride: outputSize.height * outputSize.width * filters * y.element.byteCount,
          shape: msk_integer_scatter(
            in_height: input[1], in_width: input[2], channels: input[3],
            out_height: outputSize.height, out_width: outputSize.width, filters: filters,
            kernel_height: weights.shape[1], kernel_width: weights.shape[2],
            stride_height: stride.height, stride_width: stride.width,
            before_height: before.height, before_width: before.width, x: x.element,
            x_zero: x.zero, y: scaling.result))))
  }
}
