// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

/// A function of two integers, or a condition on them.
struct IntegerBinaryStep: BitwiseCopyable {
  let a: Operand
  let b: Operand
  let y: Int
  let pair: msk_integer_pair
  let axes: AxesPlace

  @_noAllocation @_noLocks
  func run(_ c: Context) { unsafe run(c, c.rawResult(y), c.rawOperand(a), c.rawOperand(b)) }

  @_noAllocation @_noLocks
  func run(
    _ c: Context, _ y: UnsafeMutableRawPointer, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer
  ) {
    unsafe msk_int_binary(c.isa, y, a, b, pair, c.axes(axes.place), axes.count)
  }
}

extension msk_integer_pair {
  /// A pair whose results are clamped to all of their type; scales are still to be set.
  init(_ pair: msk_pair, _ a: IntegerType, _ b: IntegerType, _ y: IntegerType?) {
    let none = msk_scale(multiplier: 0, shift: 0)
    self.init(
      pair: pair, x: a.element, y: y?.element ?? a.element, a_zero: a.zero, b_zero: b.zero,
      zero: y?.zero ?? 0, shift: 0, a: none, b: none, result: none, low: y?.low ?? a.low,
      high: y?.high ?? a.high)
  }
}

extension Planner {
  mutating func emitIntegers(
    _ pair: msk_integer_pair, _ job: Job, b: Operand, bShape: Shape
  ) throws(PlanError) {
    let axes = Axes(result: job.shape.extents, a: job.shapes[0].extents, b: bShape.extents)
    emit(
      .integerBinary(
        IntegerBinaryStep(
          a: try operand(0, of: job), b: b, y: result(of: job), pair: pair,
          axes: try self.axes(axes, of: job.name))))
  }

  /// Scales of two operands in steps they share: twice the larger scale.
  fileprivate func share(
    _ pair: inout msk_integer_pair, _ a: IntegerType, _ b: IntegerType, _ job: Job
  ) throws(PlanError) -> Double {
    let twice = Double(2 * max(a.scale, b.scale))
    pair.a = try scale(Double(a.scale) / twice, of: "operand", job)
    pair.b = try scale(Double(b.scale) / twice, of: "operand", job)
    return twice
  }
}

extension Binary {
  func lowerIntegers(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    let (a, y) = try job.integers()
    let b = try job.integer(1)
    guard a.element == b.element else { throw job.refusal }
    var pair = msk_integer_pair(self.pair, a, b, y)
    (pair.low, pair.high) = activation.bounds(of: y)
    switch function {
    case .add, .subtract:
      pair.shift = a.element == .s8 ? 20 : 15
      let steps = Double(Int64(1) << Int64(pair.shift))
      let twice = try planner.share(&pair, a, b, job)
      // Sums fit 32 bits only while this scale does not move them left.
      pair.result = try planner.scale(
        twice / (steps * Double(y.scale)), of: "result", below: function == .add ? 1 : 0x1p30, job)
    case .squaredDifference:
      guard a.element == .s8 else { throw job.refusal }
      pair.shift = 7
      let twice = try planner.share(&pair, a, b, job)
      pair.result = try planner.scale(
        twice * twice / (0x1p14 * Double(y.scale)), of: "result", below: 1, job)
    case .multiply:
      pair.result = try planner.scale(
        Double(a.scale * b.scale / y.scale), of: "result", job)
    case .divide:
      pair.result = try planner.scale(
        Double(a.scale / (b.scale * y.scale)), of: "result", job)
    case .maximum, .minimum:
      // Raw values: the result's scale and zero point ought to be the operands'.
      pair.zero = 0
    }
    try planner.emitIntegers(
      pair, job, b: try planner.operand(1, of: job), bShape: job.shapes[1])
  }
}

extension Compare {
  func lowerIntegers(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    let (a, b) = (try job.integer(0), try job.integer(1))
    guard a.element == .s8, b.element == .s8, job.type.isFloat else { throw job.refusal }
    var pair = msk_integer_pair(self.pair, a, b, nil)
    pair.shift = 8
    pair.a = try planner.scale(Double(a.scale), of: "operand", job)
    pair.b = try planner.scale(Double(b.scale), of: "operand", job)
    try planner.emitIntegers(
      pair, job, b: try planner.operand(1, of: job), bShape: job.shapes[1])
  }
}

extension ParametricReLU {
  func lowerIntegers(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    let (x, y) = try job.integers()
    guard case .int8(let values) = slope.elements else {
      throw .elementType(node: job.name, role: "slope", slope.elementType)
    }
    let alpha = try IntegerType(
      ValueType(.int8, slope.quantization), node: job.name, role: "slope")
    var pair = msk_integer_pair(.parametric_relu, x, alpha, y)
    pair.a = try planner.scale(Double(x.scale / y.scale), of: "operand", job)
    pair.b = try planner.scale(Double(x.scale * alpha.scale / y.scale), of: "slope", job)
    let place = try planner.table(values, of: job.name)
    try planner.emitIntegers(pair, job, b: .weights(place.word), bShape: slope.shape)
  }
}
