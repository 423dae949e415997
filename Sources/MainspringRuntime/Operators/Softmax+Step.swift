// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

struct SoftmaxStep: BitwiseCopyable {
  let x: Operand
  let y: Int
  let rows: Int
  let channels: Int
  let beta: Float

  @_noAllocation @_noLocks
  func run(_ c: Context) {
    unsafe msk_f32_softmax(c.isa, c.result(y), c.operand(x), rows, channels, beta)
  }
}

struct LogSoftmaxStep: BitwiseCopyable {
  let x: Operand
  let y: Int
  let rows: Int
  let channels: Int

  @_noAllocation @_noLocks
  func run(_ c: Context) {
    unsafe msk_f32_log_softmax(c.isa, c.result(y), c.operand(x), rows, channels)
  }
}

struct IntegerSoftmaxStep: BitwiseCopyable {
  let x: Operand
  let y: Int
  let rows: Int
  let channels: Int
  let powers: WeightPlace

  @_noAllocation @_noLocks
  func run(_ c: Context) {
    unsafe msk_s8_softmax(
      c.isa, c.int8Result(y), c.int8Operand(x), rows, channels,
      c.packed(powers).assumingMemoryBound(to: Int32.self))
  }
}

struct IntegerLogSoftmaxStep: BitwiseCopyable {
  let x: Operand
  let y: Int
  let rows: Int
  let channels: Int
  let scale: msk_scale
  let reverse: msk_scale
  let lowest: Int32

  @_noAllocation @_noLocks
  func run(_ c: Context) {
    unsafe msk_s8_log_softmax(
      c.int8Result(y), c.int8Operand(x), rows, channels, scale, reverse, lowest)
  }
}

/// A softmax of int16.
struct ShortSoftmaxStep: BitwiseCopyable {
  let x: Operand
  let y: Int
  let rows: Int
  let channels: Int
  let scale: msk_scale
  let tables: WeightPlace

  @_noAllocation @_noLocks
  func run(_ c: Context) {
    unsafe msk_s16_softmax(
      c.int16Result(y), c.int16Operand(x), rows, channels, scale,
      c.packed(tables).assumingMemoryBound(to: Int16.self))
  }
}

extension Softmax {
  func lower(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    if job.arithmetic == .integer { return try lowerIntegers(job, &planner) }
    planner.emit(
      .softmax(
        SoftmaxStep(
          x: try planner.operand(0, of: job), y: planner.result(of: job), rows: job.shape.rows,
          channels: job.shape.channels, beta: beta)))
  }

  private func lowerIntegers(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    let (x, y) = try job.integers()
    guard beta.isFinite, beta > 0 else {
      throw .quantization(
        node: job.name, role: "beta", expected: "a finite number above 0", found: "another")
    }
    let (rows, channels) = (job.shape.rows, job.shape.channels)
    if x.element == .s16 {
      try job.requireResult(y, scale: 0x1p-15, zero: 0)
      var tables = [Int16](repeating: 0, count: 2 * 513)
      unsafe tables.withUnsafeMutableBufferPointer { buffer in
        if let base = buffer.baseAddress { unsafe msk_s16_softmax_tables(base) }
      }
      // Differences in 65536ths of 10.
      let steps = Double(x.scale * beta) / (10.0 / 65535.0)
      planner.emit(
        .shortSoftmax(
          ShortSoftmaxStep(
            x: try planner.operand(0, of: job), y: planner.result(of: job), rows: rows,
            channels: channels, scale: try planner.scale(steps, of: "operand", below: 0x1p14, job),
            tables: try planner.table(tables, of: job.name))))
      return
    }
    try job.requireResult(y, scale: 0x1p-8, zero: -128)
    let (scale, lowest) = try planner.differences(Double(beta) * Double(x.scale), job)
    var powers = [Int32](repeating: 0, count: 256)
    unsafe powers.withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress { unsafe msk_s8_softmax_table(base, scale, lowest) }
    }
    planner.emit(
      .integerSoftmax(
        IntegerSoftmaxStep(
          x: try planner.operand(0, of: job), y: planner.result(of: job), rows: rows,
          channels: channels, powers: try planner.table(powers, of: job.name))))
  }
}

extension LogSoftmax {
  func lower(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    if job.arithmetic == .integer { return try lowerIntegers(job, &planner) }
    planner.emit(
      .logSoftmax(
        LogSoftmaxStep(
          x: try planner.operand(0, of: job), y: planner.result(of: job), rows: job.shape.rows,
          channels: job.shape.channels)))
  }

  private func lowerIntegers(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    let (x, y) = try job.integers()
    guard x.element == .s8 else { throw job.refusal }
    try job.requireResult(y, scale: 0x1p-4, zero: 127)
    let (scale, lowest) = try planner.differences(Double(x.scale), job)
    let steps = Double(Int64(1) << Int64(31 - scale.shift)) / Double(scale.multiplier)
    planner.emit(
      .integerLogSoftmax(
        IntegerLogSoftmaxStep(
          x: try planner.operand(0, of: job), y: planner.result(of: job), rows: job.shape.rows,
          channels: job.shape.channels, scale: scale,
          reverse: try planner.scale(steps, of: "operand", below: 1, job), lowest: lowest)))
  }
}

extension Job {
  /// - Throws: `PlanError` unless the result has the scale and zero point its kernel gives it.
  func requireResult(_ y: IntegerType, scale: Float, zero: Int32) throws(PlanError) {
    guard abs(y.scale - scale) <= scale / 1000, y.zero == zero else {
      throw .quantization(
        node: name, role: "result",
        expected: "a scale of 2^\(scale.exponent) and zero point \(zero)", found: "others")
    }
  }
}

extension Planner {
  /// Differences of int8 in steps of `unit`, scaled to 26 fractional bits, and the smallest one that
  /// still fits: TensorFlow Lite's `PreprocessSoftmaxScaling` and `CalculateInputRadius`.
  fileprivate func differences(
    _ unit: Double, _ job: Job
  ) throws(PlanError) -> (scale: msk_scale, lowest: Int32) {
    let multiplier = min(unit * 0x1p26, 0x1p31 - 1)
    guard multiplier > 1 else {
      throw .quantization(
        node: job.name, role: "operand", expected: "a scale above 2^-26", found: "one below it")
    }
    // Beyond 2³⁰ the shift is 31, which takes everything but 0 below the smallest difference.
    let scale = msk_scale(multiplier / 2) ?? msk_scale(multiplier: 0, shift: 0)
    let shift = scale.shift + 1
    let lowest = Int32(31 * 0x1p26 / Double(Int64(1) << Int64(shift)))
    return (msk_scale(multiplier: scale.multiplier, shift: shift), -lowest)
  }
}
