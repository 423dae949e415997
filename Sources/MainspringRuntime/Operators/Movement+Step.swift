// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Transpose {
  func lower(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    let (from, to) = (job.shapes[0].strides, job.shape.strides)
    var axes = Axes()
    for axis in 0..<job.shape.rank {
      axes.append(job.shape[axis], y: to[axis], a: from[permutation[axis]])
    }
    try planner.emitCopy(
      try planner.operand(0, of: job), to: planner.result(of: job), axes, name: job.name)
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
      try planner.operand(0, of: job), start: start, to: planner.result(of: job), axes,
      name: job.name)
  }
}

extension Concatenate {
  func lower(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    let to = job.shape.strides
    var start = 0
    for (index, shape) in job.shapes.enumerated() {
      let from = shape.strides
      var axes = Axes()
      for other in 0..<shape.rank { axes.append(shape[other], y: to[other], a: from[other]) }
      try planner.emitCopy(
        try planner.operand(index, of: job), to: planner.result(of: job) + start, axes,
        name: job.name)
      start += shape[axis] * to[axis]
    }
  }
}

extension Pad {
  func lower(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    let (input, to) = (job.shapes[0], job.shape.strides)
    let from = input.strides
    let y = planner.result(of: job)
    planner.emit(.fill(FillStep(y: y, count: job.shape.elementCount, value: value)))
    var axes = Axes()
    var start = 0
    for axis in 0..<input.rank {
      start += before[axis] * to[axis]
      axes.append(input[axis], y: to[axis], a: from[axis])
    }
    try planner.emitCopy(try planner.operand(0, of: job), to: y + start, axes, name: job.name)
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
      try planner.operand(0, of: job), to: planner.result(of: job), axes, name: job.name)
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
      try planner.operand(0, of: job), start: start, to: planner.result(of: job), list,
      name: job.name)
  }
}
