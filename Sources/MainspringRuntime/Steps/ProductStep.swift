// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

/// A matrix product with packed weights, one row after the other.
struct ProductStep: BitwiseCopyable {
  let x: Operand
  let y: Int
  let weights: WeightPlace
  let bias: WeightPlace
  let shape: msk_gemm

  @_noAllocation @_noLocks
  func run(_ c: Context) { unsafe run(c, c.result(y), c.operand(x), shape) }

  @_noAllocation @_noLocks
  func run(
    _ c: Context, _ y: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, _ shape: msk_gemm
  ) {
    unsafe msk_f32_gemm(c.isa, y, x, c.packed(weights), c.floats(bias), nil, shape)
  }
}

/// A product of a single row, whose weights are packed in wider blocks.
struct RowProductStep: BitwiseCopyable {
  let x: Operand
  let y: Int
  let weights: WeightPlace
  let bias: WeightPlace
  let element: msk_element
  let depth: Int
  let columns: Int
  let low: Float
  let high: Float

  @_noAllocation @_noLocks
  func run(_ c: Context) {
    unsafe msk_f32_gemv(
      c.isa, c.result(y), c.operand(x), c.packed(weights), c.floats(bias), element, depth, columns,
      low, high, false)
  }

  @_noAllocation @_noLocks
  func run(_ c: Context, _ batch: msk_batch) {
    unsafe msk_f32_gemv_batch(
      c.isa, c.result(y), c.operand(x), c.packed(weights), c.floats(bias), element, depth, columns,
      low, high, batch)
  }
}

extension Planner {
  /// y = clamp(x · Wᵀ + b) for a matrix of weights whose rows are given; the result has as many
  /// columns as there are rows, unless `columns` are fewer.
  mutating func emitProduct(
    _ x: Operand, to y: Int, rows: Int, weights tensor: Tensor, order: [Int32]?, depth: Int,
    columns: Int, bias: WeightPlace, bounds: (low: Float, high: Float), name: String
  ) throws(PlanError) {
    let isRow = rows == 1
    let set = instructionSet
    let width = isRow ? msk_gemv_width(set.code) : msk_gemm_width(set.code)
    let place = try packed(
      tensor,
      Packing(
        rows: order, rowCount: tensor.shape.elementCount / max(depth, 1), rowStride: depth,
        columns: columns.rounded(upTo: set.lanes), depth: depth, width: width), of: name)
    if isRow {
      emit(
        .rowProduct(
          RowProductStep(
            x: x, y: y, weights: place, bias: bias, element: tensor.kernelElement, depth: depth,
            columns: columns, low: bounds.low, high: bounds.high)))
    } else {
      emit(
        .product(
          ProductStep(
            x: x, y: y, weights: place, bias: bias,
            shape: msk_gemm(
              rows: rows, columns: columns, segments: 1, length: depth, x_stride: depth,
              y_stride: columns, low: bounds.low, high: bounds.high,
              element: tensor.kernelElement))))
    }
  }
}
