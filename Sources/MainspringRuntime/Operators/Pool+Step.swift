// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

struct PoolStep: BitwiseCopyable {
  let x: Operand
  let y: Int
  let batch: Int
  let shape: msk_pool

  @_noAllocation @_noLocks
  func run(_ c: Context) {
    let xCount = shape.in_height * shape.in_width * shape.channels
    let yCount = shape.out_height * shape.out_width * shape.channels
    for image in 0..<batch {
      unsafe msk_f32_pool(
        c.isa, c.result(y) + image * yCount, c.operand(x) + image * xCount, shape)
    }
  }
}

struct IntegerPoolStep: BitwiseCopyable {
  let x: Operand
  let y: Int
  let batch: Int
  let shape: msk_integer_pool

  @_noAllocation @_noLocks
  func run(_ c: Context) {
    let size = shape.type == .s8 ? 1 : 2
    let xBytes = shape.in_height * shape.in_width * shape.channels * size
    let yBytes = shape.out_height * shape.out_width * shape.channels * size
    for image in 0..<batch {
      unsafe msk_int_pool(
        c.isa, c.rawResult(y) + image * yBytes, c.rawOperand(x) + image * xBytes, shape)
    }
  }
}

extension Pool {
  func lower(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    let (height, width): (WindowAxis, WindowAxis)
    do throws(ShapeError) {
      (height, width) = try window(over: job.shapes[0])
    } catch {
      throw .shape(node: job.name, error)
    }
    let input = job.shapes[0]
    if job.arithmetic == .integer { return try lowerIntegers(job, height, width, &planner) }
    let bounds = activation.bounds
    planner.emit(
      .pool(
        PoolStep(
          x: try planner.operand(0, of: job), y: planner.result(of: job), batch: input[0],
          shape: msk_pool(
            in_height: input[1], in_width: input[2], channels: input[3],
            out_height: job.shape[1], out_width: job.shape[2], size_height: size.height,
            size_width: size.width, stride_height: stride.height, stride_width: stride.width,
            before_height: height.before, before_width: width.before, average: kind == .average,
            low: bounds.low, high: bounds.high))))
  }

  /// Raw values: the result's scale and zero point ought to be the operand's.
  private func lowerIntegers(
    _ job: Job, _ height: WindowAxis, _ width: WindowAxis, _ planner: inout Planner
  ) throws(PlanError) {
    let (x, y) = try job.integers()
    // TensorFlow Lite's tolerance.
    guard kind == .maximum || x.zero == y.zero && abs(x.scale - y.scale) <= 1e-6 else {
      throw .quantization(
        node: job.name, role: "result", expected: "the operand's scale and zero point",
        found: "others")
    }
    let input = job.shapes[0]
    let (low, high) = activation.bounds(of: y)
    planner.emit(
      .integerPool(
        IntegerPoolStep(
          x: try planner.operand(0, of: job), y: planner.result(of: job), batch: input[0],
          shape: msk_integer_pool(
            in_height: input[1], in_width: input[2], channels: input[3],
            out_height: job.shape[1], out_width: job.shape[2], size_height: size.height,
            size_width: size.width, stride_height: stride.height, stride_width: stride.width,
            before_height: height.before, before_width: width.before, average: kind == .average,
            type: x.element, low: low, high: high))))
  }
}
