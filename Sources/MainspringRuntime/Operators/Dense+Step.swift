// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

/// A matrix product of integers.
struct IntegerProductStep: BitwiseCopyable {
  let x: Operand
  let y: Int
  let weights: WeightPlace
  let bias: WeightPlace
  let scales: WeightPlace
  let shape: msk_integer_gemm

  @_noAllocation @_noLocks
  func run(_ c: Context) { unsafe run(c, c.rawResult(y), c.rawOperand(x), shape) }

  @_noAllocation @_noLocks
  func run(
    _ c: Context, _ y: UnsafeMutableRawPointer, _ x: UnsafeRawPointer, _ shape: msk_integer_gemm
  ) {
    unsafe msk_int_gemm(
      c.isa, y, x, c.int8Table(weights), c.packed(bias), c.packed(scales), nil, shape)
  }

  /// Whether rows of several windows are rows of one product.
  var sharesWeights: Bool {
    @_noAllocation @_noLocks get { shape.rows == 1 && !x.isConstant }
  }

  @_noAllocation @_noLocks
  func run(_ c: Context, _ batch: msk_batch) {
    var shape = shape
    let byteStride = batch.stride * 4
    shape.rows = batch.count
    shape.x_stride = byteStride / shape.x.byteCount
    shape.y_stride = byteStride / shape.y.type.byteCount
    unsafe run(c, c.rawResult(y), c.rawOperand(x), shape)
  }
}

extension Dense {
  func lower(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    switch job.arithmetic {
    case .integer: try lowerIntegers(job, &planner)
    case .hybrid: try lowerHybrid(job, &planner)
    case .float:
      try planner.emitProduct(
        try planner.operand(0, of: job), to: planner.result(of: job), rows: job.shape.rows,
        weights: weights, order: nil, depth: weights.shape[1], columns: weights.shape[0],
        bias: try planner.floats(bias, of: job.name), bounds: activation.bounds, name: job.name)
    }
  }

  /// TensorFlow Lite's reference kernel multiplies these sums by a double.
  private func lowerIntegers(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    _ = try job.integers()
    try emit(
      from: try planner.operand(0, of: job), to: planner.result(of: job), job.type,
      rows: job.shape.rows, job, &planner)
  }

  /// A product of the first operand of an operator that is on integers.
  ///
  /// - Parameter type: of the result.
  func emit(
    from: Operand, to target: Int, _ type: ValueType, rows: Int, _ job: Job,
    _ planner: inout Planner
  ) throws(PlanError) {
    let x = try job.integer(0)
    let y = try IntegerType(type, node: job.name, role: "result")
    guard x.element == y.element else { throw job.refusal }
    let (units, depth) = (weights.shape[0], weights.shape[1])
    let checked = try IntegerWeights(weights, rows: units, scaleCounts: [1, units], job)
    let scaling = try planner.scaling(
      of: checked, bias: bias, activation: activation, x, y, real: true,
      excess: planner.excess(of: x), job)
    let packed = try planner.packed(checked, operand: x.element, segments: 1, length: depth, job)
    planner.emit(
      .integerProduct(
        IntegerProductStep(
          x: from, y: target, weights: packed.place, bias: scaling.bias,
          scales: scaling.scales,
          shape: msk_integer_gemm(
            rows: rows, columns: units, segments: 1, length: depth, x_stride: depth,
            y_stride: units, x: x.element, y: scaling.result))))
  }
}
