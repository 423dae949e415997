// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

/// Any function of int8: a table of its 256 values.
struct LookupStep: BitwiseCopyable {
  let x: Operand
  let y: Int
  let count: Int
  let table: WeightPlace

  @_noAllocation @_noLocks
  func run(_ c: Context) { unsafe run(c, c.rawResult(y), c.rawOperand(x), count) }

  @_noAllocation @_noLocks
  func run(_ c: Context, _ y: UnsafeMutableRawPointer, _ x: UnsafeRawPointer, _ count: Int) {
    unsafe msk_s8_lookup(
      c.isa, y.assumingMemoryBound(to: Int8.self), x.assumingMemoryBound(to: Int8.self), count,
      c.int8Table(table))
  }
}

/// Integers of another scale, those below zero by a scale of their own.
struct RescaleStep: BitwiseCopyable {
  let x: Operand
  let y: Int
  let count: Int
  let rescaling: msk_rescaling

  @_noAllocation @_noLocks
  func run(_ c: Context) { unsafe run(c, c.rawResult(y), c.rawOperand(x), count) }

  @_noAllocation @_noLocks
  func run(_ c: Context, _ y: UnsafeMutableRawPointer, _ x: UnsafeRawPointer, _ count: Int) {
    unsafe msk_int_rescale(c.isa, y, x, count, rescaling)
  }
}

/// The logistic function or tanh of int16.
struct SigmoidStep: BitwiseCopyable {
  let x: Operand
  let y: Int
  let count: Int
  let isTanh: Bool
  let multiplier: Int32
  let shift: Int32
  let table: WeightPlace

  @_noAllocation @_noLocks
  func run(_ c: Context) { unsafe run(c, c.rawResult(y), c.rawOperand(x), count) }

  @_noAllocation @_noLocks
  func run(_ c: Context, _ y: UnsafeMutableRawPointer, _ x: UnsafeRawPointer, _ count: Int) {
    let table = unsafe c.packed(table).assumingMemoryBound(to: UInt16.self)
    let x = unsafe x.assumingMemoryBound(to: Int16.self)
    let y = unsafe y.assumingMemoryBound(to: Int16.self)
    if isTanh {
      unsafe msk_s16_tanh(y, x, count, multiplier, shift, table)
    } else {
      unsafe msk_s16_logistic(y, x, count, multiplier, shift, table)
    }
  }
}

extension Unary {
  func lowerIntegers(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    let (x, y) = try job.integers()
    switch function {
    case .relu: try emitRectifier(x, y, low: 0, high: .infinity, slope: 1, job, &planner)
    case .relu6: try emitRectifier(x, y, low: 0, high: 6, slope: 1, job, &planner)
    case .reluN1To1 where x.element == .s8:
      try emitRectifier(x, y, low: -1, high: 1, slope: 1, job, &planner)
    case .leakyReLU(let slope):
      try emitRectifier(x, y, low: -.infinity, high: .infinity, slope: slope, job, &planner)
    case .abs: try emitMagnitude(x, y, job, &planner)
    case .logistic, .tanh:
      if x.element == .s16 {
        try job.requireResult(y, scale: 0x1p-15, zero: 0)
        try emitSigmoid(x, job, &planner)
      } else {
        if function == .logistic { try job.requireResult(y, scale: 0x1p-8, zero: -128) }
        try emitTable(x, y, job, &planner)
      }
    case .elu, .exp, .log, .gelu:
      guard x.element == .s8 else { throw job.refusal }
      try emitTable(x, y, job, &planner)
    case .hardSwish where x.element == .s8: try emitHardSwish(x, y, job, &planner)
    case .reciprocalSquareRoot where x.element == .s8:
      try emitReciprocalSquareRoot(x, y, job, &planner)
    case .reluN1To1, .negate, .square, .squareRoot, .reciprocalSquareRoot, .hardSwish:
      throw job.refusal
    }
  }

  private func emit(
    _ job: Job, _ planner: inout Planner, fill: (UnsafeMutablePointer<Int8>) -> Void
  ) throws(PlanError) {
    var table = [Int8](repeating: 0, count: 256)
    unsafe table.withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress { unsafe fill(base) }
    }
    planner.emit(
      .lookup(
        LookupStep(
          x: try planner.operand(0, of: job), y: planner.result(of: job),
          count: job.shape.elementCount, table: try planner.table(table, of: job.name))))
  }

  private func emitTable(
    _ x: IntegerType, _ y: IntegerType, _ job: Job, _ planner: inout Planner
  ) throws(PlanError) {
    unsafe try emit(job, &planner) {
      unsafe msk_s8_table($0, function.function.code, x.affine, y.affine)
    }
  }

  /// Multipliers are quotients in single precision; bounds are `QuantizedReluX`'s.
  private func emitRectifier(
    _ x: IntegerType, _ y: IntegerType, low: Float, high: Float, slope: Float, _ job: Job,
    _ planner: inout Planner
  ) throws(PlanError) {
    guard slope.isFinite else {
      throw .quantization(
        node: job.name, role: "slope", expected: "a finite number", found: "another")
    }
    let negative = slope == 1 || slope == -1 ? x.scale / y.scale : x.scale * abs(slope) / y.scale
    let rescaling = msk_rescaling(
      x: x.element, x_zero: x.zero, y: y.element, zero: y.zero,
      low: low.isFinite ? y.steps(low) : y.low, high: high.isFinite ? y.steps(high) : y.high,
      positive: try planner.scale(Double(x.scale / y.scale), of: "operand", job),
      negative: try planner.scale(Double(negative), of: "operand", job), sign: slope < 0 ? -1 : 1)
    try planner.emitRescale(rescaling, job)
  }

  /// |x| is scaled: a negative multiplier turns what is below zero around before it is rounded.
  private func emitMagnitude(
    _ x: IntegerType, _ y: IntegerType, _ job: Job, _ planner: inout Planner
  ) throws(PlanError) {
    let scale = try planner.scale(Double(x.scale / y.scale), of: "operand", job)
    try planner.emitRescale(
      msk_rescaling(
        x: x.element, x_zero: x.zero, y: y.element, zero: y.zero, low: y.low, high: y.high,
        positive: scale, negative: msk_scale(multiplier: -scale.multiplier, shift: scale.shift),
        sign: 1), job)
  }

  private func emitHardSwish(
    _ x: IntegerType, _ y: IntegerType, _ job: Job, _ planner: inout Planner
  ) throws(PlanError) {
    let fine = x.scale * 0x1p-7
    let result = try planner.scale(Double(fine / y.scale), of: "operand", below: 1, job)
    let rectifier = try planner.scale(Double(fine / (3 * 0x1p-15)), of: "operand", job)
    unsafe try emit(job, &planner) {
      unsafe msk_s8_hard_swish_table($0, x.affine, y.affine, result, rectifier)
    }
  }

  private func emitReciprocalSquareRoot(
    _ x: IntegerType, _ y: IntegerType, _ job: Job, _ planner: inout Planner
  ) throws(PlanError) {
    // The kernels' square root: a processor without one needs no library for it.
    var (operand, root): (Float, Float) = (x.scale, 0)
    unsafe msk_f32_map(.scalar, &root, &operand, 1, Unary.Function.squareRoot.function)
    root *= y.scale
    // The table scales by 2⁻²⁰ of this.
    let scale = try planner.scale(1 / Double(root), of: "operand", job)
    guard scale.shift >= -11 else {
      throw .quantization(
        node: job.name, role: "operand", expected: "scales whose quotient is large enough",
        found: "one below 2^-11")
    }
    unsafe try emit(job, &planner) {
      unsafe msk_s8_reciprocal_square_root_table($0, x.affine, y.affine, scale)
    }
  }

  /// Steps of 1/12288 for the table: a power-of-two scale needs no rounding, and kernels take one
  /// for it whose logarithm is off by less than a thousandth.
  private func emitSigmoid(
    _ x: IntegerType, _ job: Job, _ planner: inout Planner
  ) throws(PlanError) {
    let isTanh = function == .tanh
    var (multiplier, shift): (Int32, Int32) = (0, 0)
    let isAbove = Double(x.scale.significand) < Unary.nextToOne
    let isBelow = Double(x.scale.significand) * Unary.nextToOne > 2
    let left = 12 + Int32(x.scale.exponent) + (isBelow ? 1 : 0)
    if isAbove || isBelow, left == 0 || (isTanh && left == 1) {
      multiplier = 3 << left
    } else {
      var scale = Double(x.scale) * 4096 * 3
      guard scale < 32768 else {
        throw .quantization(
          node: job.name, role: "operand", expected: "a scale below 8/3", found: "a larger one")
      }
      while scale <= 32767.0 / 2, shift <= 30 {
        shift += 1
        scale *= 2
      }
      multiplier = Int32(scale)
    }
    var table = [UInt16](repeating: 0, count: 256)
    unsafe table.withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress { unsafe msk_s16_sigmoid_table(base) }
    }
    planner.emit(
      .sigmoid(
        SigmoidStep(
          x: try planner.operand(0, of: job), y: planner.result(of: job),
          count: job.shape.elementCount, isTanh: isTanh, multiplier: multiplier, shift: shift,
          table: try planner.table(table, of: job.name))))
  }

  /// 2^0.001
  private static let nextToOne = 1.000693387462581
}

extension Planner {
  /// A rescaling, of int8 to int8 by a table.
  mutating func emitRescale(_ rescaling: msk_rescaling, _ job: Job) throws(PlanError) {
    let (x, y, count) = (try operand(0, of: job), result(of: job), job.shape.elementCount)
    guard rescaling.x == .s8, rescaling.y == .s8 else {
      emit(.rescale(RescaleStep(x: x, y: y, count: count, rescaling: rescaling)))
      return
    }
    var values = [Int8](repeating: 0, count: 256)
    unsafe values.withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress { unsafe msk_s8_rescaling_table(base, rescaling) }
    }
    emit(.lookup(LookupStep(x: x, y: y, count: count, table: try table(values, of: job.name))))
  }
}
