// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
public import MainspringGraph

/// A plan whose LSTM layers go on from where the window before ended: for models that were trained
/// so, on windows that lie side by side.
///
/// Everything else is computed for each window by itself: a convolution sees padding at its edges.
/// Once a session exists, none of its methods allocates memory or takes a lock.
@safe public struct StatefulSession: ~Copyable, @unchecked Sendable {
  public let plan: Plan
  private var session: Session
  private let context: Context
  private let steps: UnsafeMutablePointer<Step>
  private let slots: UnsafeMutablePointer<StepSlot>
  private let stepCount: Int
  private let state: AlignedBlock
  /// By step: where its state is, in floats; −1 for a step without.
  private let places: TrivialList<Int>

  /// - Parameter plan: of a graph that ``check(_:)`` has passed.
  public init(_ plan: Plan) {
    var places: [Int] = []
    var floats = 0
    for index in 0..<plan.steps.count {
      if case .lstm(let step) = unsafe plan.steps.base[index] {
        places.append(floats)
        // h and c, each rounded up to whole vectors and cache lines.
        floats += 2 * step.shape.units.rounded(upTo: AlignedBlock.alignment / 4)
      } else {
        places.append(-1)
      }
    }
    self.init(plan, places, floats: floats)
  }

  private init(_ plan: Plan, _ places: [Int], floats: Int) {
    let session = Session(plan)
    self.plan = plan
    context = session.context
    self.session = session
    unsafe steps = plan.steps.base
    unsafe slots = plan.slots.base
    stepCount = plan.steps.count
    state = AlignedBlock(byteCount: floats * 4)
    self.places = TrivialList(places)
  }

  /// - Throws: `PlanError` when a recurrent layer is none whose state is carried on: an LSTM of
  ///   floats that runs forwards.
  public static func check(_ graph: Graph) throws(PlanError) {
    for node in graph.nodes {
      let name = graph.values[node.output].name
      switch node.operation {
      case .gru, .simpleRNN, .reverse: throw refusal(name, node.operation.name)
      case .lstm:
        let inputs = node.inputs.map { graph.shape(of: $0) }
        guard Job(node, graph, inputs).arithmetic == .float else {
          throw refusal(name, "one with weights of integers")
        }
      default: break
      }
    }
  }

  private static func refusal(_ node: String, _ found: String) -> PlanError {
    .shape(
      node: node,
      ShapeError(
        operation: "state carried on", expected: "an LSTM of floats that runs forwards",
        found: found))
  }

  /// The next window has no window before it: its state is zero.
  @_noAllocation @_noLocks
  public mutating func restart() {
    unsafe msk_fill(state.base, 4, state.byteCount / 4, 0)
  }

  /// Runs the model on the window behind the one before.
  ///
  /// - Throws: `RunError` as ``Session/run(_:into:)`` does.
  @_noAllocation @_noLocks
  public mutating func run(
    _ window: Span<Float>, into result: inout MutableSpan<Float>
  ) throws(RunError) {
    try session.checkOutput(length: result.count)
    try session.setInput(0, window)
    let floats = unsafe state.base.assumingMemoryBound(to: Float.self)
    for index in 0..<stepCount {
      let place = unsafe places.base[index]
      if place < 0 {
        unsafe StepSlot.run(slots + index, context)
      } else if case .lstm(let step) = unsafe steps[index] {
        unsafe step.resume(context, state: floats + place)
      }
    }
    try session.copyOutput(0, into: &result)
  }
}

extension LSTMStep {
  @_noAllocation @_noLocks
  fileprivate func resume(_ c: Context, state: UnsafeMutablePointer<Float>) {
    unsafe msk_f32_lstm_resume(
      c.isa, c.result(y), c.operand(.arena(x)), c.packed(weights), state, c.result(scratch),
      activation, gate, clip, shape)
  }
}
