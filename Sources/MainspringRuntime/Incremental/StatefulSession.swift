// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
public import MainspringGraph

/// A plan whose recurrent layers go on from where the window before ended: for models that were
/// trained so, on windows that lie side by side.
///
/// Floats, integers and weights of integers on floats alike. Everything else is computed for each
/// window by itself: a convolution sees padding at its edges. Once a session exists, none of its
/// methods allocates memory or takes a lock.
@safe public struct StatefulSession: ~Copyable, @unchecked Sendable {
  public let plan: Plan
  private var session: Session
  private let context: Context
  private let steps: UnsafeMutablePointer<Step>
  private let slots: UnsafeMutablePointer<StepSlot>
  private let stepCount: Int
  /// The states of all steps, one behind the other.
  private let memory: AlignedBlock
  /// By step: what it keeps, in bytes from the start of the memory.
  private let places: TrivialList<StatePlace>

  /// - Parameter plan: of a graph that ``check(_:)`` has passed.
  public init(_ plan: Plan) {
    var places: [StatePlace] = []
    var bytes = 0
    for index in 0..<plan.steps.count {
      if let state = unsafe plan.steps.base[index].state {
        places.append(StatePlace(start: bytes, state: state))
        bytes += state.byteCount.rounded(upTo: AlignedBlock.alignment)
      } else {
        places.append(StatePlace(start: -1, state: StepState(byteCount: 0)))
      }
    }
    self.init(plan, places, byteCount: bytes)
    restart()
  }

  private init(_ plan: Plan, _ places: [StatePlace], byteCount: Int) {
    let session = Session(plan)
    self.plan = plan
    context = session.context
    self.session = session
    unsafe steps = plan.steps.base
    unsafe slots = plan.slots.base
    stepCount = plan.steps.count
    memory = AlignedBlock(byteCount: byteCount)
    self.places = TrivialList(places)
  }

  /// - Throws: `PlanError` when there is no state to carry on, or it would run against time: no
  ///   recurrent layer, or one that runs backwards.
  public static func check(_ graph: Graph) throws(PlanError) {
    var count = 0
    for node in graph.nodes {
      switch node.operation {
      case .lstm, .gru, .simpleRNN: count += 1
      case .reverse:
        throw refusal(graph.values[node.output].name, "one that runs backwards")
      default: break
      }
    }
    if count == 0 { throw refusal(graph.outputs.first.map { graph.values[$0].name } ?? "", "none") }
  }

  private static func refusal(_ node: String, _ found: String) -> PlanError {
    .shape(
      node: node,
      ShapeError(
        operation: "state carried on", expected: "recurrent layers that run forwards",
        found: found))
  }

  /// The next window has no window before it: its state is zero.
  @_noAllocation @_noLocks
  public mutating func restart() {
    unsafe msk_fill(memory.base, 4, memory.byteCount / 4, 0)
    for index in 0..<stepCount {
      let place = unsafe places.base[index]
      if place.start >= 0, place.state.zeroCount > 0 {
        unsafe msk_fill(
          memory.base + (place.start + place.state.zeroStart), 1, place.state.zeroCount,
          UInt64(place.state.zero))
      }
    }
  }

  /// Runs the model on the window behind the one before.
  ///
  /// - Throws: `RunError` as ``Session/run(_:into:)`` does.
  @_noAllocation @_noLocks
  public mutating func run(
    _ window: Span<Float>, into result: inout MutableSpan<Float>
  ) throws(RunError) {
    _ = try session.ports.output(0, count: result.count)
    try session.setInput(0, window)
    for index in 0..<stepCount {
      let place = unsafe places.base[index]
      if place.start < 0 {
        unsafe StepSlot.run(slots + index, context)
      } else {
        unsafe steps[index].resume(context, state: memory.base + place.start)
      }
    }
    try session.copyOutput(0, into: &result)
  }
}

/// Where a state is.
struct StatePlace: BitwiseCopyable {
  /// Bytes from the start of all of them; −1 for a step without a state.
  let start: Int
  let state: StepState
}
