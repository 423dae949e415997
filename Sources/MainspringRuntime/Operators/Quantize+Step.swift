// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

/// Floats as integers.
struct QuantizeStep: BitwiseCopyable {
  let x: Operand
  let y: Int
  let count: Int
  let element: msk_integer
  let scale: Float
  let zero: Int32

  @_noAllocation @_noLocks
  func run(_ c: Context) { unsafe run(c, c.rawResult(y), c.operand(x), count) }

  @_noAllocation @_noLocks
  func run(_ c: Context, _ y: UnsafeMutableRawPointer, _ x: UnsafePointer<Float>, _ count: Int) {
    unsafe msk_quantize(c.isa, y, x, count, element, scale, zero)
  }
}

/// Integers as floats.
struct DequantizeStep: BitwiseCopyable {
  let x: Operand
  let y: Int
  let count: Int
  let element: msk_integer
  let scale: Float
  let zero: Int32

  @_noAllocation @_noLocks
  func run(_ c: Context) { unsafe run(c, c.result(y), c.rawOperand(x), count) }

  @_noAllocation @_noLocks
  func run(_ c: Context, _ y: UnsafeMutablePointer<Float>, _ x: UnsafeRawPointer, _ count: Int) {
    unsafe msk_dequantize(c.isa, y, x, count, element, scale, zero)
  }
}

extension Quantize {
  func lower(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    let y = try job.integerResult()
    guard !job.types[0].isFloat else {
      planner.emit(
        .quantize(
          QuantizeStep(
            x: try planner.operand(0, of: job), y: planner.result(of: job),
            count: job.shape.elementCount, element: y.element, scale: y.scale, zero: y.zero)))
      return
    }
    let x = try job.integer(0)
    let scale = try planner.scale(Double(x.scale) / Double(y.scale), of: "operand", job)
    try planner.emitRescale(
      msk_rescaling(
        x: x.element, x_zero: x.zero, y: y.element, zero: y.zero, low: y.low, high: y.high,
        positive: scale, negative: scale, sign: 1), job)
  }
}

extension Dequantize {
  func lower(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    let x = try job.integer(0)
    guard job.type.elementType == .float32 else { throw job.refusal }
    planner.emit(
      .dequantize(
        DequantizeStep(
          x: try planner.operand(0, of: job), y: planner.result(of: job),
          count: job.shape.elementCount, element: x.element, scale: x.scale, zero: x.zero)))
  }
}
