// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

extension Transpose {
  func lower(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    let (from, to) = (job.shapes[0].strides, job.shape.strides)
    var axes = Axes()
    for axis in 0..<job.shape.rank {
      axes.append(job.shape[axis], y: to[axis], a: from[permutation[axis]])
    }
    try planner.emitCopy(
      try planner.operand(0, of: job), to: planner.result(of: job),
      elementSize: job.elementSize, axes, name: job.name)
  }
}

extension Slice {
  func lower(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    let (from, to) = (job.shapes[0].strides, job.shape.strides)
    var axes = Axes()
    var start = 0
    for axis in 0..<job.shape.rank {
      start += begin[axis] * from[axis]
      // A single element has no neighbour, and its stride may be any number.
      let step = count[axis] > 1 ? stride[axis] * from[axis] : 0
      axes.append(job.shape[axis], y: to[axis], a: step)
    }
    try planner.emitCopy(
      try planner.operand(0, of: job), start: start, to: planner.result(of: job),
      elementSize: job.elementSize, axes, name: job.name)
  }
}

extension Concatenate {
  func lower(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    try requireEqualTypes(job)
    let to = job.shape.strides
    var start = 0
    for (index, shape) in job.shapes.enumerated() {
      let from = shape.strides
      var axes = Axes()
      for other in 0..<shape.rank { axes.append(shape[other], y: to[other], a: from[other]) }
      try planner.emitCopy(
        try planner.operand(index, of: job), to: planner.result(of: job), target: start,
        elementSize: job.elementSize, axes, name: job.name)
      start += shape[axis] * to[axis]
    }
  }
}

extension Concatenate {
  /// TensorFlow Lite refuses int8 operands of other scales, and copies int16 whatever the scales.
  private func requireEqualTypes(_ job: Job) throws(PlanError) {
    guard job.arithmetic == .integer, job.type.elementType == .int8 else { return }
    let result = try job.integerResult()
    for index in job.inputs.indices {
      guard try job.integer(index) == result else {
        throw .quantization(
          node: job.name, role: job.role(index), expected: "the result's scale and zero point",
          found: "others")
      }
    }
  }
}

extension Pad {
  func lower(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    let (input, to) = (job.shapes[0], job.shape.strides)
    let from = input.strides
    let y = planner.result(of: job)
    planner.emit(
      .fill(
        FillStep(
          y: y, elementSize: job.elementSize, count: job.shape.elementCount,
          value: try border(of: job))))
    var axes = Axes()
    var start = 0
    for axis in 0..<input.rank {
      start += before[axis] * to[axis]
      axes.append(input[axis], y: to[axis], a: from[axis])
    }
    try planner.emitCopy(
      try planner.operand(0, of: job), to: y, target: start, elementSize: job.elementSize, axes,
      name: job.name)
  }

  /// The border's element: integers have the one that stands for the value.
  private func border(of job: Job) throws(PlanError) -> UInt64 {
    guard job.arithmetic == .integer else { return UInt64(value.bitPattern) }
    let type = try job.integer(0)
    guard value.isFinite else {
      throw .quantization(
        node: job.name, role: "border", expected: "a finite number",
        found: value.isNaN ? "not a number" : "infinity")
    }
    return type.element.bits(of: type.steps(value))
  }
}

extension Tile {
  func lower(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    let (input, to) = (job.shapes[0], job.shape.strides)
    let from = input.strides
    var axes = Axes()
    for axis in 0..<input.rank {
      axes.append(multiples[axis], y: to[axis] * input[axis], a: 0)
      axes.append(input[axis], y: to[axis], a: from[axis])
    }
    try planner.emitCopy(
      try planner.operand(0, of: job), to: planner.result(of: job),
      elementSize: job.elementSize, axes, name: job.name)
  }
}

extension Reverse {
  func lower(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    let strides = job.shape.strides
    var list = Axes()
    var start = 0
    for axis in 0..<job.shape.rank {
      let isReversed = axes.contains(axis)
      if isReversed { start += (job.shape[axis] - 1) * strides[axis] }
      list.append(
        job.shape[axis], y: strides[axis], a: isReversed ? -strides[axis] : strides[axis])
    }
    try planner.emitCopy(
      try planner.operand(0, of: job), start: start, to: planner.result(of: job),
      elementSize: job.elementSize, list, name: job.name)
  }
}
