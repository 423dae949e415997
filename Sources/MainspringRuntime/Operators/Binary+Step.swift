// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

/// A function of two operands, a condition on them, or a rectifier with slopes.
struct BinaryStep: BitwiseCopyable {
  let a: Operand
  let b: Operand
  let y: Int
  let pair: msk_pair
  let axes: AxesPlace
  let low: Float
  let high: Float

  @_noAllocation @_noLocks
  func run(_ c: Context) { unsafe run(c, c.result(y), c.operand(a), c.operand(b)) }

  @_noAllocation @_noLocks
  func run(
    _ c: Context, _ y: UnsafeMutablePointer<Float>, _ a: UnsafePointer<Float>,
    _ b: UnsafePointer<Float>
  ) {
    unsafe msk_f32_binary(c.isa, y, a, b, pair, c.axes(axes.place), axes.count, low, high)
  }
}

extension Planner {
  /// `pair` of two operands under broadcasting, the first of them the job's.
  mutating func emitBinary(
    _ pair: msk_pair, _ job: Job, b: Operand, bShape: Shape,
    bounds: (low: Float, high: Float) = FusedActivation.none.bounds
  ) throws(PlanError) {
    let axes = Axes(result: job.shape.extents, a: job.shapes[0].extents, b: bShape.extents)
    emit(
      .binary(
        BinaryStep(
          a: try operand(0, of: job), b: b, y: result(of: job), pair: pair,
          axes: try self.axes(axes, of: job.name), low: bounds.low, high: bounds.high)))
  }
}

extension Binary {
  func lower(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    if job.arithmetic == .integer { return try lowerIntegers(job, &planner) }
    try planner.emitBinary(
      pair, job, b: try planner.operand(1, of: job), bShape: job.shapes[1],
      bounds: activation.bounds)
  }

  var pair: msk_pair {
    switch function {
    case .add: .add
    case .subtract: .subtract
    case .multiply: .multiply
    case .divide: .divide
    case .maximum: .maximum
    case .minimum: .minimum
    case .squaredDifference: .squared_difference
    }
  }
}

extension Compare {
  func lower(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    if job.arithmetic == .integer { return try lowerIntegers(job, &planner) }
    try planner.emitBinary(
      pair, job, b: try planner.operand(1, of: job), bShape: job.shapes[1])
  }

  var pair: msk_pair {
    switch condition {
    case .less: .less
    case .lessOrEqual: .less_or_equal
    case .greater: .greater
    case .greaterOrEqual: .greater_or_equal
    }
  }
}

extension ParametricReLU {
  func lower(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    if job.arithmetic == .integer { return try lowerIntegers(job, &planner) }
    let place = try planner.floats(slope, of: job.name)
    try planner.emitBinary(
      .parametric_relu, job, b: .weights(place.word), bShape: slope.shape)
  }
}
