// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph
public import MainspringRuntime

/// A model made ready for windows that follow each other by a hop; any number of streams share it.
public final class WindowPlan: Sendable {
  /// How a window follows the one before.
  public enum Mode: Hashable, Sendable {
    /// Every window by itself; what windows have in common is computed once. Falls back to
    /// ``whole`` for models and hops where nothing is gained.
    case incremental
    /// Every window by itself, computed from its start.
    case whole
    /// Windows lie side by side, and recurrent layers go on from where the window before ended: for
    /// models that were trained so. The hop is the window.
    case stateful
  }

  public let plan: Plan
  /// Rows between windows.
  public let hop: Int
  public let mode: Mode
  /// What windows share; nil where every window is computed from its start.
  public let incremental: IncrementalPlan?

  /// - Parameter hop: nil for the hop of the model's contract, or half a window without one; where
  ///   state is carried on, for the window.
  /// - Precondition: the hop is at least 1.
  /// - Throws: `PlanError` when the model cannot be planned, or has no state that could be carried
  ///   on.
  public init(
    _ graph: Graph, hop: Int? = nil, mode: Mode = .incremental,
    instructionSet: InstructionSet = .best
  ) throws(PlanError) {
    let hop = hop ?? WindowPlan.hop(of: graph, mode)
    precondition(hop >= 1, "a hop of at least 1 row")
    plan = try Plan(graph, instructionSet: instructionSet)
    self.hop = hop
    self.mode = mode
    if mode == .stateful { try StatefulSession.check(graph) }
    incremental =
      mode == .incremental
      ? try IncrementalPlan(graph, hop: hop, instructionSet: instructionSet) : nil
  }

  private static func hop(of graph: Graph, _ mode: Mode) -> Int {
    if mode != .stateful, let hop = graph.contract?.hop { return hop }
    guard let input = graph.inputs.first else { return 1 }
    var length = 1
    for extent in graph.shape(of: input).extents.dropFirst().dropLast() {
      length = max(length, extent)
    }
    return mode == .stateful ? length : max(length / 2, 1)
  }
}
