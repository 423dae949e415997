// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

/// A recurrent layer as the steps of its step graph, once for each time.
///
/// It is for arithmetic in which every operator of a step rounds its result, so that nothing is won
/// by a kernel of the whole: the bits are those of the operators one by one.
struct LoopStep: BitwiseCopyable {
  /// The steps of one time, `[bodyCount]`, with places of their own in the arena.
  let body: WeightPlace
  let bodyCount: Int
  let time: Int
  /// What the body reads in turn, `[time × rowBytes]`, and where it reads it.
  let rows: Int
  let rowBytes: Int
  let row: Int
  /// Where the body reads the state, and where it leaves the next one.
  let state: Int
  let next: Int
  let stateBytes: Int
  /// Every byte of a state of zeros.
  let zero: UInt8
  /// `[time × stateBytes]`, or `[stateBytes]` of the last time.
  let y: Int
  let returnsSequence: Bool

  @_noAllocation @_noLocks
  func run(_ c: Context) { unsafe run(c, rows: c.rawResult(rows), to: c.rawResult(y)) }

  /// The same on rows that are elsewhere, to a result that is.
  @_noAllocation @_noLocks
  func run(_ c: Context, rows: UnsafeRawPointer, to y: UnsafeMutableRawPointer) {
    unsafe c.rawResult(state).initializeMemory(
      as: UInt8.self, repeating: zero, count: stateBytes)
    unsafe runSteps(c, rows: rows, to: y)
  }

  /// The same from a state of the caller's, where the one behind the last time is left.
  @_noAllocation @_noLocks
  func resume(
    _ c: Context, rows: UnsafeRawPointer, to y: UnsafeMutableRawPointer,
    state kept: UnsafeMutableRawPointer
  ) {
    unsafe c.rawResult(state).copyMemory(from: kept, byteCount: stateBytes)
    unsafe runSteps(c, rows: rows, to: y)
    unsafe kept.copyMemory(from: c.rawResult(state), byteCount: stateBytes)
  }

  @_noAllocation @_noLocks
  private func runSteps(_ c: Context, rows: UnsafeRawPointer, to y: UnsafeMutableRawPointer) {
    let slots = unsafe c.packed(body).assumingMemoryBound(to: StepSlot.self)
    let state = unsafe c.rawResult(state)
    for t in 0..<time {
      unsafe c.rawResult(row).copyMemory(from: rows + t * rowBytes, byteCount: rowBytes)
      for index in 0..<bodyCount { unsafe StepSlot.run(slots + index, c) }
      unsafe state.copyMemory(from: c.rawResult(next), byteCount: stateBytes)
      if returnsSequence || t == time - 1 {
        let to = unsafe y + (returnsSequence ? t * stateBytes : 0)
        unsafe to.copyMemory(from: state, byteCount: stateBytes)
      }
    }
  }
}

extension RecurrentCell {
  /// Emits W·x + b of all times and a loop over them.
  func lowerLoop(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    var step: Graph
    do throws(GraphError) { step = try stepGraph() } catch {
      throw .quantization(
        node: job.name, role: "step", expected: "types that go with each other",
        found: error.description)
    }
    // Errors name the layer.
    for value in step.values.indices {
      step.rename(value, to: job.name + "/" + step.values[value].name)
    }
    let (time, size) = (job.shapes[0][1], step.values[step.inputs[0]].elementSize)
    let width = gateCount * units
    let rows = try planner.scratch(elements: time, width, size: size, job: job)
    let x = try planner.operand(0, of: job)
    if job.arithmetic == .hybrid {
      let projection = inputProjection
      try projection.emitHybrid(
        from: x,
        .apart(
          rows: time, length: projection.weights.shape[1],
          asymmetric: projection.asymmetricInputs), to: rows, job, &planner)
    } else {
      let type = step.values[step.inputs[0]].type
      try inputProjection.emit(from: x, to: rows, type, rows: time, job, &planner)
    }
    let body = try planner.nested(step, of: job)
    let state = step.values[step.inputs[1]]
    let zero = state.quantization?.zeroPoint ?? 0
    planner.emit(
      .loop(
        LoopStep(
          body: try planner.table(body.steps.map { StepSlot($0) }, of: job.name),
          bodyCount: body.steps.count,
          time: time, rows: rows, rowBytes: width * size, row: body.inputs[0],
          state: body.inputs[1], next: body.outputs[0], stateBytes: units * state.elementSize,
          zero: UInt8(truncatingIfNeeded: state.elementType == .int8 ? zero : 0),
          y: planner.result(of: job), returnsSequence: returnsSequence)))
  }
}
